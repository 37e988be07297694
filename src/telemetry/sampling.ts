import { GenesisError } from '../errors.js'
import type { Sampling } from './tracer.js'

const samplers = ['always_on', 'always_off', 'traceidratio'] as const

/**
 * The sampler in OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG (opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables).
 * Throws CONFIG_INVALID for others.
 */
export function samplingOf(env: Readonly<Record<string, string | undefined>>): Sampling {
  const name = env.OTEL_TRACES_SAMPLER ?? 'parentbased_always_on'
  const followsParent = name.startsWith('parentbased_')
  switch (name.replace(/^parentbased_/, '')) {
    case 'always_on':
      return { ratio: 1, followsParent }
    case 'always_off':
      return { ratio: 0, followsParent }
    case 'traceidratio':
      return { ratio: ratioOf(env.OTEL_TRACES_SAMPLER_ARG), followsParent }
    default:
      throw new GenesisError('CONFIG_INVALID', 'traces cannot be sampled in this way', {
        place: 'OTEL_TRACES_SAMPLER',
        found: name,
        expected: samplers.flatMap((one) => [one, `parentbased_${one}`]).join(', '),
      })
  }
}

function ratioOf(text = '1'): number {
  const ratio = Number(text)
  if (text.trim() !== '' && ratio >= 0 && ratio <= 1) return ratio
  throw new GenesisError('CONFIG_INVALID', 'not a ratio', {
    place: 'OTEL_TRACES_SAMPLER_ARG',
    found: text,
    expected: 'a number from 0 to 1',
  })
}
