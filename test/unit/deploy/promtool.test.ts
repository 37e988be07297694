import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { alertRules } from '../../../scripts/alert-rules.js'
import { shipped } from '../../support/genesis.js'

/** `promtool` of the PATH (Debian's package prometheus), or the one that PROMTOOL names. */
const promtool = process.env['PROMTOOL'] ?? 'promtool'
const run = promisify(execFile)
const hasPromtool = await run(promtool, ['--version']).then(
  () => true,
  () => false,
)

const tests = shipped('deploy/chart/ci/alerts-test.yaml')

interface RuleTest {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[]
}

test('for every alert there is a case in which it fires, and one in which it does not', async () => {
  const cases = (parse(await readFile(tests, 'utf8')) as { tests: readonly RuleTest[] }).tests.flatMap(
    (one) => one.alert_rule_test,
  )
  for (const { alert } of await alertRules()) {
    const own = cases.filter(({ alertname }) => alertname === alert)
    assert.ok(
      own.some(({ exp_alerts: fired }) => fired.length > 0),
      `${alert} fires`,
    )
    assert.ok(
      own.some(({ exp_alerts: fired }) => fired.length === 0),
      `${alert} does not fire`,
    )
  }
})

describe(
  'Prometheus',
  { skip: !hasPromtool && 'promtool is not installed, so only the metrics in the rules were checked' },
  () => {
    test('takes the rules', async () => {
      const files = ['alerts.yaml', 'connect-names.yaml'].map((name) => shipped(`deploy/chart/${name}`))
      const { stdout } = await run(promtool, ['check', 'rules', ...files])
      assert.match(stdout, /SUCCESS: 12 rules found[^]*SUCCESS: 6 rules found/)
    })

    test('evaluates them as the cases say', async () => {
      const { stdout } = await run(promtool, ['test', 'rules', tests])
      assert.match(stdout, /SUCCESS/)
    })
  },
)
