/** Redraws docs/adaptive-rate.svg: the adaptive rate on a simulated sink with changing capacity. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { AdaptiveRate } from '#src/pacing/adaptive.js'
import { runPlant, type PlantSample } from '../test/support/rate-plant.js'

const width = 860
const left = 70
const targetLatencyMs = 100
const lengthMs = 140_000

interface Panel {
  readonly top: number
  readonly height: number
  readonly most: number
  readonly title: string
  readonly ticks: readonly number[]
}

const rates: Panel = { top: 30, height: 230, most: 24_000, title: 'records a second', ticks: [0, 10_000, 20_000] }
const latencies: Panel = { top: 320, height: 130, most: 300, title: 'latency in ms', ticks: [0, 100, 200, 300] }

function x(ms: number): string {
  return (left + (ms / lengthMs) * (width - left - 20)).toFixed(1)
}

function y({ top, height, most }: Panel, value: number): string {
  return (top + height * (1 - Math.min(value, most) / most)).toFixed(1)
}

function line(
  panel: Panel,
  samples: readonly PlantSample[],
  of: (sample: PlantSample) => number,
  style: string,
): string {
  const points = samples.map((sample) => `${x(sample.ms)},${y(panel, of(sample))}`).join(' ')
  return `<polyline points="${points}" fill="none" ${style}/>`
}

function axes(panel: Panel): string {
  const ticks = panel.ticks.map((tick) => {
    const at = y(panel, tick)
    return `<line x1="${left}" x2="${width - 20}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${left - 8}" y="${at}" text-anchor="end" dominant-baseline="middle">${tick.toLocaleString('en-US')}</text>`
  })
  return `<text x="${left}" y="${panel.top - 10}" font-weight="bold">${panel.title}</text>${ticks.join('')}`
}

const samples = runPlant(new AdaptiveRate({ targetLatencyMs }), {
  capacity: (ms) => (ms < 40_000 ? 10_000 : ms < 80_000 ? 3_000 : 20_000),
  baseLatencyMs: 20,
  lengthMs,
  seed: 1,
})
const seconds = [0, 20, 40, 60, 80, 100, 120, 140].map(
  (second) => `<text x="${x(second * 1000)}" y="475" text-anchor="middle">${second} s</text>`,
)
const target = y(latencies, targetLatencyMs)
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 490" font-family="sans-serif" font-size="12" role="img">
<title>An adaptive rate on a sink that takes 10,000, then 3,000, then 20,000 records a second</title>
<rect width="${width}" height="490" fill="#fff"/>
${axes(rates)}
${line(rates, samples, ({ capacity }) => capacity, 'stroke="#999" stroke-dasharray="6 4" stroke-width="1.5"')}
${line(rates, samples, ({ granted }) => granted, 'stroke="#1f6fb4" stroke-width="1.5"')}
<text x="${width - 20}" y="20" text-anchor="end"><tspan fill="#1f6fb4">rate</tspan>  <tspan fill="#777">what the sink can take (dashed)</tspan></text>
${axes(latencies)}
<line x1="${left}" x2="${width - 20}" y1="${target}" y2="${target}" stroke="#c0392b" stroke-dasharray="6 4"/>
${line(latencies, samples, ({ latencyMs }) => latencyMs, 'stroke="#1f6fb4" stroke-width="1"')}
<text x="${width - 20}" y="310" text-anchor="end" fill="#c0392b">target (dashed)</text>
${seconds.join('')}
</svg>
`
await writeFile(fileURLToPath(new URL('../../docs/adaptive-rate.svg', import.meta.url)), svg)
