/** The files that are made from the code: reference pages and JSON Schemas. A test keeps them equal to it. */
import type { Command } from 'commander'
import { format, resolveConfig } from 'prettier'
import { genesisProgram } from '#src/cli/program.js'
import { connectorJsonSchema } from '#src/config/connector-json-schema.js'
import { connectorSchema } from '#src/config/connector-schema.js'
import { jsonSchema } from '#src/config/json-schema.js'
import { optionsOf } from '#src/config/option.js'
import { referencePage } from '#src/config/reference-page.js'
import { workerSchema } from '#src/config/worker-schema.js'
import { errorTable } from '#src/errors.js'

export interface ReferenceFile {
  /** From the project's folder. */
  readonly path: string
  readonly text: string
}

export async function referenceFiles(): Promise<ReferenceFile[]> {
  const files: Record<string, string> = {
    'docs/connector.md': referencePage(connectorSchema, connectorIntroduction),
    'docs/worker.md': referencePage(workerSchema, workerIntroduction),
    'docs/options.md': optionsPage(),
    'docs/errors.md': errorsPage(),
    'docs/cli.md': await cliPage(),
    'schemas/connector.schema.json': JSON.stringify(connectorJsonSchema('genesis-connect connector')),
    'schemas/worker.schema.json': JSON.stringify(jsonSchema(workerSchema, 'genesis-connect worker')),
  }
  return Promise.all(
    Object.entries(files).map(async ([path, text]) => {
      const config = await resolveConfig(path)
      return { path, text: await format(text, { ...config, filepath: path }) }
    }),
  )
}

const made = '<!-- Made by `npm run reference`; a test keeps it equal to the code. -->'

const connectorIntroduction = `
${made}

# Connector files

\`\`\`yaml
# yaml-language-server: $schema=../schemas/connector.schema.json
name: loyal-customers
model: ../models/customers.json
topic: synthetic-customers
topic_creation: { partitions: 3 }
key: id
value: { format: avro, schema: ../schemas/customer.avsc }
conditions:
  segment: premium
  lifetime_value: ['>', 10000]
throughput: { rate: 1000, batch_size: 100, max_records: 100000 }
delivery: exactly-once
tasks: { max: 2 }
seed: 42
\`\`\`

A file is YAML or JSON and holds one connector; in YAML, several are divided by \`---\`. Of a folder, its \`*.yaml\`, \`*.yml\` and
\`*.json\` are read, not those of its folders. Every name is used once. Relative paths start from the file.
\`genesis validate\` lists every error with its line; \`genesis validate --schema\` prints the JSON Schema for editors.

Durations are written with their unit (\`100ms\`, \`60s\`, \`5m\`, \`1h\`, \`2d\`), sizes too (\`1MB\` is a million bytes, \`512KiB\` is 512 × 1024).

## Placeholders

A text, or a part of one, can come from elsewhere. What does is never shown in a message.

| written | is |
| --- | --- |
| \`\${env:NAME}\` | the environment variable; an error if it is not set |
| \`\${env:NAME:-text}\` | the same, or \`text\` where it is not set or empty |
| \`\${file:path:key}\` | a key of a Java properties file |
| \`\${file:path}\` | a whole file, such as a mounted secret, without its last line feed |
| \`$\${\` | the two characters \`\${\` |

## Several sinks

In place of \`sink\`, \`sinks\` has any number of them by name: each gets the same records, with a checkpoint, tasks and a pace of its own
([fan-out](fan-out.md)). Under a name stand the keys of \`sink\`, and for this sink alone \`topic\`, \`topic_creation\`, \`value\`,
\`delivery\` and \`compression\`.

## Keys
`

const workerIntroduction = `
${made}

# Worker files

\`\`\`yaml
# yaml-language-server: $schema=../schemas/worker.schema.json
group: { id: synthetic }
kafka:
  brokers: [kafka-1:9093, kafka-2:9093]
  tls: { enabled: true, ca: /etc/kafka/ca.pem }
  sasl: { mechanism: SCRAM-SHA-512, username: genesis, password: '\${file:/run/secrets/kafka:password}' }
registry: { url: 'https://registry:8081' }
http: { enabled: true }
\`\`\`

Everything has a default, so a worker file is optional. An environment variable overrides the file. Certificates and keys are
PEM texts or paths of PEM files, relative to the worker file. User name and password in \`registry.url\` are taken out of it.
Placeholders such as \`\${env:NAME}\` and \`\${file:path:key}\` are those of [connector files](connector.md#placeholders).

## Keys
`

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([code, { about, retriable, http, exit }]) => {
    return `| \`${code}\` | ${about.replaceAll('|', '\\|')} | ${retriable ? 'yes' : 'no'} | ${http} | ${exit} |`
  })
  return `
${made}

# Errors

Every error has one of these codes, and one line that says the place, what was found, what was expected and what to do.
On the command line it reads \`error: <message> (<CODE>)\`; \`GENESIS_TRACE=1\` adds where in the program it came from.
After a retriable one the same call may succeed later, and connectors with \`errors.policy: retry\` try again.

| code | meaning | retriable | HTTP | exit status |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}

async function cliPage(): Promise<string> {
  const program = await genesisProgram()
  return `
${made}

# Command line

| exit status | meaning |
| --- | --- |
| 0 | done; for \`verify\`: exact; for \`validate\`: nothing is wrong |
| 1 | the work failed; for \`verify\`: not exact; for \`validate\`: the broker or the registry says no |
| 2 | the input is wrong: a command line, a configuration file, a model, a schema ([errors](errors.md)) |
| 3 | for \`verify\`: every record is there, but not all can be read yet |
| 130 | interrupted (Ctrl-C) |

Data goes to stdout, everything else to stderr. A reader that closes stdout early (\`| head\`) ends the program with status 0.

${[program, ...program.commands].map(section).join('\n\n')}
`
}

/** What the same option is called elsewhere. */
function optionsPage(): string {
  const cell = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``)
  const rows = [connectorSchema, workerSchema].flatMap((tree) =>
    [...optionsOf(tree)]
      .filter(([key, { flag, code, aliases }]) => !key.startsWith('sink.') && (flag ?? code ?? aliases) !== undefined)
      .map(([key, { flag, code, codeDefault, aliases = [] }]) => {
        const other = codeDefault === undefined ? '' : ` (default there: \`${JSON.stringify(codeDefault)}\`)`
        return `| ${cell(key)} | ${cell(flag)} | ${cell(code)}${other} | ${aliases.map(cell).join(', ')} |`
      }),
  )
  return `
${made}

# One option, four doors

An option is defined once, in the option table (\`src/config/\`), with its type, default and meaning. It is a key of a [connector file](connector.md) or a
[worker file](worker.md), and the same key with dots over REST. Where the command line (\`genesis stream\`), the [library](guide.md), or Kafka Connect and
kafka-connect-datagen have another name for it, that name is here. Units: a number in the library has that of its name's end.

| key | flag | library | Connect, datagen |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}

function section(command: Command): string {
  const title = command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 110 })
  command.outputHelp()
  return `## ${title}\n\n\`\`\`text\n${help.trim()}\n\`\`\``
}
