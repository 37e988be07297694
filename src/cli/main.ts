#!/usr/bin/env node
import { CommanderError } from 'commander'
import { genesisProgram } from './program.js'
import { report } from './report.js'
import { keepHeapsSmall } from './small-heaps.js'

/** A reader that stops early (`genesis stream … | head`) is not an error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : report(error))
})
process.on('uncaughtException', (error) => process.exit(report(error)))

/** Commands report their outcome through process.exitCode, or throw. */
async function main(): Promise<void> {
  const command = process.argv[2] ?? ''
  if (command === 'run') keepHeapsSmall()
  try {
    await (await genesisProgram(command)).parseAsync()
  } catch (error) {
    // Commander has already printed the problem; help and version also end here, with status 0.
    process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : report(error)
  }
  // Piped output is flushed after this turn; handles left open by a failed command must not keep the process alive.
  process.stdout.write('', () => process.stderr.write('', () => process.exit()))
}

await main()
