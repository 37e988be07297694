import { choice } from '../../config/option.js'
import { defineSink } from '../../config/sink-spec.js'

/** Standard output, as text. */
export interface StdoutSinkConfig {
  readonly type: 'stdout'
  readonly format: 'json' | 'csv'
}

export const stdoutSpec = defineSink({
  options: { format: choice(['json', 'csv'], 'JSON lines or CSV.', 'json', { flag: '--format' }) },
  configure: ({ format }): StdoutSinkConfig => ({ type: 'stdout', format }),
  target: () => 'standard output',
  keepsPositions: false,
})
