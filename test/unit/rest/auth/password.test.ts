import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { describe, test } from 'node:test'
import { parsePasswordHash, parseTokenHash } from '#src/config/password-hash.js'
import { cheapHashOf } from '../../../support/password-hash.js'
import { decoyHash, hashPassword, isPassword } from '#src/rest/auth/password.js'

const program = fileURLToPath(new URL('../../../../../dist/cli/main.js', import.meta.url))

function hashCommand(input: string, ...args: string[]): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'hash-password', ...args], {
    input,
    encoding: 'utf8',
  })
  return { status, text: stdout + stderr }
}

describe('a password hash', () => {
  test('is of its password only, however its letters are composed', async () => {
    const text = await hashPassword('pässword')
    const hash = parsePasswordHash(text)
    assert.ok(hash !== null)
    assert.ok(await isPassword('pässword'.normalize('NFD'), hash))
    const cheap = cheapHashOf('pässword')
    assert.ok(!(await isPassword('password', cheap)))
    assert.ok(!(await isPassword('pässword', decoyHash(cheap))))
  })

  test('is text of known form; weak and ruinous parameters are not', () => {
    const [salt, key] = ['A'.repeat(22), 'B'.repeat(43)]
    assert.ok(parsePasswordHash(`scrypt:ln=15,r=8,p=3:${salt}:${key}`))
    for (const text of [
      'secret',
      `scrypt:ln=10,r=8,p=1:${salt}:${key}`,
      `scrypt:ln=30,r=8,p=1:${salt}:${key}`,
      `scrypt:ln=15,r=8,p=900:${salt}:${key}`,
      `scrypt:ln=15,r=8,p=1:AAAA:${key}`,
      `scrypt:ln=15,r=8,p=1:${salt}:BBBB`,
      `scrypt:ln=15,r=8,p=1:${salt}:${key}:`,
    ])
      assert.equal(parsePasswordHash(text), null, text)
    assert.equal(parseTokenHash('sha256:abc'), null)
  })

  test('is printed for a password from standard input, and for a new token', async () => {
    const { status, text } = hashCommand('correct horse\nnot this')
    assert.equal(status, 0)
    const hash = parsePasswordHash(text.trim())
    assert.ok(hash !== null && (await isPassword('correct horse', hash)))
    const short = hashCommand('short\n')
    assert.equal(short.status, 2)
    assert.match(short.text, /the password is too short; found 5 characters; expected at least 8/)
    const made = /^token: (\S+)\nhash: sha256:(\S+)\n$/.exec(hashCommand('', '--token').text)
    assert.ok(made !== null)
    assert.equal(createHash('sha256').update(made[1]).digest('hex'), made[2])
  })
})
