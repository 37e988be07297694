import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GenesisError } from '#src/errors.js'
import { samplingOf } from '#src/telemetry/sampling.js'
import type { Span } from '#src/telemetry/span.js'
import { Tracer } from '#src/telemetry/tracer.js'
import { parseTraceparent } from '#src/telemetry/traceparent.js'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

describe('traceparent', () => {
  test('is read as W3C has it', () => {
    assert.deepEqual(parseTraceparent(`00-${traceId}-${spanId}-01`), { traceId, spanId, isSampled: true })
    assert.deepEqual(parseTraceparent(`00-${traceId}-${spanId}-02`), { traceId, spanId, isSampled: false })
    // A later version may say more.
    assert.deepEqual(parseTraceparent(`01-${traceId}-${spanId}-01-more`), { traceId, spanId, isSampled: true })
  })

  test('counts as absent if it is invalid', () => {
    for (const header of [
      undefined,
      '',
      'x',
      `ff-${traceId}-${spanId}-01`,
      `00-${traceId}-${spanId}-01-more`,
      `00-${'0'.repeat(32)}-${spanId}-01`,
      `00-${traceId}-${'0'.repeat(16)}-01`,
      `00-${traceId.toUpperCase()}-${spanId}-01`,
      `00-${traceId}-${spanId}`,
    ])
      assert.equal(parseTraceparent(header), null, header)
  })
})

describe('a tracer', () => {
  const recorded = (sampling = samplingOf({})) => {
    const spans: Span[] = []
    return { spans, tracer: new Tracer(sampling, (span) => void spans.push(span)) }
  }

  test('records a span when it ends, once, within its parent', async () => {
    const { spans, tracer } = recorded()
    const parent = tracer.begin('start task', { attributes: { a: 1 } })
    await tracer.during('open sink', { parent: parent.context }, (span) => Promise.resolve(span.set({ b: 'two' })))
    parent.set({ c: true })
    parent.end()
    parent.end({ code: 'INTERNAL', message: 'too late' })
    assert.deepEqual(
      spans.map(({ name, attributes, error }) => [name, attributes, error]),
      [
        ['open sink', { b: 'two' }, null],
        ['start task', { a: 1, c: true }, null],
      ],
    )
    const [child, whole] = spans
    assert.equal(child.parent?.spanId, whole.context.spanId)
    assert.equal(child.context.traceId, whole.context.traceId)
    assert.equal(whole.parent, null)
    assert.match(whole.context.traceId, /^[0-9a-f]{32}$/)
    assert.match(whole.context.spanId, /^[0-9a-f]{16}$/)
    assert.ok(whole.startMs <= child.startMs && child.startMs <= child.endMs)
  })

  test('says of an error its code and what happened, but not what was found: that may be a value of a configuration', async () => {
    const { spans, tracer } = recorded()
    const error = new GenesisError('CONFIG_INVALID', 'not a number', { place: 'a', found: 'secret' })
    await assert.rejects(
      tracer.during('put connector', {}, () => Promise.reject(error)),
      error,
    )
    assert.deepEqual(spans[0].error, { code: 'CONFIG_INVALID', message: 'not a number' })
  })

  test('decides for each trace as the environment says, and for those of others as they did', () => {
    const remote = (isSampled: boolean) => ({ traceId, spanId, isSampled })
    const isRecorded = (env: Record<string, string>, parent: ReturnType<typeof remote> | null): boolean => {
      const { spans, tracer } = recorded(samplingOf(env))
      tracer.begin('start task', { parent }).end()
      return spans.length === 1
    }
    assert.equal(isRecorded({}, null), true)
    assert.equal(isRecorded({}, remote(false)), false)
    assert.equal(isRecorded({ OTEL_TRACES_SAMPLER: 'always_on' }, remote(false)), true)
    assert.equal(isRecorded({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, remote(true)), true)
    assert.equal(isRecorded({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, null), false)
    assert.equal(isRecorded({ OTEL_TRACES_SAMPLER: 'always_off' }, remote(true)), false)
    // The trace's last 56 bits are 0.805 of their range.
    const ratio = (arg: string) => ({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: arg })
    assert.equal(isRecorded(ratio('0.81'), remote(false)), true)
    assert.equal(isRecorded(ratio('0.80'), remote(true)), false)
  })

  test('of a sampler that it does not have says what there is', () => {
    assert.throws(() => samplingOf({ OTEL_TRACES_SAMPLER: 'jaeger_remote' }), {
      code: 'CONFIG_INVALID',
      message: /OTEL_TRACES_SAMPLER: .* found jaeger_remote; expected always_on, parentbased_always_on, .*traceidratio/,
    })
    for (const arg of ['2', '', 'x'])
      assert.throws(() => samplingOf({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: arg }), {
        code: 'CONFIG_INVALID',
      })
  })
})
