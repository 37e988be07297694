/** The commands of the documentation that need no broker, run as they stand. unit/docs/snippets looks at all others. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { commandsIn, docBlocks, genesisArguments } from '../support/doc-blocks.js'
import { program, shipped } from '../support/genesis.js'
import { folderWith } from '../unit/config/folder.js'

const blocks = await docBlocks()
const commands = blocks.filter(({ language }) => language === 'sh' || language === 'console').flatMap(commandsIn)

test('every genesis stream and describe of the documentation does what it says, as it stands', async (t) => {
  const folder = await readersFolder(t)
  const offline = commands.flatMap((command) => {
    const args = genesisArguments(command)
    const isOffline = args !== null && ['stream', 'describe'].includes(args[0]) && !args.includes('--kafka-servers')
    // The guide's are run by integration/guide-commands, getting-started's by integration/getting-started.
    return isOffline && !/guide|getting-started/.test(command.page) ? [args] : []
  })
  assert.ok(offline.length >= 14, `${offline.length}`)
  await Promise.all(
    offline.map(async (args) => {
      const isBounded = args[0] === 'describe' || args.includes('--max-records') || args.includes('--to')
      const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
      t.after(() => child.kill('SIGKILL'))
      const exit = once(child, 'exit')
      const stderr = child.stderr.toArray()
      if (!isBounded) {
        await Promise.race([once(child.stdout, 'data'), exit])
        child.kill('SIGINT')
      }
      child.stdout.resume()
      const [status] = (await exit) as [number | null]
      assert.equal(status, 0, `genesis ${args.join(' ')}\n${Buffer.concat((await stderr) as Buffer[]).toString()}`)
    }),
  )
})

/** What a reader has who goes by the pages: the folders of the checkout, and the files that the pages begin with. */
async function readersFolder(t: TestContext): Promise<string> {
  const declared = blocks.filter(({ page, language }) => language === 'yaml' && /declared|lives/.test(page))
  const files = declared.flatMap(({ text }) => {
    const path = /^# (models\/\S+\.yaml)\n/.exec(text)?.[1]
    return path === undefined ? [] : [[path, text] as const]
  })
  const pageview = blocks.find(({ page, language }) => page === 'docs/schemas.md' && language === 'json')
  const folder = await folderWith(t, { ...Object.fromEntries(files), 'schemas/pageview.avsc': pageview?.text ?? '' })
  await symlink(shipped('examples'), join(folder, 'examples'))
  for (const kind of ['models', 'schemas'])
    for (const name of await readdir(shipped(kind))) await symlink(shipped(`${kind}/${name}`), join(folder, kind, name))
  await symlink(shipped('models/orders.json'), join(folder, 'model.json'))
  return folder
}
