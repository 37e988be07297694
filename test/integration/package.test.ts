import assert from 'node:assert/strict'
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { bundledTarball, projectWithPackage, run } from '../support/packed-package.js'

/** A project that has the packed package, and nothing else of this checkout but its dependencies. */
let project = ''

before(async () => {
  project = await projectWithPackage()
})

after(() => rm(project, { recursive: true, force: true }))

async function node(file: string, text: string): Promise<string> {
  await writeFile(join(project, file), text)
  return (await run(process.execPath, [file], { cwd: project })).stdout
}

const body = `
const generator = await SyntheticGenerator.load('node_modules/genesis-connect/models/customers.json')
let records = 0
for await (const batch of new StreamingGenerator(generator).stream({ maxRecords: 250 })) records += batch.length
console.log(records)
`

describe('the packed package', () => {
  test('is used from ESM', async () => {
    const text = `import { StreamingGenerator, SyntheticGenerator } from 'genesis-connect'\n${body}`
    assert.equal(await node('esm.mjs', text), '250\n')
  })

  test('is used from CommonJS by dynamic import', async () => {
    const text = `(async () => {\nconst { StreamingGenerator, SyntheticGenerator } = await import('genesis-connect')\n${body}})()`
    assert.equal(await node('common.cjs', text), '250\n')
  })

  test('exports what the documentation names, and nothing besides', async () => {
    const names = await node('names.mjs', "console.log(Object.keys(await import('genesis-connect')).sort().join())")
    assert.deepEqual(names.trim().split(','), [
      'KafkaPublisher',
      'RetryPolicy',
      'StreamingError',
      'StreamingGenerator',
      'StreamingMetrics',
      'SyntheticGenerator',
      'WebSocketPublisher',
      'WebSocketServerPublisher',
    ])
    await assert.rejects(
      node('inside.mjs', "await import('genesis-connect/dist/errors.js')"),
      /ERR_PACKAGE_PATH_NOT_EXPORTED/,
    )
  })

  test('has the program', async () => {
    const program = join(project, 'node_modules', 'genesis-connect', 'dist', 'cli', 'main.js')
    const model = 'node_modules/genesis-connect/models/customers.json'
    const { stdout } = await run(process.execPath, [program, 'stream', model, '--max-records', '3'], { cwd: project })
    assert.equal(stdout.trimEnd().split('\n').length, 3)
  })

  test('has every file that its pages link to', async () => {
    const root = join(project, 'node_modules', 'genesis-connect')
    const pages = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.md'))
    assert.ok(pages.includes('README.md') && pages.includes(join('docs', 'decisions', 'README.md')))
    const dead: string[] = []
    for (const page of pages) {
      for (const [, link] of (await readFile(join(root, page), 'utf8')).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        const target = join(root, dirname(page), link)
        if (!/^(https?|mailto):/.test(link) && !(await exists(target))) dead.push(`${page}: ${link}`)
      }
    }
    assert.deepEqual(dead, [])
  })
})

describe('npx in an empty folder', () => {
  let tarball = ''
  let empty = ''

  before(async () => {
    tarball = await bundledTarball()
    empty = await mkdtemp(join(tmpdir(), 'genesis-npx-'))
  })

  after(async () => {
    await rm(dirname(tarball), { recursive: true, force: true })
    await rm(empty, { recursive: true, force: true })
  })

  test('runs the packed package, which also brings the command genesis', async () => {
    const cache = join(empty, '.cache')
    const { stdout } = await run('npx', ['--yes', '--offline', `--cache=${cache}`, `file:${tarball}`, '--help'], {
      cwd: empty,
    })
    assert.match(stdout, /^Usage: genesis /)
    assert.match(stdout, /^ {2}run .* host connectors/m)
    const [installed] = await readdir(join(cache, '_npx'))
    const commands = await readdir(join(cache, '_npx', installed, 'node_modules', '.bin'))
    assert.deepEqual(
      commands.filter((name) => name.startsWith('genesis')),
      ['genesis', 'genesis-connect'],
    )
  })
})

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
