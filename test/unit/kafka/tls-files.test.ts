import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { currentTls } from '#src/kafka/tls-files.js'
import { folderWith } from '../config/folder.js'
import { loopbackCertificate, loopbackKey } from '../../support/loopback-certificate.js'
import { shipped } from '../../support/genesis.js'

const fixture = (name: string): Promise<string> => readFile(shipped(`test/fixtures/tls/${name}`), 'utf8')

test('a new connection has the certificate that its files hold, and the former one while they do not fit', async (t) => {
  const [client, clientKey] = await Promise.all(['client.pem', 'client-key.pem'].map(fixture))
  const folder = await folderWith(t, { cert: client, key: clientKey })
  const [cert, key] = ['cert', 'key'].map((name) => join(folder, name))
  const tls = { cert: client, key: clientKey, ca: 'as text', rejectUnauthorized: true, files: { cert, key } }
  const now = async (): Promise<unknown[]> => {
    const { cert: held, key: heldKey, ca, ...rest } = await currentTls(tls)
    assert.deepEqual([ca, rest], ['as text', { rejectUnauthorized: true }])
    return [held, heldKey]
  }
  assert.deepEqual(await now(), [client, clientKey])
  await writeFile(cert, loopbackCertificate)
  assert.deepEqual(await now(), [client, clientKey])
  await writeFile(key, loopbackKey)
  assert.deepEqual(await now(), [loopbackCertificate, loopbackKey])
  for (const text of ['', 'abc', '-----BEGIN CERTIFICATE-----']) {
    await writeFile(cert, text)
    assert.deepEqual(await now(), [loopbackCertificate, loopbackKey])
  }
  await rm(cert)
  assert.deepEqual(await now(), [loopbackCertificate, loopbackKey])
})
