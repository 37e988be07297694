import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { GenesisError } from '../errors.js'
import { writeModel } from '../model/artifact-write.js'
import { FitProgress } from './fit-progress.js'
import { onInterrupt } from './interrupt.js'
import { qualityLines } from './quality.js'

export interface FitFlags {
  readonly out: string
  readonly columns?: string
  readonly hidden: number | 'auto'
  readonly seed: number
  readonly name?: string
  readonly sample: number
  readonly threads?: number
  readonly minCount: number
  readonly roundExtremes?: true
  readonly encoding?: string
  readonly relations: 'on' | 'off'
}

/** Defaults of the flags. */
export const defaultFitFlags: Omit<FitFlags, 'out'> = {
  hidden: 'auto',
  seed: 0,
  sample: 1_000_000,
  minCount: 1,
  relations: 'on',
}

/** `genesis fit`: trains a model from a table and writes its file. Progress and quality go to stderr. */
export function fitCommand(): Command {
  return new Command('fit')
    .description(
      'Trains a model from a table (CSV, JSON, JSON lines or Parquet) and reports how well its records match the table.',
    )
    .argument('<table>', 'table to train from; .gz is decompressed')
    .requiredOption('--out <model>', 'model file to write')
    .option('--columns <file>', 'kinds and options of columns, overriding what is inferred (docs/fit.md)')
    .addOption(
      new Option('--hidden <n>', 'hidden states per column, or auto')
        .default(defaultFitFlags.hidden)
        .argParser(hiddenStates),
    )
    .option('--seed <n>', 'training seed', integerFrom(0), defaultFitFlags.seed)
    .option('--name <name>', "the model's name (default: the model file's)")
    .option(
      '--sample <n>',
      'maximum rows to train from; a larger table is sampled',
      integerFrom(1),
      defaultFitFlags.sample,
    )
    .option('--threads <n>', 'threads (default: one per core); does not affect the model', integerFrom(1))
    .option('--min-count <n>', 'categories with fewer rows become "other"', integerFrom(1), defaultFitFlags.minCount)
    .option('--round-extremes', 'round the smallest and largest numbers to two digits')
    .addOption(
      new Option('--relations <on|off>', 'whether to detect relations between columns and preserve them')
        .choices(['on', 'off'])
        .default(defaultFitFlags.relations),
    )
    .option('--encoding <name>', 'text encoding (default: detected)')
    .addHelpText(
      'after',
      `
Examples:
  genesis fit customers.csv --out models/customers.json
  genesis fit orders.parquet --out orders.json --hidden 64 --columns columns.yaml`,
    )
    .action(async (table: string, flags: FitFlags) => void (await fit(table, flags)))
}

/** Trains a model and writes its file. False: interrupted, which has been reported and set as the exit status. */
export async function fit(path: string, flags: FitFlags): Promise<boolean> {
  const stop = new AbortController()
  const release = onInterrupt(() => stop.abort())
  const progress = new FitProgress(process.stderr)
  try {
    await checkWritable(flags.out)
    // Loaded lazily: reading tables and training take longer to load than everything else.
    const { readColumnsFile } = await import('../fit/columns/settings.js')
    const { readTable } = await import('../fit/table/read.js')
    const { fitTable } = await import('../fit/fit.js')
    const { parseModel } = await import('../model/load.js')
    const columns = flags.columns === undefined ? undefined : await readColumnsFile(flags.columns)
    const { seed, encoding } = flags
    const table = await readTable(path, { encoding, maxRows: flags.sample, seed, signal: stop.signal })
    progress.read(table)
    const { artifact, report, training } = await fitTable(table, {
      name: flags.name ?? basename(flags.out, extname(flags.out)),
      columns,
      states: flags.hidden,
      seed,
      threads: flags.threads,
      minCount: flags.minCount,
      roundExtremes: flags.roundExtremes === true,
      relations: flags.relations === 'on',
      signal: stop.signal,
      onPrepared: (prepared) => progress.prepared(prepared),
      onExamples: (notes) => progress.notes(notes),
      onProgress: (step) => progress.step(step),
    })
    progress.end()
    if (training?.aborted && training.epochs === 0) {
      interrupted('no epoch was completed; no model is written')
      return false
    }
    const text = writeModel(artifact)
    // Never write a file that no command could read.
    parseModel(Buffer.from(text), flags.out)
    await replaceFile(flags.out, text)
    for (const line of qualityLines(report)) process.stderr.write(`${line}\n`)
    process.stderr.write(`wrote ${flags.out} (${Math.ceil(text.length / 1000)} kB)\n`)
    if (training?.aborted) interrupted(`the model is the best of ${training.epochs} completed epochs`)
    return !training?.aborted
  } catch (error) {
    if (error !== stop.signal.reason) throw error
    interrupted('the table was not read completely; no model is written')
    return false
  } finally {
    progress.end()
    release()
  }
}

function interrupted(outcome: string): void {
  process.stderr.write(`interrupted: ${outcome}\n`)
  process.exitCode = 130
}

/** Catches before training what would otherwise fail after it. */
async function checkWritable(path: string): Promise<void> {
  try {
    // The dot tells a file in the folder's place from a folder without write permission.
    await access(`${dirname(path)}/.`, constants.W_OK)
  } catch (error) {
    throw unwritable(path, error)
  }
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
  if (isFolder) throw unwritable(path, { code: 'EISDIR' })
}

/** Atomic: either the new file or the old one. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await writeFile(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw unwritable(path, error)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such folder',
  ENOTDIR: 'no such folder',
  EISDIR: 'a folder',
  EACCES: 'no write permission for its folder',
  EROFS: 'read-only file system',
}

function unwritable(path: string, cause: unknown): GenesisError {
  const { code = '', message } = cause as NodeJS.ErrnoException
  return new GenesisError(code === 'ENOSPC' ? 'DISK_FULL' : 'USAGE', 'the model file cannot be written', {
    place: path,
    found: reasons[code] ?? message,
    cause,
  })
}

function integerFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`expected an integer of at least ${least}.`)
    return value
  }
}

function hiddenStates(text: string): number | 'auto' {
  if (text === 'auto') return text
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 512)
    throw new InvalidArgumentError('expected auto or an integer from 1 to 512.')
  return value
}
