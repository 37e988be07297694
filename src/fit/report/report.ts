import type { Circuit } from '../../model/circuit.js'
import type { LearnedKind } from '../columns/learned.js'
import type { ColumnKind } from '../columns/column-settings.js'
import type { LearnedColumn } from '../columns/plan.js'
import type { Prepared } from '../prepare.js'
import type { TrainReport } from '../train.js'
import { detectability } from './detectability.js'
import { differencesOf, withDifferences } from './differences.js'
import { histogramOf, type Histogram } from './histogram.js'
import { closestShare, copyShare, rowHashes } from './privacy.js'
import { foundRelations, relationScores, type FoundRelation, type RelationScore } from './relation-scores.js'
import { Categories, learnedColumns, realSample, syntheticSample, type Sample } from './sample.js'
import { ksComplement, tvComplement } from './shapes.js'
import { trendSimilarity } from './trends.js'

/**
 * The quality that `genesis fit` measured, stored in the model. Independent of the time and the machine. Scores are those of SDMetrics: 1
 * is best; null: nothing to measure.
 */
export interface FitReport {
  readonly table: { readonly rows: number; readonly sourceRows: number }
  readonly training: {
    readonly rows: number
    readonly states: number
    readonly epochs: number
    /** In nats per row. */
    readonly logLikelihood: { readonly train: number | null; readonly heldOut: number | null }
  } | null
  /** Synthetic rows compared with held-out rows, or for a small table with training rows (see `against`). */
  readonly quality: Quality | null
  /** Training rows compared with the same rows: the score of a perfect model. */
  readonly baseline: Scores | null
  readonly privacy: Privacy | null
  /**
   * AUC of a classifier that tries to distinguish synthetic rows from held-out ones; 0.5: it cannot. Null: too few rows. Absent from models
   * of earlier versions.
   */
  readonly detectability?: number | null
  /** The same for training rows instead of synthetic ones. Absent from models of earlier versions. */
  readonly detectabilityOfReal?: number | null
  /** Scores of sums, orders and differences. Absent from models of earlier versions. */
  readonly relations?: readonly RelationScore[]
  /** Relations between the columns. Absent from models of earlier versions. */
  readonly found?: readonly FoundRelation[]
  readonly columns: readonly ColumnReport[]
  /** Pairs of columns, by their indexes in `columns`, with how similar their dependence is in synthetic and real rows. */
  readonly pairs: readonly (readonly [number, number, number | null])[]
  /** What was changed or left out, each as a complete sentence. */
  readonly notes: readonly string[]
}

export interface Scores {
  /** Mean of `shapes` and `trends`. */
  readonly score: number | null
  /** Mean over the columns. */
  readonly shapes: number | null
  /** Mean over the pairs of columns. */
  readonly trends: number | null
}

export interface Quality extends Scores {
  readonly against: 'held-out' | 'training'
  readonly realRows: number
  readonly syntheticRows: number
}

export interface Privacy {
  /** Share of synthetic rows that are nearer to a training row than to any held-out row; 0.5: no copying. */
  readonly closest: number
  /** Shares of synthetic and of held-out rows that equal a training row in every learned column. */
  readonly copies: { readonly synthetic: number; readonly heldOut: number }
}

export interface ColumnReport {
  readonly name: string
  readonly kind: ColumnKind | LearnedKind
  /** Further findings, such as the time zone of a timestamp. */
  readonly detail?: string
  /** The column that determines this one. */
  readonly decidedBy?: string
  readonly shape?: number | null
  /** Shares of missing values in the table and in the synthetic rows. */
  readonly missing?: { readonly real: number; readonly synthetic: number }
  readonly histogram?: Histogram
}

const syntheticRows = 20_000
const closestRows = 1_000
const closestReferences = 4_000

export interface ReportInput {
  readonly prepared: Prepared
  readonly sourceRows: number
  readonly circuit: Circuit | null
  readonly training: TrainReport | null
  readonly split: { readonly train: Uint32Array; readonly heldOut: Uint32Array | null }
  readonly seed: number
}

/** Measures a trained circuit with a sample of synthetic rows. */
export function makeReport({ prepared, sourceRows, circuit, training, split, seed }: ReportInput): FitReport {
  const table = { rows: prepared.rows, sourceRows }
  const notes = prepared.notes
  const trained =
    training === null
      ? null
      : {
          rows: training.rows,
          states: training.states,
          epochs: training.epochs,
          logLikelihood: {
            train: rounded(training.logLikelihood.train),
            heldOut: rounded(training.logLikelihood.heldOut),
          },
        }
  // If all columns follow event times, there is nothing to compare.
  if (circuit === null || training === null || learnedColumns(prepared).length === 0) {
    const columns = prepared.planned.map((column) => describeColumn(column.name, prepared))
    return { table, training: trained, quality: null, baseline: null, privacy: null, columns, pairs: [], notes }
  }
  const categories = new Categories()
  const real = realSample(prepared, split.heldOut ?? split.train, categories)
  const references = realSample(prepared, split.train.subarray(0, Math.max(real.rows, closestReferences)), categories)
  const synthetic = syntheticSample(prepared, circuit, { rows: syntheticRows, seed }, categories)
  const shapes = shapesOf(real, synthetic)
  const pairs = pairsOf(real, synthetic)
  const differences = differencesOf(prepared, references)
  const ownColumns = learnedColumns(prepared)
  const learned = new Map(ownColumns.map(({ name }, j) => [name, j]))
  const positions = prepared.planned.flatMap(({ name }, index) => (learned.has(name) ? [index] : []))
  const toldFromReal = (rows: Sample): number | null =>
    split.heldOut === null
      ? null
      : rounded(
          detectability(withDifferences(differences, prepared, real), withDifferences(differences, prepared, rows)),
        )
  return {
    table,
    training: trained,
    quality: {
      against: split.heldOut === null ? 'training' : 'held-out',
      realRows: real.rows,
      syntheticRows: synthetic.rows,
      ...scoresOf(shapes, pairs),
    },
    baseline: split.heldOut === null ? null : scoresOf(shapesOf(real, references), pairsOf(real, references)),
    privacy: split.heldOut === null ? null : privacyOf(prepared, split.train, { real, references, synthetic }),
    detectability: toldFromReal(synthetic),
    detectabilityOfReal: toldFromReal(references),
    relations: relationScores(prepared, differences, { real, references, synthetic }),
    found: foundRelations(prepared),
    columns: prepared.planned.map(({ name }): ColumnReport => {
      const j = learned.get(name)
      const column = describeColumn(name, prepared)
      if (j === undefined) return column
      return {
        ...column,
        shape: rounded(shapes[j]),
        missing: { real: missingInTable(ownColumns[j], prepared.rows), synthetic: missingShare(synthetic, j) },
        histogram: histogramOf(real.columns[j], synthetic.columns[j]),
      }
    }),
    pairs: pairs.map(([a, b, score]) => [positions[a], positions[b], rounded(score)] as const),
    notes,
  }
}

function describeColumn(name: string, prepared: Prepared): ColumnReport {
  const column = prepared.planned.find((candidate) => candidate.name === name)
  for (const { node, columns } of prepared.casts) {
    const own = columns.find((candidate) => candidate.name === name)
    if (own !== undefined) return { name, kind: own.kind, decidedBy: node.column.name }
  }
  if (column?.place !== 'learned') return { name, kind: column?.kind ?? 'text' }
  const { kind, detail } = column.learned
  const decidedBy = prepared.decided.find((decided) => decided.column === column)?.decider.column.name
  return { name, kind, ...(detail !== null && { detail }), ...(decidedBy !== undefined && { decidedBy }) }
}

function shapesOf(real: Sample, other: Sample): number[] {
  return real.columns.map(({ numeric, values }, j) =>
    numeric ? ksComplement(values, other.columns[j].values) : tvComplement(values, other.columns[j].values),
  )
}

function pairsOf(real: Sample, other: Sample): [number, number, number][] {
  const pairs: [number, number, number][] = []
  for (let a = 0; a < real.columns.length; a++) {
    for (let b = a + 1; b < real.columns.length; b++) {
      const score = trendSimilarity([real.columns[a], real.columns[b]], [other.columns[a], other.columns[b]])
      pairs.push([a, b, score])
    }
  }
  return pairs
}

function scoresOf(shapes: readonly number[], pairs: readonly (readonly [number, number, number])[]): Scores {
  const shape = mean(shapes)
  const trend = mean(pairs.map(([, , score]) => score))
  const both = mean([shape, trend])
  return { score: rounded(both), shapes: rounded(shape), trends: rounded(trend) }
}

function privacyOf(
  prepared: Prepared,
  train: Uint32Array,
  { real, references, synthetic }: { real: Sample; references: Sample; synthetic: Sample },
): Privacy {
  const hashes = new Set<number>()
  // In parts, because the whole table as doubles would need as much memory again as the table itself.
  const partRows = 100_000
  const names = new Categories()
  // Use the same category indexes as the samples.
  for (const { name, categories } of synthetic.columns) for (const value of categories) names.indexOf(name, value)
  for (let from = 0; from < train.length; from += partRows) {
    const part = realSample(prepared, train.subarray(from, from + partRows), names)
    for (const hash of rowHashes(part)) hashes.add(hash)
  }
  const size = Math.min(closestReferences, real.rows, references.rows)
  return {
    closest:
      rounded(closestShare(synthetic, { ...references, rows: size }, { ...real, rows: size }, closestRows)) ?? 0.5,
    copies: { synthetic: rounded(copyShare(synthetic, hashes)) ?? 0, heldOut: rounded(copyShare(real, hashes)) ?? 0 },
  }
}

function missingInTable({ raw, learned }: LearnedColumn, tableRows: number): number {
  const rows = learned.held.reduce<number>((sum, value, code) => sum + (value === null ? raw.counts[code] : 0), 0)
  return rounded(rows / tableRows) ?? 0
}

function missingShare(sample: Sample, j: number): number {
  const { numeric, values, categories } = sample.columns[j]
  let missing = 0
  for (const value of values) if (numeric ? Number.isNaN(value) : categories[value] === null) missing++
  return rounded(missing / sample.rows) ?? 0
}

function mean(values: readonly (number | null)[]): number {
  const present = values.filter((value) => value !== null && !Number.isNaN(value)) as number[]
  return present.length === 0 ? NaN : present.reduce((sum, value) => sum + value, 0) / present.length
}

/** Rounds to four decimal places; null for null and NaN. */
function rounded(value: number | null): number | null {
  return value === null || Number.isNaN(value) ? null : Math.round(value * 1e4) / 1e4
}
