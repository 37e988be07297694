import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { JsonReport } from '#src/cli/json-report.js'
import { LineReport, statusLine } from '#src/cli/line-report.js'
import { reportLoggers } from '#src/cli/run-report.js'
import { VerifyProgress } from '#src/cli/verify-progress.js'
import { GenesisError } from '#src/errors.js'
import { Loggers } from '#src/herder/loggers.js'
import { summarize, type DeliveryStatus } from '#src/runtime/status.js'
import { asFailure } from '#src/runtime/task-events.js'
import { emptyCounters } from '#src/delivery/counters.js'
import { connectorOf } from '../../support/connectors.js'

const failure = asFailure(new GenesisError('KAFKA_UNREACHABLE', 'no broker answers', { place: 'kafka localhost:1' }))

const lock = asFailure(new GenesisError('SINK_FAILED', 'another process is writing to this file'))

const config = connectorOf({ name: 'a' })

function status(name: string, changes: Partial<DeliveryStatus> = {}): DeliveryStatus {
  const counters = { ...emptyCounters(1_000_001), records: 1_000_000, batches: 250, errors: 2, retries: 2 }
  const task = { shard: 0, state: 'RUNNING' as const, complete: false, failure: null, counters, rate: 0, started: true }
  const config = connectorOf({ name })
  const whole = {
    name,
    config,
    state: 'RUNNING' as const,
    complete: false,
    tasks: [task],
    counters,
    rate: 4567.8,
    elapsedMs: 2000,
  }
  return { ...whole, ...changes }
}

function screen(isTTY: boolean, rows = 24) {
  const written: string[] = []
  const times: string[] = []
  // The time before a message is kept apart.
  const write = (text: string) => written.push(text.replace(/^\d\d:\d\d:\d\d /, (time) => (times.push(time), '')))
  return { isTTY, columns: 100, rows, written, times, write }
}

describe('lines for people', () => {
  test('a connector has one with records, rate, errors and positions', () => {
    assert.equal(
      statusLine(status('a'), 4),
      'a     RUNNING        1,000,000 records      4,568/s  2 errors  at 0:1000001',
    )
  })

  test('a connector that has not started says what it waits for, and one that has ended its rate over all', () => {
    const config = connectorOf({ name: 'a', topic: 't', sink: { type: 'kafka' } })
    const start = { config, state: 'UNASSIGNED' as const }
    assert.equal(statusLine(status('a', start), 4), 'a     STARTING    connecting, or waiting for the coordinator')
    assert.match(statusLine(status('a', { state: 'STOPPED', complete: true, rate: 0 })), /complete .* 500,000\/s/)
  })

  test('a connector that a quota throttles has the time that this took, while it runs and in its summary', () => {
    const counters = { ...status('a').counters, throttledMs: 61_200 }
    assert.match(statusLine(status('a', { counters })), /2 errors {2}throttled by a quota for 62 s/)
    const out = screen(false)
    const report = new LineReport(out, new Loggers('info'), {})
    report.finish([status('a', { counters })])
    assert.match(out.written.join(''), /, throttled by a quota for 62 s/)
    assert.equal(summarize(status('a', { counters })).throttled_ms, 61_200)
  })

  test('positions are left out where there is no room for them', () => {
    const out = { ...screen(true), columns: 70 }
    const report = new LineReport(out, new Loggers('info'), {})
    report.watch(() => [status('a')])
    report.info('x')
    report.finish([])
    assert.match(out.written[1], /^a {2}RUNNING .* records .*\/s {2}2 errors\n$/)
  })

  test('elsewhere than on a terminal there is a line every half minute, and one for what takes long to start', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const out = screen(false)
    const report = new LineReport(out, new Loggers('info'), {})
    let all = [status('a'), status('b', { state: 'UNASSIGNED' }), status('c', { state: 'STOPPED' })]
    report.watch(() => all)
    t.mock.timers.tick(29_000)
    assert.deepEqual(out.written.splice(0), ['b: still starting: opening its sink\n'])
    t.mock.timers.tick(2_000)
    assert.deepEqual(out.written.splice(0), [`${statusLine(status('a'))}\n`])
    all = Array.from({ length: 30 }, () => status('a'))
    t.mock.timers.tick(30_000)
    assert.deepEqual(out.written.splice(0), ['30 connectors: 30,000,000 records, 137,034/s\n'])
    report.finish([])
    out.written.length = 0
    t.mock.timers.tick(60_000)
    assert.deepEqual(out.written, [])
  })

  test('messages go above the status lines, which are drawn anew in their place', () => {
    const out = screen(true)
    const report = new LineReport(out, new Loggers('info'), {})
    report.watch(() => [status('a'), status('b')])
    report.task(config, 0, 'RESTARTING', failure, 1500)
    report.info('hello')
    report.finish([])
    const [warning, drawn, cleared, note] = out.written
    assert.equal(
      warning,
      'warn: waiting for Kafka: kafka localhost:1: no broker answers (KAFKA_UNREACHABLE). Tasks will resume automatically\n',
    )
    assert.equal(drawn.split('\n').length, 3)
    assert.equal(cleared, '\r\x1b[2A\x1b[0J')
    assert.equal(note, 'hello\n')
    assert.equal(out.times.length, 2)
  })

  test('on a terminal, too, it is said what has restarted, stopped or gone', () => {
    const out = screen(true)
    const report = new LineReport(out, new Loggers('info'), {})
    for (const what of ['started', 'stopping', 'started', 'complete', 'removed'] as const)
      report.connector(what, config)
    report.finish([])
    assert.deepEqual(out.written.slice(0, -1), ['a stopping\n', 'a restarted\n', 'a complete\n', 'a removed\n'])
  })

  test('a connector that waits says for what', () => {
    const task = { ...status('a').tasks[0], state: 'RESTARTING' as const, failure }
    assert.match(statusLine(status('a', { tasks: [task] })), /RESTARTING .* waiting for Kafka$/)
  })

  test('more connectors than lines are counted', () => {
    const out = screen(true, 5)
    const report = new LineReport(out, new Loggers('info'), {})
    report.watch(() => Array.from({ length: 10 }, (_, i) => status(`c${i}`)))
    report.info('x')
    report.finish([])
    assert.match(out.written[1], /^c0 .*\nc1 .*\n… and 8 more\n$/)
  })

  test('a terminal that does not know its size has room for the usual number of lines', () => {
    const out = { ...screen(true, 0), columns: 0 }
    const report = new LineReport(out, new Loggers('info'), {})
    report.watch(() => [status('a'), status('b')])
    report.info('hello')
    report.finish([])
    assert.equal(out.written[1], `${statusLine(status('a'))}\n${statusLine(status('b'))}\n`)
  })

  test('a narrow terminal has each line cut to one row, and what a wider one had drawn is cleared row by row', () => {
    const out = { ...screen(true), columns: 100 }
    const report = new LineReport(out, new Loggers('info'), {})
    report.watch(() => [status('a'), status('b')])
    report.info('wide')
    out.columns = 20
    report.info('narrow')
    report.info('again')
    report.finish([])
    const [, wide, clear, , narrow, clearAgain] = out.written
    assert.equal(statusLine(status('a')).length, wide.indexOf('\n'))
    const rows = Math.ceil(wide.indexOf('\n') / 20)
    assert.ok(rows > 1)
    assert.equal(clear, `\r\x1b[${2 * rows}A\x1b[0J`)
    assert.deepEqual(
      narrow.split('\n').map(({ length }) => length),
      [19, 19, 0],
    )
    assert.equal(clearAgain, '\r\x1b[2A\x1b[0J')
  })

  test('the narrowest terminal has a mark in each row', () => {
    const out = { ...screen(true), columns: 1 }
    const report = new LineReport(out, new Loggers('info'), {})
    report.watch(() => [status('a')])
    report.info('x')
    report.finish([])
    assert.equal(out.written[1], '…\n')
  })

  test('a terminal without a cursor gets what a file gets, and no terminal gets colours', () => {
    const report = (out: ReturnType<typeof screen>, env: NodeJS.ProcessEnv): string => {
      const lines = new LineReport(out, new Loggers('info'), env)
      lines.watch(() => [status('a')])
      lines.connector('started', config)
      lines.warn('CONFIG_REMARK', 'x')
      lines.finish([status('a')])
      return out.written.join('')
    }
    const file = report(screen(false), {})
    assert.equal(report(screen(true), { TERM: 'dumb' }), file)
    assert.match(file, /^a started\nwarn: x\na: running/)
    const terminal = report(screen(true), {})
    assert.notEqual(terminal, file)
    const sequences = terminal.split('\x1b[').slice(1)
    assert.ok(sequences.every((sequence) => /^\d*[AJ]/.test(sequence)))
    assert.equal(report(screen(true), { NO_COLOR: '1' }), terminal)
  })

  test('progress bars keep to one row, and to terminals with a cursor', () => {
    const bar = (env: NodeJS.ProcessEnv): string[] => {
      const out = { ...screen(true), columns: 30 }
      const progress = new VerifyProgress(out, 'a-long-name', env)
      progress.update('compare', 5, 10)
      progress.clear()
      return out.written
    }
    const [drawn, cleared] = bar({})
    assert.equal(drawn.replace('\r\x1b[K', '').length, 29)
    assert.equal(cleared, '\r\x1b[K')
    assert.deepEqual(bar({ TERM: 'dumb' }), [])
  })

  test('the summary has every figure, and what failed', () => {
    const out = screen(false)
    const report = new LineReport(out, new Loggers('info'), {})
    const task = { ...status('a').tasks[0], state: 'FAILED' as const, failure }
    report.finish([status('a', { complete: true }), status('b', { state: 'FAILED', tasks: [task] })])
    assert.equal(
      out.written.join(''),
      'a: complete: records 1,000,000 in 2 s (500,000/s), batches 250, errors 2, dropped 0, retries 2, position 1,000,001\n' +
        'b: failed: records 1,000,000 in 2 s (500,000/s), batches 250, errors 2, dropped 0, retries 2, position 1,000,001\n' +
        '  task 0: kafka localhost:1: no broker answers (KAFKA_UNREACHABLE)\n',
    )
  })

  test('the summary has the rate that the file asks for beside the one that was reached', () => {
    const out = screen(false)
    const report = new LineReport(out, new Loggers('info'), {})
    const { config, ...rest } = status('a', { complete: true })
    report.finish([{ ...rest, config: { ...config, throughput: { ...config.throughput, rate: 600_000 } } }])
    assert.match(out.written.join(''), /in 2 s \(500,000\/s of 600,000\/s requested\), batches/)
  })

  test('less than the level is not shown', () => {
    const out = screen(false)
    const report = new LineReport(out, new Loggers('error'), {})
    report.info('quiet')
    report.task(config, 0, 'RESTARTING', failure, 1)
    report.task(config, 0, 'FAILED', failure, 0)
    report.finish([])
    assert.equal(out.written.length, 1)
  })

  test('a level that is set while it runs counts from then on', () => {
    const out = screen(false)
    const loggers = new Loggers('info', reportLoggers)
    const report = new LineReport(out, loggers, {})
    loggers.set('tasks', 'error', 0)
    report.task(config, 0, 'RESTARTING', lock, 1)
    assert.equal(out.written.length, 0)
    report.info('shown')
    loggers.set('root', 'warn', 0)
    report.info('not shown')
    report.task(config, 0, 'RESTARTING', lock, 1)
    assert.equal(out.written.length, 2)
  })
})

describe('JSON for machines', () => {
  test('a level that is set while it runs counts from then on', () => {
    const lines: string[] = []
    const loggers = new Loggers('info', reportLoggers)
    const report = new JsonReport(loggers, { write: (line) => void lines.push(line) })
    report.task(config, 0, 'RUNNING', null, 0)
    loggers.set('tasks', 'debug', 0)
    report.task(config, 0, 'RUNNING', null, 0)
    loggers.set('root', 'silent', 0)
    report.task(config, 0, 'FAILED', failure, 0)
    report.error('INTERNAL', 'nothing is shown')
    assert.equal(lines.length, 1)
    assert.match(lines[0], /"level":"debug".*"msg":"task state"/)
  })

  function logged(use: (report: JsonReport) => void, level: 'debug' | 'info' = 'info') {
    const lines: string[] = []
    use(new JsonReport(new Loggers(level), { write: (line) => void lines.push(line) }))
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  test('a failure has connector, task, code and trace', () => {
    const [restarting, failed] = logged((report) => {
      report.task(config, 1, 'RESTARTING', lock, 99.6)
      report.task(config, 1, 'FAILED', failure, 0)
    })
    assert.deepEqual([restarting.level, restarting.retry_in_ms], ['warn', 100])
    assert.deepEqual(
      [failed.level, failed.connector, failed.task, failed.state, failed.code, failed.msg],
      ['error', 'a', 1, 'FAILED', 'KAFKA_UNREACHABLE', 'kafka localhost:1: no broker answers'],
    )
    assert.match(String(failed.trace), /GenesisError/)
  })

  test('progress is an entry every half minute, for very many together', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    let all = [status('a'), status('b', { state: 'UNASSIGNED' })]
    const [starting, progress, together] = logged((report) => {
      report.watch(() => all)
      t.mock.timers.tick(30_000)
      all = Array.from({ length: 30 }, () => status('a'))
      t.mock.timers.tick(30_000)
      report.finish([])
    })
    assert.deepEqual([starting.connector, starting.msg], ['b', 'still starting: opening its sink'])
    assert.deepEqual(
      [progress.connector, progress.records, progress.records_per_second, progress.position, progress.msg],
      ['a', 1_000_000, 4568, 1_000_001, 'progress'],
    )
    assert.deepEqual([together.connectors, together.records, together.msg], [30, 30_000_000, 'progress'])
  })

  test('the summary has a line per connector', () => {
    const [summary] = logged((report) => report.finish([status('a')]))
    assert.deepEqual(
      [summary.connector, summary.records, summary.records_per_second, summary.position, summary.msg],
      ['a', 1_000_000, 500_000, 1_000_001, 'summary'],
    )
  })

  test('every warning and every error has a code', () => {
    const failed = status('a', { state: 'FAILED' })
    const lines = logged((report) => {
      report.warn('CONFIG_REMARK', 'x')
      report.error('INTERNAL', 'x')
      report.task(config, 0, 'RESTARTING', failure, 100)
      report.task(config, 0, 'RESTARTING', lock, 100)
      report.task(config, 0, 'FAILED', lock, 0)
      report.finish([{ ...failed, tasks: [{ ...failed.tasks[0], state: 'FAILED', failure: lock }] }])
    })
    assert.deepEqual(
      lines.map(({ level, code }) => [level, code]),
      [
        ['warn', 'CONFIG_REMARK'],
        ['error', 'INTERNAL'],
        ['warn', 'KAFKA_UNREACHABLE'],
        ['warn', 'SINK_FAILED'],
        ['error', 'SINK_FAILED'],
        ['error', 'SINK_FAILED'],
      ],
    )
  })

  test('secrets are masked wherever they stand', () => {
    const [line] = logged((report) => {
      report.info('x', { kafka: { sasl: { password: 'hush', username: 'me' } }, token: 'hush' })
    })
    assert.ok(!JSON.stringify(line).includes('hush'))
    assert.ok(JSON.stringify(line).includes('me'))
  })
})
