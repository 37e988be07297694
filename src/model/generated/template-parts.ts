const filters = ['none', 'slug', 'initial', 'lower'] as const
export type TemplateFilter = (typeof filters)[number]
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'column'; readonly column: string; readonly filter: TemplateFilter }

/** The parts of a template (see ColumnOrigin in artifact.ts), or what is wrong with it. */
export function parseTemplate(template: string): readonly TemplatePart[] | string {
  const parts: TemplatePart[] = []
  let text = ''
  const token = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g
  for (const [whole, reference] of template.matchAll(token)) {
    if (whole === '{{' || whole === '}}') text += whole[0]
    else if (whole === '{' || whole === '}') return `an unmatched ${whole}`
    else if (reference === undefined) text += whole
    else {
      if (text !== '') parts.push({ kind: 'text', text })
      text = ''
      const bar = reference.lastIndexOf('|')
      const name = bar < 0 ? 'none' : reference.slice(bar + 1)
      const filter = filters.find((known) => known === name)
      if (filter === undefined) return `unknown filter ${name}`
      parts.push({ kind: 'column', column: bar < 0 ? reference : reference.slice(0, bar), filter })
    }
  }
  if (text !== '') parts.push({ kind: 'text', text })
  return parts
}
