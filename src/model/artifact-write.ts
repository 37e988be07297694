import type { FieldType, Spelling } from '../record.js'
import type { ArtifactColumn, ModelArtifact, ColumnOrigin } from './artifact.js'

/**
 * The text of a model file: JSON with one line per column and per table. Equal artifacts give equal bytes, whatever the order of
 * their keys; the report is written as it is.
 */
export function writeModel(artifact: ModelArtifact): string {
  const { format, version, name, columns, forbid, circuit, report } = artifact
  const lines = [
    '{',
    `"format": ${JSON.stringify(format)},`,
    `"version": ${version},`,
    `"name": ${JSON.stringify(name)},`,
    `"columns": [\n${columns.map((column) => JSON.stringify(inOrder(column))).join(',\n')}\n],`,
  ]
  if (forbid !== undefined) lines.push(`"forbid": ${JSON.stringify(forbid)},`)
  if (circuit === null) lines.push('"circuit": null,')
  else {
    lines.push('"circuit": {', `"states": ${circuit.states},`, `"parent": ${JSON.stringify(circuit.parent)},`)
    if (circuit.numbers !== undefined) lines.push(`"numbers": ${JSON.stringify(circuit.numbers)},`)
    lines.push(`"prior": ${JSON.stringify(circuit.prior)},`, `"transitions": ${tables(circuit.transitions)},`)
    lines.push(`"emissions": ${tables(circuit.emissions)}`, '},')
  }
  lines.push(`"report": ${JSON.stringify(report ?? null)}`, '}', '')
  return lines.join('\n')
}

function tables(texts: readonly string[]): string {
  return `[\n${texts.map((text) => JSON.stringify(text)).join(',\n')}\n]`
}

function inOrder({ name, type, nullable, hidden, path, missing, source }: ArtifactColumn): ArtifactColumn {
  return {
    name,
    type: typeInOrder(type),
    nullable,
    ...(hidden && { hidden }),
    ...(path && { path }),
    ...(missing !== undefined && { missing }),
    source: sourceInOrder(source),
  }
}

function typeInOrder(type: FieldType): FieldType {
  switch (type.kind) {
    case 'decimal':
      return { kind: type.kind, scale: type.scale, ...(type.fixed && { fixed: true }) }
    case 'timestamp':
      return { kind: type.kind, ...(type.local && { local: type.local }), ...spellingInOrder(type.spelling) }
    case 'date':
    case 'time':
      return { kind: type.kind, ...spellingInOrder(type.spelling) }
    case 'list':
      return { kind: type.kind, of: type.of, items: [] }
    case 'string':
      return { kind: type.kind, ...(type.size !== undefined && { size: type.size }) }
    case 'json':
      return { kind: type.kind, ...(type.branches && { branches: type.branches }) }
    default:
      return { kind: type.kind }
  }
}

function spellingInOrder(spelling: Spelling | undefined): { spelling?: Spelling } {
  if (spelling === undefined) return {}
  const { pattern, offsetMinutes, months, weekdays, halves } = spelling
  return { spelling: { pattern, offsetMinutes, months, weekdays, halves } }
}

function sourceInOrder(source: ColumnOrigin): ColumnOrigin {
  switch (source.from) {
    case 'circuit': {
      const { from, node, grain, alphabet } = source
      return { from, node, ...(grain !== undefined && { grain }), alphabet }
    }
    case 'dependency':
      return { from: source.from, column: source.column, values: source.values }
    case 'composed':
      return { from: source.from, day: source.day, time: source.time }
    case 'masked':
      return { from: source.from, value: source.value, by: source.by, values: source.values }
    case 'relation': {
      const { from, formula, rounding, rest, by, above, notSo, own, grain, bounds, atLeast, atMost } = source
      return { from, formula, rounding, rest, by, above, notSo, own, grain, bounds, atLeast, atMost }
    }
    case 'sequence':
      return { from: source.from, start: source.start, step: source.step }
    case 'pool':
      if ('provider' in source) return { from: source.from, provider: source.provider, locale: source.locale }
      return { from: source.from, values: source.values, ...(source.weights && { weights: source.weights }) }
    case 'template':
      return { from: source.from, template: source.template }
    case 'pattern':
      return { from: source.from, pattern: source.pattern, check: source.check }
    case 'uuid':
      return { from: source.from, version: source.version }
    case 'event_time':
      return 'curve' in source
        ? { from: source.from, start: source.start, curve: source.curve, jitter: source.jitter }
        : { from: source.from, start: source.start, step: source.step, jitter: source.jitter }
    case 'clock':
      return { from: source.from }
    case 'cycle': {
      const { from, start, step, restart, initial } = source
      return { from, start, step, restart, initial }
    }
    case 'formula':
      return { from: source.from, formula: source.formula }
    case 'items': {
      const { from, length, most, item } = source
      return { from, length, most, item }
    }
    case 'list':
      return { from: source.from, values: source.values }
    case 'worded': {
      const { words, alone, first, kinds, middle, last, next, end } = source.words
      const topics = source.topics && {
        ...{ column: source.topics.column, values: source.topics.values, shares: source.topics.shares },
      }
      return {
        ...{ from: source.from, form: source.form },
        words: { words, alone, first, kinds, middle, last, next, end },
        ...(topics && { topics }),
      }
    }
    case 'filled':
      return { from: source.from, form: source.form, check: source.check }
    case 'regex': {
      const { from, regex, minLength, maxLength, check } = source
      return { from, regex, minLength, maxLength, check }
    }
  }
}
