/** The columns that states of lives set: their types, and where each value comes from. */
import type { FieldType } from '../../record.js'
import type { ChangedColumnSpec, LivesSpec } from '../lives/lives.js'
import type { ModelDraft } from './draft.js'
import type { Declaration } from './from-declaration.js'
import type { LivesDraft } from './read-lives.js'

/** The lives with the columns that their states set, once these are in the draft. Null: they are wrong, which has been reported. */
export function livesSpec(lives: LivesDraft, draft: ModelDraft, declaration: Declaration): LivesSpec | null {
  const { sets, states, ...rest } = lives
  const before = declaration.errors.length
  const names = [...new Set(sets.map(({ name }) => name))]
  const changed = names.map((name) => changedColumn(name, lives, draft, declaration))
  if (declaration.errors.length > before) return null
  const setsOf = (state: number): (number | null | undefined)[] =>
    changed.map(({ name, setters }) => {
      const set = sets.find((each) => each.state === state && each.name === name)
      return set === undefined ? undefined : set.column === undefined ? null : setters.indexOf(set.column)
    })
  return { ...rest, states: states.map((state, index) => ({ ...state, sets: setsOf(index) })), changed }
}

function changedColumn(
  name: string,
  { sets, state, time, first }: LivesDraft,
  draft: ModelDraft,
  declaration: Declaration,
): ChangedColumnSpec {
  const own = sets.filter((set) => set.name === name)
  if (name === state || name === time)
    declaration.report(own[0].path, 'the name of the state or time column', { found: name, expected: 'another name' })
  const setters = [...new Set(own.flatMap(({ column }) => (column === undefined ? [] : [column])))]
  const types = setters.map((column): FieldType => draft.column(column ?? '')?.type ?? { kind: 'timestamp' })
  const [type = { kind: 'string' }] = types
  if (setters.length === 0)
    declaration.report(own[0].path, 'a column that never has a value', {
      found: name,
      expected: 'a state that sets one',
    })
  for (const [index, other] of types.entries())
    if (JSON.stringify(other) !== JSON.stringify(type))
      declaration.report(own.find(({ column }) => column === setters[index])?.path ?? [], 'values of different types', {
        found: `${describe(other)}, and ${describe(type)} elsewhere`,
        expected: 'the same type everywhere; scale sets the decimals of numbers',
      })
  const mayBeMissing = own.some(({ column }) => column === undefined || draft.column(column ?? '')?.nullable)
  const isSetFirst = own.some((set) => set.state === first && set.column !== undefined)
  return { name, type, nullable: mayBeMissing || !isSetFirst, setters }
}

function describe(type: FieldType): string {
  return type.kind === 'decimal' ? `decimal of ${type.scale} places` : type.kind
}
