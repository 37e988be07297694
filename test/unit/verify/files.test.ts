import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import type { ConnectorConfig } from '#src/config/connector.js'
import { writeModel } from '#src/model/artifact-write.js'
import { csvEnd, findBlock, findLines, lineEnd, recordsOfFile } from '#src/verify/found-file.js'
import { reportJson, reportLines } from '#src/verify/report.js'
import type { VerifyReport } from '#src/verify/report.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { connectorOf, workerOf } from '../../support/connectors.js'
import { deliver } from '../../support/deliver.js'
import { artifactOf } from '../../support/models.js'
import type { SupportColumn } from '../../support/models.js'

const id: SupportColumn = {
  name: 'id',
  type: { kind: 'integer' },
  nullable: false,
  source: { from: 'sequence', start: 0, step: 1 },
}
const note: SupportColumn = {
  name: 'note',
  type: { kind: 'string' },
  nullable: true,
  alphabet: ['plain', 'with "quotes"', 'two\nlines, and a comma', '', null],
}
const seenAt: SupportColumn = {
  name: 'seen_at',
  type: { kind: 'timestamp' },
  nullable: false,
  source: { from: 'clock' },
}

async function delivered(
  t: TestContext,
  format: string,
  { columns = [id, note], tasks = 1, end = 3000 }: { columns?: SupportColumn[]; tasks?: number; end?: number } = {},
): Promise<ConnectorConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-verify-'))
  t.after(() => rm(folder, { recursive: true }))
  const model = join(folder, 'model.json')
  await writeFile(model, writeModel(artifactOf(columns, 3, 1)))
  const sink = { type: 'file', path: join(folder, 'out.txt'), format }
  const connector = connectorOf({ name: 'files', model, sink, tasks: { max: tasks } })
  await deliver(connector, await workerOf(), end)
  return connector
}

function pathOf({ sink }: ConnectorConfig): string {
  assert.ok(sink.type === 'file')
  return sink.path
}

/** Changes the file of a sink behind its back, its checkpoint's length with it. */
async function tamper(connector: ConnectorConfig, change: (lines: string[]) => string[]): Promise<void> {
  const path = pathOf(connector)
  const lines = (await readFile(path, 'utf8')).split('\n')
  const text = [...change(lines.slice(0, -1)), ''].join('\n')
  await writeFile(path, text)
  const saved = JSON.parse(await readFile(`${path}.checkpoint`, 'utf8')) as object
  await writeFile(`${path}.checkpoint`, JSON.stringify({ ...saved, bytes: Buffer.byteLength(text) }))
}

async function verify(connector: ConnectorConfig): Promise<VerifyReport> {
  return verifyConnector(connector, await workerOf())
}

describe('verify, of a file sink,', () => {
  for (const format of ['json', 'csv', 'avro']) {
    it(`finds the ${format} exact that was written`, async (t) => {
      const report = await verify(await delivered(t, format, { tasks: 2 }))
      assert.deepEqual([report.exact, report.expected, report.found, report.matched], [true, 3000, 3000, 3000])
      assert.deepEqual(report.shards, [
        { shard: 0, checkpoint: 3000 },
        { shard: 1, checkpoint: 3001 },
      ])
    })
  }

  it('finds the line that is missing, and the ones that are altered or doubled', async (t) => {
    const connector = await delivered(t, 'json')
    await tamper(connector, (lines) => {
      const altered = lines.with(100, lines[100].replace('100', '-1'))
      return altered.toSpliced(2500, 0, altered[2400]).toSpliced(1200, 1)
    })
    const report = await verify(connector)
    assert.equal(report.exact, false)
    assert.deepEqual(report.first, [
      { kind: 'doubled', partition: 0, offset: 2499, position: 2400 },
      { kind: 'altered', partition: 0, offset: 100, position: 100 },
      { kind: 'missing', partition: 0, offset: null, position: 1200 },
    ])
  })

  it('does not look beyond the checkpoint, which a crash may leave behind', async (t) => {
    const connector = await delivered(t, 'json')
    const path = pathOf(connector)
    await writeFile(path, `${await readFile(path, 'utf8')}{"id": 30`)
    assert.equal((await verify(connector)).exact, true)
  })

  it('refuses a file that is shorter than its checkpoint, or has another header', async (t) => {
    const connector = await delivered(t, 'csv')
    const text = await readFile(pathOf(connector), 'utf8')
    await writeFile(pathOf(connector), text.slice(0, -5))
    await assert.rejects(verify(connector), { code: 'CHECKPOINT_INVALID', message: /does not end with a whole record/ })
    await writeFile(pathOf(connector), text.replace('id', 'no'))
    await assert.rejects(verify(connector), { code: 'CHECKPOINT_INVALID', message: /a different header/ })
    await rm(pathOf(connector))
    await assert.rejects(verify(connector), { code: 'CHECKPOINT_INVALID', message: /cannot be read/ })
  })

  it('refuses the checkpoints of another stream', async (t) => {
    const connector = await delivered(t, 'json')
    await assert.rejects(verify({ ...connector, seed: 1 }), {
      code: 'CHECKPOINT_INVALID',
      message: /another model, condition, seed/,
    })
    const path = pathOf(connector)
    const saved = await readFile(`${path}.checkpoint`, 'utf8')
    await writeFile(`${path}.checkpoint`, saved.replace('"shards":1', '"shards":3'))
    await assert.rejects(verify(connector), {
      code: 'CHECKPOINT_INVALID',
      message: /another tasks\.max; found 3; expected 1/,
    })
  })

  it('is not exact where nothing was ever written: it says so', async (t) => {
    const connector = await delivered(t, 'json', { end: 0 })
    const report = await verify(connector)
    const { exact, sent, found, shards } = report
    assert.deepEqual([exact, sent, found, shards], [false, false, 0, [{ shard: 0, checkpoint: null }]])
    const lines = reportLines(report)
    assert.equal(lines.length, 2)
    assert.match(lines[0], /^files: nothing was sent yet$/)
  })

  for (const format of ['json', 'csv', 'avro']) {
    it(`leaves the wall clock out of ${format}, and says so`, async (t) => {
      const stamped: SupportColumn = {
        name: 'stamp',
        type: { kind: 'string' },
        nullable: false,
        source: { from: 'template', template: '{id}@{seen_at}' },
      }
      const connector = await delivered(t, format, { columns: [id, seenAt, note, stamped], end: 500 })
      const report = await verify(connector)
      assert.deepEqual([report.exact, report.found, report.skippedFields], [true, 500, ['seen_at', 'stamp']])
      if (format !== 'json') return
      await tamper(connector, (lines) => lines.with(5, lines[5].replace('"id":5', '"id":6')))
      assert.deepEqual((await verify(connector)).counts.altered, 1)
    })
  }

  it('refuses what went to standard output', async (t) => {
    const { model } = await delivered(t, 'json', { end: 0 })
    const connector = connectorOf({ model, sink: { type: 'stdout' } })
    await assert.rejects(verify(connector), { code: 'USAGE' })
  })

  it('reports for people and for machines', async (t) => {
    const connector = await delivered(t, 'json')
    const exact = reportLines(await verify(connector))
    assert.equal(exact[0], 'files: exact')
    assert.match(exact[1], /^ {2}file .*out\.txt: 3,000 records found, 3,000 expected, in \d/)
    assert.equal(exact[2], '  shard 0 of 1: checkpoint at position 3,000')
    await tamper(connector, (lines) => lines.toSpliced(1200, 10))
    const report = await verify(connector)
    const lines = reportLines(report)
    assert.equal(lines[0], 'files: NOT exact: 10 missing')
    assert.deepEqual(lines.slice(3, 5), [
      '  missing: partition 0, position 1200',
      '  missing: partition 0, position 1201',
    ])
    assert.equal(lines.at(-1), '  and 5 more')
    const json = reportJson(report) as Record<string, unknown>
    assert.deepEqual([json.exact, json.missing, json.doubled, json.out_of_order], [false, 10, 0, 0])
  })
})

describe('the records of a file', () => {
  it('are found wherever the chunks of reading end', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'genesis-verify-'))
    t.after(() => rm(folder, { recursive: true }))
    const path = join(folder, 'long.jsonl')
    const lines = Array.from({ length: 3000 }, (_, index) => `${index}:${'x'.repeat((index * 37) % 2000)}\n`)
    const text = lines.join('')
    assert.ok(text.length > 2 << 20)
    await writeFile(path, text)
    const found: string[] = []
    for await (const batch of recordsOfFile(path, Buffer.alloc(0), text.length, findLines(lineEnd), lineEnd)) {
      while (batch.next()) {
        assert.equal(batch.offset, found.length)
        found.push(Buffer.from(batch.bytes.subarray(batch.valueStart, batch.valueStart + batch.valueLength)).toString())
      }
    }
    assert.deepEqual(found, lines)
  })

  it('in CSV may have line feeds between quotes', () => {
    const bytes = Buffer.from('a,"b\n""c",d\ne\nf')
    assert.deepEqual([csvEnd(bytes, 0, bytes.length), csvEnd(bytes, 12, bytes.length)], [12, 14])
    assert.equal(csvEnd(bytes, 14, bytes.length), -1)
    assert.deepEqual(findLines(csvEnd)(bytes, 0, bytes.length), { start: 0, end: 14, after: 14 })
  })

  it('in a container are in blocks', () => {
    const block = Buffer.concat([Buffer.from([2, 0x90, 3]), Buffer.alloc(200), Buffer.alloc(16)])
    assert.deepEqual(findBlock(block, 0, block.length), { start: 3, end: 203, after: 219 })
    for (let length = 0; length < block.length; length++) assert.equal(findBlock(block, 0, length), null)
  })
})
