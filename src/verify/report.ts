import { deliveryName } from '../config/connector.js'
import type { DisturbKind } from '../config/disturb.js'
import type { ComparisonResult } from './match/compare.js'
import type { FaultKind } from './match/explain.js'
import type { UnreadableRecords } from './delivered.js'
import { lostIds, type OtherId } from './schema-ids.js'

/** The findings of `genesis verify` about a connector. */
export interface VerifyReport extends ComparisonResult {
  readonly connector: string
  /** Which of the connector's sinks; null: there is only one. */
  readonly sink: string | null
  /** What was read: `topic <name>`, or `file <path>`. */
  readonly target: string
  /** Something was sent; every record of the stream below the checkpoints is there exactly once, unaltered and in order; and nothing else. */
  readonly exact: boolean
  /** False: there is neither a checkpoint nor a record. */
  readonly sent: boolean
  /** Records to compare that cannot be read yet; if there are any, it is not exact. */
  readonly unreadable: readonly UnreadableRecords[]
  /** Schema ids other than the one that the registry returns now; exact only if each stands for the same schema. */
  readonly schemaIds: readonly OtherId[]
  /** The checkpoint of each shard: its next position; null: it never committed. */
  readonly shards: readonly { readonly shard: number; readonly checkpoint: number | null }[]
  /** What was read of each partition: offsets from `start` to before `end` (for a file: bytes). */
  readonly partitions: readonly { readonly partition: number; readonly start: number; readonly end: number }[]
  /** Wall-clock fields, which were not compared. */
  readonly skippedFields: readonly string[]
  /** Whether record timestamps come from one of these fields, and so were not compared either. */
  readonly skippedTimestamps: boolean
  /**
   * For a stream with deliberate faults, by kind: how many there are below the checkpoints, and how many records carry such a
   * label (null: only topics have labels). Null: nothing is disturbed.
   */
  readonly disturbed:
    readonly { readonly kind: DisturbKind; readonly expected: number; readonly found: number | null }[] | null
  readonly seconds: number
}

/** The report for machines. */
export function reportJson(report: VerifyReport): object {
  return {
    connector: report.connector,
    ...(report.sink !== null && { sink: report.sink }),
    target: report.target,
    exact: report.exact,
    sent: report.sent,
    ...(report.unreadable.length > 0 && { unreadable: report.unreadable.map(unreadableJson) }),
    ...(report.schemaIds.length > 0 && {
      schema_ids: report.schemaIds.map(({ id, records, standsFor }) => ({ id, records, stands_for: standsFor })),
    }),
    expected: report.expected,
    found: report.found,
    matched: report.matched,
    expired: report.expired,
    ...report.counts,
    first: report.first,
    shards: report.shards,
    partitions: report.partitions,
    skipped_fields: report.skippedFields,
    ...(report.skippedTimestamps && { skipped_timestamps: true }),
    ...(report.disturbed !== null && { disturbed: report.disturbed }),
    seconds: Number(report.seconds.toFixed(3)),
  }
}

function unreadableJson({
  partition,
  records,
  offset,
  producerId,
  transactionalId,
  since,
  timeoutMs,
}: UnreadableRecords): object {
  return {
    ...{ partition, records, offset, producer_id: producerId, transactional_id: transactionalId },
    ...{ since: new Date(since).toISOString(), timeout_ms: timeoutMs },
  }
}

/** Which transaction blocks a partition, and since when. */
export function blockerText({
  partition,
  offset,
  producerId,
  transactionalId,
  since,
  timeoutMs,
}: Omit<UnreadableRecords, 'records'>): string {
  const id = transactionalId === null ? '' : ` (transactional id ${transactionalId})`
  const limit = timeoutMs === null ? '' : `, to be aborted after ${number(timeoutMs / 1000)} s`
  return `partition ${partition}, offset ${offset}: a transaction of producer ${producerId}${id}, open since ${new Date(since).toISOString()}${limit}`
}

const meanings: Readonly<Record<FaultKind, string>> = {
  missing: 'missing',
  doubled: 'doubled',
  altered: 'altered',
  foreign: 'foreign',
  uncovered: 'beyond the checkpoint',
  out_of_order: 'out of order',
}

/** The report for people. */
export function reportLines(report: VerifyReport): string[] {
  const { target, exact, sent, counts, expected, found, expired, seconds } = report
  const name = deliveryName({ name: report.connector, sinkName: report.sink })
  if (!sent) return [`${name}: nothing was sent yet`, `  ${target}: no records, and no checkpoint`]
  const rate = seconds > 0 ? ` (${number(Math.round(found / seconds))}/s)` : ''
  const kinds = Object.keys(meanings) as FaultKind[]
  const wrong = kinds.filter((kind) => counts[kind] > 0).map((kind) => `${number(counts[kind])} ${meanings[kind]}`)
  const lost = lostIds(report.schemaIds)
  if (lost.length > 0)
    wrong.push(`${number(lost.reduce((sum, { records }) => sum + records, 0))} with a lost schema id`)
  const lines = [
    `${name}: ${exact ? 'exact' : wrong.length > 0 ? `NOT exact: ${wrong.join(', ')}` : 'not yet readable'}`,
  ]
  lines.push(
    `  ${target}: ${number(found)} records found, ${number(expected)} expected, in ${seconds.toFixed(1)} s${rate}`,
  )
  for (const { shard, checkpoint } of report.shards) {
    const at = checkpoint === null ? 'no checkpoint' : `checkpoint at position ${number(checkpoint)}`
    lines.push(`  shard ${shard} of ${report.shards.length}: ${at}`)
  }
  if (expired > 0) {
    const cut = report.partitions
      .filter(({ start }) => start > 0)
      .map(({ partition, start }) => `${partition} before offset ${start}`)
    lines.push(`  ${number(expired)} older records have expired and were not checked: partition ${cut.join(', ')}`)
  }
  for (const one of report.unreadable) {
    lines.push(`  ${number(one.records)} committed records cannot be read yet: ${blockerText(one)}`)
  }
  for (const { id, records, standsFor } of report.schemaIds) {
    const what = standsFor === null ? 'the registry does not say what it stands for' : `it now stands for ${standsFor}`
    lines.push(`  ${number(records)} records have the schema id ${id}: ${what}`)
  }
  if (report.skippedFields.length > 0) {
    const timestamps = report.skippedTimestamps ? "; including the records' timestamps" : ''
    lines.push(`  not compared (wall clock): ${report.skippedFields.join(', ')}${timestamps}`)
  }
  const disturbed = (report.disturbed ?? []).filter((one) => one.expected > 0 || (one.found ?? 0) > 0)
  const kindsOf = disturbed.map(({ kind, expected, found }) => {
    return `${kind} ${found === null ? '' : `${number(found)} of `}${number(expected)}`
  })
  if (kindsOf.length > 0) lines.push(`  disturbed on purpose: ${kindsOf.join(', ')}`)
  for (const { kind, partition, offset, position } of report.first) {
    const where = [
      `partition ${partition}`,
      ...(offset === null ? [] : [`offset ${offset}`]),
      ...(position === null ? [] : [`position ${position}`]),
    ]
    lines.push(`  ${meanings[kind]}: ${where.join(', ')}`)
  }
  const more = kinds.reduce((sum, kind) => sum + counts[kind], 0) - report.first.length
  if (more > 0) lines.push(`  and ${number(more)} more`)
  return lines
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
