import type { FitReport } from '../fit/report/report.js'
import { score } from './quality.js'

interface Shares {
  readonly real: readonly number[]
  readonly synthetic: readonly number[]
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (char) => entities[char])
}

export function legend(): string {
  const key = (colour: string): string => `<span class="key" style="background:var(--${colour})"></span>${colour}`
  return `${key('real')}${key('synthetic')}`
}

/** Real and synthetic shares side by side: vertical bars for numbers, a row per category. */
export function barPlot(shares: Shares, labels: readonly string[], direction: 'vertical' | 'horizontal'): string {
  const highest = Math.max(...shares.real, ...shares.synthetic, 1e-9)
  return direction === 'vertical' ? upright(shares, labels, highest) : rows(shares, labels, highest)
}

function tip(label: string, real: number, synthetic: number): string {
  return `<title>${escapeHtml(label)}: real ${(real * 100).toFixed(1)} %, synthetic ${(synthetic * 100).toFixed(1)} %</title>`
}

function upright({ real, synthetic }: Shares, labels: readonly string[], highest: number): string {
  const width = 320
  const height = 110
  const step = width / real.length
  const bar = (kind: string, x: number, share: number): string => {
    const tall = (share / highest) * height
    return `<rect class="${kind}" x="${round(x)}" y="${round(height - tall)}" width="${round(step * 0.42)}" height="${round(tall)}"/>`
  }
  const bars = real.map((share, i) => {
    const x = i * step
    return `<g>${tip(labels[i], share, synthetic[i])}${bar('real', x, share)}${bar('synthetic', x + step * 0.45, synthetic[i])}</g>`
  })
  const first = labels[0].split(' – ')[0]
  const last = labels[labels.length - 1].split(' – ')[1] ?? ''
  const ends = `<text x="0" y="${height + 12}">${escapeHtml(first)}</text><text x="${width}" y="${height + 12}" text-anchor="end">${escapeHtml(last)}</text>`
  return `<svg viewBox="0 0 ${width} ${height + 16}" role="img">${bars.join('')}${ends}</svg>`
}

function rows({ real, synthetic }: Shares, labels: readonly string[], highest: number): string {
  const width = 320
  const left = 120
  const step = 16
  const bar = (kind: string, y: number, share: number): string =>
    `<rect class="${kind}" x="${left}" y="${round(y)}" width="${round((share / highest) * (width - left))}" height="5.5"/>`
  const bars = real.map((share, i) => {
    const y = i * step
    const text = labels[i].length > 20 ? `${labels[i].slice(0, 19)}…` : labels[i]
    const name = `<text x="${left - 5}" y="${y + 10}" text-anchor="end">${escapeHtml(text)}</text>`
    return `<g>${tip(labels[i], share, synthetic[i])}${name}${bar('real', y + 1, share)}${bar('synthetic', y + 7, synthetic[i])}</g>`
  })
  return `<svg viewBox="0 0 ${width} ${real.length * step}" role="img">${bars.join('')}</svg>`
}

/** A square per pair of columns, redder the less similar; the scale ends at 0.5. */
export function heatMap({ columns, pairs }: FitReport): string {
  const shown = columns.map((column, index) => ({ ...column, index })).filter(({ shape }) => shape !== undefined)
  const size = shown.length > 25 ? 16 : 30
  const left = 150
  const place = new Map(shown.map(({ index }, i) => [index, i]))
  const cell = (i: number, j: number, value: number | null, title: string): string => {
    const red = value === null ? 0 : Math.min(1, (1 - value) * 2)
    const fill =
      value === null ? 'var(--line)' : `hsl(${Math.round(140 * (1 - red))} 55% ${Math.round(72 - 22 * red)}%)`
    const square = `<rect x="${left + j * size}" y="${i * size}" width="${size - 1}" height="${size - 1}" fill="${fill}"/>`
    const text =
      size < 30 || value === null
        ? ''
        : `<text x="${left + (j + 0.5) * size}" y="${(i + 0.5) * size + 3}" text-anchor="middle" style="fill:#111">${value.toFixed(2).replace(/^0/, '')}</text>`
    return `<g><title>${escapeHtml(title)}: ${score(value)}</title>${square}${text}</g>`
  }
  const cells = shown.map(({ name, shape }, i) => cell(i, i, shape ?? null, name))
  for (const [a, b, value] of pairs) {
    const i = place.get(a)
    const j = place.get(b)
    if (i === undefined || j === undefined) continue
    const title = `${columns[a].name} × ${columns[b].name}`
    cells.push(cell(i, j, value, title), cell(j, i, value, title))
  }
  const names = shown.map(({ name }, i) => {
    const text = name.length > 24 ? `${name.slice(0, 23)}…` : name
    return `<text x="${left - 6}" y="${(i + 0.5) * size + 3}" text-anchor="end">${escapeHtml(text)}</text>`
  })
  const width = left + shown.length * size
  return `<svg viewBox="0 0 ${width} ${shown.length * size}" style="max-width:${width}px" role="img">${names.join('')}${cells.join('')}</svg>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
