#!/usr/bin/env node
import { CommanderError } from 'commander'
import { genesisProgram } from './program.js'
import { report } from './report.js'

/** A reader that has seen enough (`genesis stream … | head`) is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : report(error))
})
process.on('uncaughtException', (error) => process.exit(report(error)))

/** Commands say what became of their work with process.exitCode, or throw. */
async function main(): Promise<void> {
  try {
    await (await genesisProgram(process.argv[2] ?? '')).parseAsync()
  } catch (error) {
    // Commander has said what is wrong; help and version end here too, with status 0.
    process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : report(error)
  }
  // Output into a pipe is written after this turn; what a failed command left open must not keep the process alive.
  process.stdout.write('', () => process.stderr.write('', () => process.exit()))
}

await main()
