import { createInterface } from 'node:readline/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { loadConnectors } from '../config/connector-file.js'
import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import { loadWorker } from '../config/worker-file.js'
import type { WorkerConfig } from '../config/worker.js'
import { openConnector } from '../connector/open.js'
import { GenesisError } from '../errors.js'
import { loadModel } from '../model/load.js'
import { movePositions, readPositions, type MovedPosition, type PositionMove } from '../sink/move-positions.js'
import { pickSink } from './pick-sink.js'

interface ResetFlags {
  readonly worker?: string
  readonly sink?: string
  readonly toPosition?: number
  readonly keepPosition?: true
  readonly yes?: true
  readonly json?: true
}

export function resetCommand(): Command {
  return new Command('reset')
    .description(
      "Deletes a connector's checkpoints, so that its stream starts again; or moves them. Workers that run it are fenced first: their tasks end. Records that are in the topic or the file stay there.",
    )
    .argument('<connector...>', 'connector files, or folders of them')
    .option('--to-position <n>', 'go on at this position of the stream instead of its beginning', wholeNumber)
    .addOption(
      new Option(
        '--keep-position',
        'stay at the position, and accept the topic and the group (group.id) that the configuration names now',
      ).conflicts('toPosition'),
    )
    .option('--sink <name>', 'only this one of several sinks')
    .option('--worker <file>', 'worker file; brokers can also come from the environment')
    .option('--yes', 'do not ask')
    .option('--json', 'print what was done as JSON, one line a connector')
    .addHelpText(
      'after',
      `
Examples:
  genesis reset connectors/orders.yaml
  genesis reset connectors/orders.yaml --to-position 1000000 --yes
  genesis reset connectors/orders.yaml --keep-position    (its topic was renamed, or deleted and created again)

Exit status: 0 done; 1 not done, or the answer was no; 2 the input is wrong; 130 interrupted.`,
    )
    .action(async (paths: string[], flags: ResetFlags) => {
      process.exitCode = await reset(paths, flags)
    })
}

async function reset(paths: readonly string[], flags: ResetFlags): Promise<number> {
  const worker = await loadWorker(flags.worker ?? null, process.env)
  const connectors = pickSink(
    await loadConnectors(paths, process.env),
    flags.sink,
    'has no checkpoint that could be moved',
  )
  if (!flags.yes && !(await isConfirmed(connectors, worker, flags))) {
    process.stderr.write('nothing was changed\n')
    return 1
  }
  for (const connector of connectors) {
    const moved = await movePositions(connector, worker, await moveOf(connector, flags))
    const text = flags.json ? JSON.stringify(asJson(connector, moved)) : lines(connector, moved, flags).join('\n')
    process.stdout.write(`${text}\n`)
  }
  return 0
}

async function moveOf(connector: ConnectorConfig, { toPosition, keepPosition }: ResetFlags): Promise<PositionMove> {
  if (keepPosition) {
    if (connector.sink.type === 'kafka') return { next: (_, current) => current, acceptTarget: true }
    throw new GenesisError('USAGE', 'only a topic can be another one than before', {
      place: `--keep-position: ${connector.file ?? connector.name}`,
      found: `a ${connector.sink.type} sink`,
    })
  }
  if (toPosition === undefined) return { next: () => null, acceptTarget: false }
  const shards = connector.tasks.max
  const { fingerprint } = await openConnector(connector, { load: loadModel, shard: 0, capacity: 1 })
  // Each shard goes on at its first position from there.
  const next = (shard: number): number => toPosition + ((((shard - toPosition) % shards) + shards) % shards)
  return { fingerprint, next, acceptTarget: true }
}

async function isConfirmed(
  connectors: readonly ConnectorConfig[],
  worker: WorkerConfig,
  flags: ResetFlags,
): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new GenesisError('USAGE', 'there is no terminal to ask on', {
      place: 'genesis reset',
      expected: '--yes, which does not ask',
    })
  }
  for (const connector of connectors) process.stderr.write(`${await question(connector, worker, flags)}\n`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  terminal.on('SIGINT', () => process.exit(130))
  try {
    return /^y(es)?$/i.test((await terminal.question('Records that are there stay. Go on? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

async function question(connector: ConnectorConfig, worker: WorkerConfig, flags: ResetFlags): Promise<string> {
  let now: string
  try {
    const positions = [...(await readPositions(connector, worker)).values()].map(({ position }) => position)
    now = positions.length === 0 ? 'has no checkpoint' : `is at ${positions.map(number).join(', ')}`
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'CHECKPOINT_INVALID') throw error
    now = 'has a checkpoint that cannot be read'
  }
  return `${deliveryName(connector)}: ${now}; ${intention(connector, flags)}`
}

function intention({ topic }: ConnectorConfig, { toPosition, keepPosition }: ResetFlags): string {
  if (keepPosition) return `will go on there in topic ${topic}`
  return toPosition === undefined ? 'will start again at its beginning' : `will go on at ${number(toPosition)}`
}

function lines(connector: ConnectorConfig, moved: readonly MovedPosition[], { keepPosition }: ResetFlags): string[] {
  const name = deliveryName(connector)
  if (moved.length === 0) return [`${name}: has no checkpoint; it starts at its beginning`]
  return [
    `${name}: ${keepPosition ? `goes on in topic ${connector.topic}` : 'moved'}`,
    ...moved.map(({ shard, from, to }) => `  shard ${shard}: from ${place(from)} to ${place(to)}`),
  ]
}

function place(position: number | null): string {
  return position === null ? 'the beginning' : `position ${number(position)}`
}

function asJson({ name, sinkName }: ConnectorConfig, shards: readonly MovedPosition[]): object {
  return { connector: name, ...(sinkName !== null && { sink: sinkName }), shards }
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('It is not a position.')
  return value
}
