import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeModel } from '#src/model/artifact-write.js'
import { openGenerator } from '#src/model/open.js'
import { parseModel } from '#src/model/load.js'
import { toRows } from '#src/model/rows.js'
import { domainsOf } from '#src/fit/columns/email-domains.js'
import { fitTable, type FitOptions } from '#src/fit/fit.js'
import { noColumnsFile, type ColumnsFile } from '#src/fit/columns/settings.js'
import type { Prepared } from '#src/fit/prepare.js'
import { TrainingRandom } from '#src/fit/random.js'
import { columnOf, tableOf } from '../../support/tables.js'

const options: FitOptions = { name: 'test', states: 8, seed: 1, minCount: 1, roundExtremes: false }

async function domains(emails: readonly (string | null)[], columns?: ColumnsFile): Promise<(string | null)[]> {
  const table = tableOf({ email: emails, kind: emails.map((email) => (email?.endsWith('.gov') ? 'office' : 'home')) })
  const { artifact } = await fitTable(table, { ...options, columns })
  const model = parseModel(Buffer.from(writeModel(artifact)), 'test')
  return toRows(openGenerator(model, { seed: 3 }).generate(1000)).map(({ email, kind }) => {
    if (email === null) return null
    const domain = String(email).split('@')[1]
    if (domain === 'tax.gov') assert.equal(kind, 'office', 'domains follow the other columns')
    return domain
  })
}

const share = (domains: readonly (string | null)[], domain: string | null): number =>
  domains.filter((each) => each === domain).length / domains.length

function addresses(): (string | null)[] {
  const random = new TrainingRandom(3)
  return Array.from({ length: 600 }, (_, i) => {
    const u = random.uniform()
    if (u < 0.1) return null
    return `p${i}@${u < 0.6 ? 'mail.net' : u < 0.9 ? 'tax.gov' : `own-${i}.org`}`
  })
}

test('email addresses have the domains that five of them share, as often as those, and are missing as often', async () => {
  const found = await domains(addresses())
  for (const [domain, expected] of [
    ['mail.net', 0.5],
    ['tax.gov', 0.3],
    [null, 0.1],
  ] as const)
    assert.ok(Math.abs(share(found, domain) - expected) < 0.05, `${domain}: ${share(found, domain)}`)
  const others = found.filter((domain) => domain !== null && !['mail.net', 'tax.gov'].includes(domain))
  assert.ok(others.length > 0 && others.every((domain) => /^example\.(com|org|net)$/.test(domain!)))
})

test('a note says so, and how to have addresses that reach no one', async () => {
  let notes: readonly string[] = []
  const onPrepared = (prepared: Prepared): void => void (notes = prepared.notes)
  await fitTable(tableOf({ email: addresses() }), { ...options, onPrepared })
  assert.match(notes.join('\n'), /column email: .*mail may reach someone.*domains: example/)
  const columns = new Map([['email', { domains: 'example' as const }]])
  const found = await domains(addresses(), { ...noColumnsFile, columns })
  assert.ok(found.every((domain) => domain === null || domain.startsWith('example.')))
})

test('one address in many rows does not keep its domain', () => {
  const cells = [
    ...Array.from({ length: 50 }, () => 'me@mine.org'),
    ...Array.from({ length: 6 }, (_, i) => `${i}@all.net`),
  ]
  const column = columnOf('email', cells)
  assert.equal(domainsOf(column, new Set(), 1)?.[0], 'example.com')
  assert.equal(domainsOf(column, new Set(), 1)?.[1], 'all.net')
  assert.equal(domainsOf(column, new Set(), 20), null)
  const examples = columnOf(
    'email',
    Array.from({ length: 20 }, (_, i) => `${i}@example.org`),
  )
  assert.equal(domainsOf(examples, new Set(), 1), null)
})
