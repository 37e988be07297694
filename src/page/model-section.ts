/** The model of a connector: how alike synthetic and real values are. */
import { call, errorText, pathOf } from './api.js'
import { h, setText, svg } from './dom.js'
import { count, share } from './format.js'
import { axisEnds, barsOf, plotHeight, plotWidth, rowHeight, rowsLeft } from './plot-bars.js'
import type { Bars, ModelReport } from './shapes.js'

const maxLabel = 16

/** Read when it is opened for the first time. */
export function modelSection(name: string): HTMLElement {
  const note = h('p', { class: 'soft' }, 'Reading …')
  const plots = h('div', { class: 'plots' })
  const details = h('details', { class: 'card' }, h('summary', {}, h('h2', {}, 'Model')), note, plots)
  const load = async (): Promise<void> => {
    try {
      const { body } = await call<ModelReport>('GET', `genesis/${pathOf(name, '/model')}`)
      note.replaceChildren(...summary(body))
      plots.replaceChildren(...body.columns.flatMap((column) => plotOf(column)))
    } catch (error) {
      setText(note, errorText(error))
    }
  }
  details.addEventListener('toggle', () => void load(), { once: true })
  return details
}

function summary({ name, rows, score, detectability }: ModelReport): (Node | string)[] {
  if (rows === null) return [`${name} has no report: it was not trained from a table.`]
  const parts = [`${name}: trained from ${count(rows)} rows.`]
  if (score !== null) parts.push(`Quality ${score.toFixed(3)} of 1.`)
  if (detectability !== null)
    parts.push(
      `A classifier that tells synthetic rows from real ones reaches an AUC of ${detectability.toFixed(2)}; 0.5 is guessing.`,
    )
  const key = (of: string): HTMLElement => h('span', { class: 'key' }, h('span', { class: `swatch ${of}` }), of)
  return [parts.join(' '), ' ', key('real'), key('synthetic')]
}

function plotOf({ name, shape, histogram }: ModelReport['columns'][number]): HTMLElement[] {
  if (histogram === undefined) return []
  const score = shape === null ? '' : ` ${shape.toFixed(3)}`
  return [h('figure', {}, h('figcaption', {}, h('strong', {}, name), h('small', {}, score)), drawing(name, histogram))]
}

function drawing(name: string, bars: Bars): SVGSVGElement {
  const height = plotHeight(bars)
  const { labels, real, synthetic, ordered } = bars
  const drawn = barsOf(bars).map(({ of, ...place }, k) => {
    const i = k >> 1
    const tip = `${labels[i]}: real ${share(real[i], 1)}, synthetic ${share(synthetic[i], 1)}`
    return svg('rect', { class: of, ...place }, svg('title', {}, tip))
  })
  const [first, last] = axisEnds(bars)
  const names = ordered
    ? [
        svg('text', { x: 0, y: height + 14 }, first),
        svg('text', { x: plotWidth, y: height + 14, 'text-anchor': 'end' }, last),
      ]
    : labels.map((label, i) => {
        const text = label.length > maxLabel ? `${label.slice(0, maxLabel - 1)}…` : label
        return svg('text', { x: rowsLeft - 8, y: (i + 0.5) * rowHeight + 4, 'text-anchor': 'end' }, text)
      })
  const viewBox = `0 0 ${plotWidth} ${ordered ? height + 18 : height}`
  return svg('svg', { viewBox, role: 'img', 'aria-label': `Real and synthetic shares of ${name}` }, ...drawn, ...names)
}
