import {
  artifactFormat,
  artifactVersion,
  firstArtifactVersion,
  formulaVersion,
  relationVersion,
  wordVersion,
  type ArtifactColumn,
  type ModelArtifact,
} from '../model/artifact.js'
import type { Circuit } from '../model/circuit.js'
import { isArithmetic } from '../model/expression/formula.js'
import { circuitTables } from './circuit-tables.js'
import { outsideColumns, PartNames } from './columns/generated.js'
import type { LearnedColumn } from './columns/plan.js'
import { castColumn, personColumn, withPeople } from './people/artifact.js'
import type { Prepared } from './prepare.js'
import type { Follower } from './relations/followers.js'
import type { PlannedRelation } from './relations/planned-relation.js'
import { relationSource } from './relations/source.js'

/** The artifact of a trained circuit: the table's columns in order, with the hidden parts that some are composed of. */
export function assembleModel(
  prepared: Prepared,
  circuit: Circuit | null,
  { name, seed, report }: { name: string; seed: number; report: unknown },
): ModelArtifact {
  const { planned, nodes, composed, decided, relations, followers, joint, masks, patterns, forbid, casts } = prepared
  const learned = [...nodes, ...decided].map(({ column }) => column.name)
  const names = new PartNames(new Set([...planned.map((column) => column.name), ...learned]))
  const columnsOfPeople = new Map(
    casts.flatMap((cast) => cast.columns.map((column) => [column.name, castColumn(cast, column)])),
  )
  const others = planned.filter(({ name }) => !columnsOfPeople.has(name))
  const columns = planned.flatMap((column) => {
    const ofPeople = columnsOfPeople.get(column.name)
    if (ofPeople !== undefined) return [{ ...ofPeople, ...(column.hidden && { hidden: true as const }) }]
    return column.place === 'outside' ? outsideColumns(column, others, names, seed) : learnedColumns(column)
  })
  const rests = followers.flatMap(({ rest }) => rest ?? [])
  columns.push(...[...joint, ...patterns, ...rests].map(learnedColumn))
  for (const cast of casts) columns.push(personColumn(cast, nodes))
  const tables = circuit && circuitTables(casts.reduce((each, cast) => withPeople(each, cast, nodes), circuit))
  return {
    format: artifactFormat,
    version: Math.max(
      versionOf(prepared, columns),
      tables?.numbers === undefined ? firstArtifactVersion : formulaVersion,
    ),
    name,
    columns,
    ...(forbid.length > 0 && { forbid: [...forbid] }),
    circuit: tables,
    report,
  }

  function learnedColumns(column: LearnedColumn): ArtifactColumn[] {
    const mask = masks.find((candidate) => candidate.column.name === column.name)
    const [own, ...parts] = valueColumns(column)
    if (mask === undefined) return [own, ...parts]
    const { name, type, hidden } = own
    const value = names.of(name, 'value')
    const source = { from: 'masked' as const, value, by: mask.by.name, values: [...mask.values] }
    return [
      { name, type, nullable: true, ...(hidden && { hidden }), source },
      { ...own, name: value, hidden: true },
      ...parts,
    ]
  }

  function valueColumns(column: LearnedColumn): ArtifactColumn[] {
    const relation = relations.find((candidate) => candidate.column.name === column.name)
    if (relation !== undefined) return relatedColumns(column, relation)
    const follower = followers.find((candidate) => candidate.column.name === column.name)
    if (follower !== undefined) return [followingColumn(column, follower)]
    const parts = composed.find((candidate) => candidate.column.name === column.name)
    if (parts === undefined) return [learnedColumn(column)]
    const [day, time] = [learnedColumn(parts.day), learnedColumn(parts.time)]
    return [
      {
        name: column.name,
        type: column.learned.type,
        nullable: day.nullable || time.nullable,
        ...(column.hidden && { hidden: true as const }),
        source: { from: 'composed', day: day.name, time: time.name },
      },
      day,
      time,
    ]
  }

  function relatedColumns(column: LearnedColumn, relation: PlannedRelation): ArtifactColumn[] {
    const parts = [relation.rest, relation.own, relation.free, ...(relation.parts ?? [])].filter((part) => part != null)
    const shape = { name: column.name, type: column.learned.type, ...(column.hidden && { hidden: true as const }) }
    const nullable = column.learned.held.includes(null)
    return [{ ...shape, nullable, source: relationSource(relation) }, ...parts.map(learnedColumn)]
  }

  function followingColumn(
    { name, hidden, learned: { type, held } }: LearnedColumn,
    { formula }: Follower,
  ): ArtifactColumn {
    return {
      name,
      type,
      nullable: held.includes(null),
      ...(hidden && { hidden }),
      source: { from: 'formula', formula },
    }
  }

  function learnedColumn(column: LearnedColumn): ArtifactColumn {
    const { type } = column.learned
    const shape = { name: column.name, type, ...(column.hidden && { hidden: true as const }) }
    const node = nodes.findIndex((candidate) => candidate.column.name === column.name)
    if (node >= 0) {
      const { symbols, grain } = nodes[node].alphabet
      const nullable = symbols.includes(null)
      const source = { from: 'circuit' as const, node, alphabet: [...symbols], ...(grain > 1 && { grain }) }
      return { ...shape, nullable, source }
    }
    const dependency = decided.find((candidate) => candidate.column.name === column.name)
    const values = [...(dependency?.values ?? [])]
    const nullable = values.includes(null)
    return { ...shape, nullable, source: { from: 'dependency', column: dependency?.decider.column.name ?? '', values } }
  }
}

/** The oldest version that supports everything in the model. */
function versionOf({ relations, followers, masks, forbid }: Prepared, columns: readonly ArtifactColumn[]): number {
  if (columns.some(({ type }) => type.kind === 'decimal' && type.fixed)) return artifactVersion
  if (columns.some(isWorded)) return wordVersion
  const isSpelled = columns.some(({ type }) => type.kind === 'time' || 'spelling' in type || 'local' in type)
  const isFormed = columns.some(({ source: { from } }) => from === 'filled' || from === 'regex')
  const isLater = relations.some(({ formula, between }) => between !== undefined || !isArithmetic(formula))
  if (isSpelled || isFormed || isLater || followers.length > 0 || forbid.length > 0) return formulaVersion
  return relations.length + masks.length > 0 ? relationVersion : firstArtifactVersion
}

function isWorded({ source, type }: ArtifactColumn): boolean {
  if ('spelling' in type && type.spelling?.pattern.includes('YYYY')) return true
  if ('check' in source && source.check !== undefined) return true
  return source.from === 'worded' || (source.from === 'template' && source.template.includes('|initial}'))
}
