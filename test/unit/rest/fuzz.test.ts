import { test } from 'node:test'
import { fuzzRest } from '../../support/rest-fuzz.js'
import { startRestGroup, startRestWorker } from '../../support/rest-worker.js'

const requests = Number(process.env.FUZZ_REQUESTS ?? 600)

test('no request crashes a worker, leaves half a connector or gets a secret out', (t) =>
  fuzzRest(t, requests, startRestWorker))

test('no request crashes a group of workers, leaves half a connector or gets a secret out', (t) =>
  fuzzRest(t, requests, startRestGroup))
