import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { GenesisError } from '../errors.js'
import { conditionShare } from '../model/condition-share.js'
import { loadModel } from '../model/load.js'
import { describeHtml } from './describe-html.js'
import { describeModel } from './describe-model.js'
import { describeText } from './describe-text.js'
import { typeLanguages } from './describe-types.js'

interface Flags {
  readonly json?: true
  readonly conditions?: unknown
  readonly html?: string
  readonly types?: keyof typeof typeLanguages
}

/** `genesis describe`: prints a model's columns and quality. */
export function describeCommand(): Command {
  return new Command('describe')
    .description("Shows a model's columns, their dependence tree, and the quality measured when it was trained.")
    .argument('<model>', 'the model file, a declaration in YAML, or a schema')
    .option('--json', 'print JSON')
    .option('--conditions <json>', 'also show the probability that a record satisfies these conditions', jsonValue)
    .option('--html <file>', 'write a page with plots of real and synthetic values instead')
    .addOption(
      new Option('--types [language]', 'print the type of a record instead (default: ts)')
        .choices(Object.keys(typeLanguages))
        .preset('ts'),
    )
    .addHelpText(
      'after',
      `
Examples:
  genesis describe models/customers.json
  genesis describe models/customers.json --conditions '{"segment": "premium"}'
  genesis describe models/customers.json --html customers.html
  genesis describe models/customers.json --types > customer.ts
  genesis describe schemas/customer.avsc`,
    )
    .action(async (path: string, flags: Flags) => describe(path, flags))
}

async function describe(path: string, { json, conditions, html, types }: Flags): Promise<void> {
  const model = await loadModel(path)
  if (types !== undefined) {
    process.stdout.write(typeLanguages[types](model))
    return
  }
  const asked =
    conditions === undefined ? undefined : { given: conditions, probability: conditionShare(model, conditions) }
  const description = describeModel(model, asked)
  if (html !== undefined) {
    await writePage(html, describeHtml(description))
    process.stderr.write(`wrote ${html}\n`)
  }
  if (json === true) process.stdout.write(`${JSON.stringify(description, null, 2)}\n`)
  else if (html === undefined) process.stdout.write(describeText(description))
}

async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFile(path, page)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const full = code === 'ENOSPC'
    throw new GenesisError(full ? 'DISK_FULL' : 'USAGE', 'the page cannot be written', {
      place: path,
      found: message,
      cause: error,
    })
  }
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InvalidArgumentError(`not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
