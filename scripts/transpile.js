/**
 * Compiles what the demo needs, without type checks or import resolution: a sixth of the full compile time. Run from the root of the
 * checkout. `make build` recompiles and checks everything.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** @param {string} file */
function changedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

for (const { from, to } of [
  { from: 'src', to: 'dist' },
  { from: 'scripts', to: 'build/scripts' },
]) {
  const outdated = readdirSync(from, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name))
    .filter((name) => changedMs(join(to, name.replace(/\.ts$/, '.js'))) < changedMs(join(from, name)))
  if (outdated.length === 0) continue
  // Loaded on demand: it takes half a second.
  const { default: ts } = await import('typescript')
  const names = outdated.map((name) => join(from, name))
  const program = ts.createProgram(names, {
    ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true, allowJs: true },
    ...{ isolatedModules: true, noCheck: true, noResolve: true, noLib: true, types: [], rootDir: from, outDir: to },
  })
  const { diagnostics } = program.emit()
  const wrong = [...program.getSyntacticDiagnostics(), ...diagnostics]
  if (wrong.length === 0) continue
  const host = { getCanonicalFileName: String, getCurrentDirectory: () => process.cwd(), getNewLine: () => '\n' }
  console.error(ts.formatDiagnostics(wrong, host).trimEnd())
  process.exitCode = 1
}
