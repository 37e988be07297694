import { test } from 'node:test'
import { fuzzRest } from '../../support/rest-fuzz.js'

test('no request crashes a worker, leaves half a connector or gets a secret out', (t) =>
  fuzzRest(t, Number(process.env.FUZZ_REQUESTS ?? 600)))
