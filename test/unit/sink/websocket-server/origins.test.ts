import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAllowedOrigin } from '#src/sink/websocket-server/origins.js'

test('pages of this machine and those that are named may connect, and what is no browser', () => {
  const named = ['https://shop.example']
  for (const origin of [undefined, 'http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:8080', named[0]]) {
    assert.ok(isAllowedOrigin(origin, named), origin)
  }
  for (const origin of [
    'https://evil.example',
    'http://shop.example',
    'https://shop.example:444',
    'https://shop.example.evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'null',
    '',
  ]) {
    assert.ok(!isAllowedOrigin(origin, named), origin)
  }
  assert.ok(isAllowedOrigin('https://anyone.example', ['*']))
  assert.ok(isAllowedOrigin('null', ['null']))
})
