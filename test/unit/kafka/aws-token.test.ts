import assert from 'node:assert/strict'
import { test } from 'node:test'
import { awsToken } from '#src/kafka/aws-token.js'

test('a token for MSK comes from the signer, for the region, with its lifetime', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const signer = {
    generateAuthToken: ({ region }: { region: string }) =>
      Promise.resolve({ token: `signed for ${region}`, expiryTime: 1_900_000 }),
  }
  const token = await awsToken('eu-central-1', () => Promise.resolve(signer))
  assert.deepEqual(token, { token: 'signed for eu-central-1', expiresInMs: 900_000 })
})

test('without the signer, the error says what to install; without credentials, that they are missing', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'x'"))
  await assert.rejects(awsToken('eu-central-1', missing), {
    code: 'CONFIG_INVALID',
    message: /Run npm install aws-msk-iam-sasl-signer-js/,
  })
  const signer = { generateAuthToken: () => Promise.reject(new Error('Could not load credentials')) }
  await assert.rejects(
    awsToken('eu-central-1', () => Promise.resolve(signer)),
    {
      code: 'KAFKA_AUTHENTICATION',
      message: /region eu-central-1.*Could not load credentials.*Check the AWS credentials/,
    },
  )
})
