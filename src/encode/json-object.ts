/** Records as JSON objects. */
import type { Field, FieldType } from '../record.js'
import type { EncodeStep } from './step.js'
import { constant } from './step.js'
import { textStep } from './text-steps.js'

export interface JsonMember {
  /** The names that lead to it, and its own. */
  readonly path: readonly string[]
  /** Writes it between these texts. */
  readonly step: (before: string, after: string) => EncodeStep
  /** Whether it is left out where its value is missing: neither of the texts is written then. */
  readonly isOmitted: boolean
}

/** One JSON object per record, its members in the order of the layout; those of a nested record, which stand together, in an object of their own. */
export function jsonSteps(fields: readonly Field[]): EncodeStep[] {
  return objectSteps(
    fields.map((field, column) => ({
      path: field.path ?? [field.name],
      step: (before, after) => jsonStep(field, column, { before, after }),
      isOmitted: false,
    })),
  )
}

/** An object of these members, of which those of a nested object stand together. */
export function objectSteps(members: readonly JsonMember[]): EncodeStep[] {
  if (members.length === 0) return [constant('{}')]
  return members.some(({ isOmitted }) => isOmitted) ? withOmissions(members) : withoutOmissions(members)
}

/** Where the comma before a member is known. */
function withoutOmissions(members: readonly JsonMember[]): EncodeStep[] {
  let comma = '{'
  const { steps, open } = eachMember(members, ({ closed, begun, last, step }) => {
    const before = `${'}'.repeat(closed)}${closed > 0 ? ',' : comma}${begun.join('')}${last}`
    comma = ','
    return [step(before, '')]
  })
  return [...steps, constant('}'.repeat(open + 1))]
}

/** Each member with a comma behind it; the end of an object takes the place of the last one. */
function withOmissions(members: readonly JsonMember[]): EncodeStep[] {
  const ends = (count: number): EncodeStep[] =>
    Array.from({ length: count }, () => [{ step: 'object-end' } as const, constant(',')]).flat()
  const { steps, open } = eachMember(members, ({ closed, begun, last, step }) => [
    ...ends(closed),
    constant(begun.join('')),
    step(last, ','),
  ])
  return [constant('{'), ...steps, ...ends(open), { step: 'object-end' }]
}

interface MemberPlace {
  /** How many nested objects end before it. */
  readonly closed: number
  /** The beginnings of the nested objects that it is the first in. */
  readonly begun: readonly string[]
  /** Its own name and a colon. */
  readonly last: string
  readonly step: JsonMember['step']
}

/** The steps of the members, and how many nested objects are open behind the last one. */
function eachMember(
  members: readonly JsonMember[],
  stepsOf: (place: MemberPlace) => EncodeStep[],
): { steps: EncodeStep[]; open: number } {
  let open: readonly string[] = []
  const steps = members.flatMap(({ path, step }) => {
    const above = path.slice(0, -1)
    const common = open.findIndex((name, depth) => name !== above[depth])
    const kept = common < 0 ? open.length : common
    const closed = open.length - kept
    const begun = above.slice(kept).map((name) => `${JSON.stringify(name)}:{`)
    open = above
    return stepsOf({ closed, begun, last: `${JSON.stringify(path[path.length - 1])}:`, step })
  })
  return { steps, open: open.length }
}

export interface JsonStepOptions {
  readonly before: string
  readonly after: string
  /** What is written where the value is missing. @default null between `before` and `after` */
  readonly missing?: string
  /** The steps of a list's items. @default as the layout has them */
  readonly items?: readonly EncodeStep[]
}

/** The step of one value. */
export function jsonStep(field: Field, column: number, options: JsonStepOptions): EncodeStep {
  const { type, nullable } = field
  const { before, after, missing = `${before}null${after}`, items } = options
  if (type.kind !== 'list') return textStep(field, column, 'json', before, after, missing)
  return {
    step: 'list',
    column,
    form: type.of.endsWith('map') ? 'object' : 'array',
    items: items ?? itemSteps(type),
    before: Buffer.from(before),
    after: Buffer.from(after),
    missing: nullable ? Buffer.from(missing) : null,
  }
}

/** The steps of a list's items; `value`: those of an item, or of what a map has for a key. */
export function itemSteps(
  { of, items }: Extract<FieldType, { kind: 'list' }>,
  value: readonly EncodeStep[] = valueSteps(of, items),
): EncodeStep[] {
  if (!of.endsWith('map')) return [...value]
  const last = items.length - 1
  return [textStep(items[last], last, 'json', '', ':'), ...value]
}

function valueSteps(of: Extract<FieldType, { kind: 'list' }>['of'], items: readonly Field[]): readonly EncodeStep[] {
  if (of === 'values' || of === 'map') return [jsonStep(items[0], 0, { before: '', after: '' })]
  return jsonSteps(of === 'records' ? items : items.slice(0, -1))
}
