import type { ModelColumn } from '../model.js'
import type { Value } from '../../record.js'
import { columnNamed, dictionaryOf } from '../fields.js'
import { parsePattern } from './pattern-parts.js'
import { formsOf, type RegexLimits } from './regex-forms.js'
import { parseTemplate } from './template-parts.js'

/** Whether a column's texts never contain a character that needs escaping in JSON or quoting in CSV. */
export function isPlainColumn(column: ModelColumn, columns: readonly ModelColumn[]): boolean {
  const { source } = column
  switch (source.from) {
    case 'circuit':
      return source.alphabet.every((symbol) => typeof symbol !== 'string' || isPlainText(symbol))
    case 'dependency':
      return source.values.every((value) => typeof value !== 'string' || isPlainText(value))
    case 'pool':
      return source.values.every(isPlainText)
    case 'masked':
      return isPlainColumn(columnNamed(source.value, columns), columns)
    case 'template': {
      const parts = parseTemplate(source.template)
      if (typeof parts === 'string') return false
      return parts.every((part) => {
        if (part.kind === 'text') return isPlainText(part.text)
        const needed = columns.find(({ name }) => name === part.column)
        return (
          part.filter === 'slug' ||
          part.filter === 'initial' ||
          (needed !== undefined && isPlainColumn(needed, columns))
        )
      })
    }
    case 'pattern': {
      const parts = parsePattern(source.pattern)
      return typeof parts !== 'string' && parts.every((part) => 'alphabet' in part || isPlainText(part.fixed))
    }
    case 'composed':
    case 'relation':
    case 'sequence':
    case 'uuid':
    case 'event_time':
    case 'clock':
    case 'cycle':
    case 'items':
      return true
    case 'formula':
      return column.type.kind !== 'string'
    case 'list':
      return source.values.every((value) => typeof value !== 'string' || isPlainText(value))
    case 'regex':
      return isPlainRegex(source)
    case 'worded': {
      const forms = dictionaryOf(columnNamed(source.form, columns), columns) ?? []
      const isPlainForm = (form: Value | undefined): boolean => typeof form !== 'string' || isPlainText(form)
      return source.words.words.every(isPlainText) && forms.every(isPlainForm)
    }
    case 'filled': {
      const forms = dictionaryOf(columnNamed(source.form, columns), columns) ?? []
      const isPlainForm = (form: Value | undefined): boolean =>
        typeof form !== 'string' || isPlainRegex({ regex: form })
      return forms.every(isPlainForm)
    }
  }
}

function isPlainRegex(limits: RegexLimits): boolean {
  return formsOf(limits).every(({ characters }) => characters.every((some) => isPlainText(some.join(''))))
}

/** No control characters, quotes, backslashes or commas, and none of the non-ASCII characters that some JSON writers escape. */
function isPlainText(text: string): boolean {
  return !/[^ !#-+\--[\]-~\u00a0-\u1fff\u3000-\ud7ff]/.test(text)
}
