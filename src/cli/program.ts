import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { describeCommand } from './describe.js'
import { fitCommand } from './fit.js'
import { resetCommand } from './reset.js'
import { runCommand } from './run.js'
import { streamCommand } from './stream.js'
import { validateCommand } from './validate.js'
import { verifyCommand } from './verify.js'

/** Every command of the program, in the order of the help. */
const commands: readonly (() => Command)[] = [
  runCommand,
  streamCommand,
  validateCommand,
  verifyCommand,
  resetCommand,
  fitCommand,
  describeCommand,
]

/** The command line as a whole; nothing runs before it is parsed. Throws CommanderError instead of exiting. */
export function genesisProgram(): Command {
  const program = new Command('genesis')
    .description('Feeds Kafka with synthetic data, exactly once.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) })
    .addHelpText(
      'after',
      `
Exit status: 0 done, 1 the work failed, 2 the input is wrong, 130 interrupted.
Data goes to stdout, everything else to stderr. GENESIS_TRACE=1 shows where an error came from.`,
    )
  for (const command of commands) program.addCommand(command().copyInheritedSettings(program))
  return program
}

/** What commander has to say about a command line, in the form of every other error. */
function usageLine(text: string): string {
  return `${text
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')}. --help shows how it is used (USAGE)\n`
}

/** The version of the package this file is in. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
