import { createInterface } from 'node:readline/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { loadConnectors } from '../config/connector-file.js'
import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import { hidingSecrets, withoutSecretsIn } from '../config/hide-secrets.js'
import { withoutSecrets } from '../config/placeholders.js'
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
      "Deletes a connector's checkpoints, so that its stream restarts from the beginning, or moves them to another position. Workers that run it are fenced first, so their tasks end. Existing records in the topic or file are kept.",
    )
    .argument('<connector...>', 'connector files, or folders of them')
    .option('--to-position <n>', 'continue at this position of the stream instead of the beginning', wholeNumber)
    .addOption(
      new Option(
        '--keep-position',
        'keep the position, and accept the topic and group (group.id) of the current configuration',
      ).conflicts('toPosition'),
    )
    .option('--sink <name>', 'reset only this sink (default: all)')
    .option('--worker <file>', 'worker file; brokers can also come from the environment')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print the result as JSON, one line per connector')
    .addHelpText(
      'after',
      `
Examples:
  genesis reset connectors/orders.yaml
  genesis reset connectors/orders.yaml --to-position 1000000 --yes
  genesis reset connectors/orders.yaml --keep-position    (its topic was renamed, or deleted and recreated)

Exit status: 0 done; 1 failed or declined; 2 invalid input; 130 interrupted.`,
    )
    .action(async (paths: string[], flags: ResetFlags) => {
      process.exitCode = await reset(paths, flags)
    })
}

async function reset(paths: readonly string[], flags: ResetFlags): Promise<number> {
  const worker = await loadWorker(flags.worker ?? null, process.env)
  const { connectors, secrets } = await loadConnectors(paths, process.env)
  return hidingSecrets(secrets, () => resetAll(connectors, secrets, worker, flags))
}

async function resetAll(
  all: readonly ConnectorConfig[],
  secrets: ReadonlyMap<string, string>,
  worker: WorkerConfig,
  flags: ResetFlags,
): Promise<number> {
  const connectors = pickSink(all, flags.sink, 'has no checkpoint to move')
  if (!flags.yes && !(await isConfirmed(connectors, secrets, worker, flags))) {
    process.stderr.write('nothing changed\n')
    return 1
  }
  for (const connector of connectors) {
    const moved = await movePositions(connector, worker, await moveOf(connector, flags))
    const text = flags.json
      ? JSON.stringify(withoutSecretsIn(asJson(connector, moved), secrets))
      : withoutSecrets(lines(connector, moved, flags).join('\n'), secrets)
    process.stdout.write(`${text}\n`)
  }
  return 0
}

async function moveOf(connector: ConnectorConfig, { toPosition, keepPosition }: ResetFlags): Promise<PositionMove> {
  if (keepPosition) {
    if (connector.sink.type === 'kafka') return { next: (_, current) => current, acceptTarget: true }
    throw new GenesisError('USAGE', 'only a Kafka sink can change its topic', {
      place: `--keep-position: ${connector.file ?? connector.name}`,
      found: `a ${connector.sink.type} sink`,
    })
  }
  if (toPosition === undefined) return { next: () => null, acceptTarget: false }
  const shards = connector.tasks.max
  const { fingerprint } = await openConnector(connector, { load: loadModel, shard: 0, capacity: 1 })
  // Each shard resumes at its first position from there on.
  const next = (shard: number): number => toPosition + ((((shard - toPosition) % shards) + shards) % shards)
  return { fingerprint, next, acceptTarget: true }
}

async function isConfirmed(
  connectors: readonly ConnectorConfig[],
  secrets: ReadonlyMap<string, string>,
  worker: WorkerConfig,
  flags: ResetFlags,
): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new GenesisError('USAGE', 'no terminal to ask for confirmation', {
      place: 'genesis reset',
      expected: '--yes',
    })
  }
  for (const connector of connectors)
    process.stderr.write(`${withoutSecrets(await question(connector, worker, flags), secrets)}\n`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  terminal.on('SIGINT', () => process.exit(130))
  try {
    return /^y(es)?$/i.test((await terminal.question('Existing records are kept. Continue? [y/N] ')).trim())
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
  if (keepPosition) return `will continue there in topic ${topic}`
  return toPosition === undefined ? 'will restart from the beginning' : `will continue at ${number(toPosition)}`
}

function lines(connector: ConnectorConfig, moved: readonly MovedPosition[], { keepPosition }: ResetFlags): string[] {
  const name = deliveryName(connector)
  if (moved.length === 0) return [`${name}: has no checkpoint; it starts from the beginning`]
  return [
    `${name}: ${keepPosition ? `continues in topic ${connector.topic}` : 'moved'}`,
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
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('not a position.')
  return value
}
