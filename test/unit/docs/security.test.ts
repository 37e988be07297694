import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { parse } from 'yaml'
import { check } from '#src/config/check.js'
import { isObject } from '#src/config/is-object.js'
import { plainSource } from '#src/config/source.js'
import { workerSchema } from '#src/config/worker-schema.js'
import { shipped } from '../../support/genesis.js'

test('every example in docs/security.md is what a worker file can say', async () => {
  const page = await readFile(shipped('docs/security.md'), 'utf8')
  const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) =>
    text.replaceAll(/\$\{[^}]+\}/g, 'resolved'),
  )
  assert.ok(examples.length >= 5)
  for (const text of examples) {
    const given: unknown = parse(text)
    assert.ok(isObject(given), text)
    const isWhole = 'http' in given || 'kafka' in given
    const { errors } = check(workerSchema, plainSource(isWhole ? given : { http: given }, text), {
      env: {},
      folder: '/',
    })
    assert.deepEqual(errors, [])
  }
})
