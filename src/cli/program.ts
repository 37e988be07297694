import { readFileSync } from 'node:fs'
import { Command } from 'commander'

/** The program's help for a command; everything else is loaded when the command is used. */
interface CommandRow {
  readonly summary: string
  /** As in the usage line. */
  readonly parameters: string
  load(): Promise<Command>
}

/** Every command of the program, in the order of the help. */
const commands: Readonly<Record<string, CommandRow>> = {
  init: {
    summary: 'create a first connector from a table, a model, a schema or a list of columns',
    parameters: '[source]',
    load: async () => (await import('./init.js')).initCommand(),
  },
  run: {
    summary: 'host connectors and feed their topics',
    parameters: '[paths...]',
    load: async () => (await import('./run.js')).runCommand(),
  },
  stream: {
    summary: 'generate records to stdout, a file or a topic',
    parameters: '<model>',
    load: async () => (await import('./stream.js')).streamCommand(),
  },
  validate: {
    summary: 'check connector files and report all errors',
    parameters: '[paths...]',
    load: async () => (await import('./validate.js')).validateCommand(),
  },
  verify: {
    summary: 'check a topic against its stream, record by record',
    parameters: '<connector...>',
    load: async () => (await import('./verify.js')).verifyCommand(),
  },
  read: {
    summary: "print a topic's records as a consumer sees them",
    parameters: '<topic>',
    load: async () => (await import('./read.js')).readCommand(),
  },
  reset: {
    summary: 'restart a stream, or move its position',
    parameters: '<connector...>',
    load: async () => (await import('./reset.js')).resetCommand(),
  },
  fit: {
    summary: 'train a model from a table: CSV, JSON, JSON lines or Parquet',
    parameters: '<table>',
    load: async () => (await import('./fit.js')).fitCommand(),
  },
  describe: {
    summary: "show a model's columns, dependence tree and quality",
    parameters: '<model>',
    load: async () => (await import('./describe.js')).describeCommand(),
  },
  'hash-password': {
    summary: 'print the hash of a password for a worker file',
    parameters: '',
    load: async () => (await import('./hash-password.js')).hashPasswordCommand(),
  },
}

/**
 * The whole command line; nothing runs until it is parsed, which throws CommanderError instead of exiting. `used`: the
 * only command to load, if it is one; the others are listed in the help. Omitted: all are loaded.
 */
export async function genesisProgram(used?: string): Promise<Command> {
  const program = new Command('genesis')
    .description('Streams synthetic data to Kafka, exactly once.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) })
    .configureHelp({ subcommandTerm: (command) => `${command.name()} [options] ${parametersOf(command)}` })
    .addHelpText(
      'after',
      `
Exit status: 0 done, 1 failed, 2 invalid input, 130 interrupted.
Data goes to stdout, everything else to stderr. GENESIS_TRACE=1 shows stack traces.`,
    )
  for (const [name, row] of Object.entries(commands)) {
    const command = used === undefined || used === name ? await row.load() : new Command(name)
    program.addCommand(command.summary(row.summary).copyInheritedSettings(program))
  }
  return program
}

function parametersOf(command: Command): string {
  return commands[command.name()]?.parameters ?? ''
}

/** Commander's message about a command line, in the form of all other errors. */
function usageLine(text: string): string {
  return `${text
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')}. See --help (USAGE)\n`
}

/** The version of this package. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
