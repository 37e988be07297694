/** A connector's rate over time, drawn by uPlot, which is loaded for it. */
import type uPlot from 'uplot'
import { h } from './dom.js'
import { rate } from './format.js'
import type { RatePoints } from './rate-history.js'

export interface RateChart {
  readonly element: HTMLElement
  update(points: RatePoints, target: number | null): void
  close(): void
}

const height = 200
const targetSeries = 2

export function rateChart(): RateChart {
  const element = h('div', { class: 'chart', role: 'img' })
  let plot: uPlot | null = null
  let data: uPlot.AlignedData = [[], [], []]
  let hasTarget = false
  const draw = (): void => {
    plot?.setData(data)
    if (plot !== null && plot.series[targetSeries].show !== hasTarget) plot.setSeries(targetSeries, { show: hasTarget })
  }
  const resized = new ResizeObserver(() => {
    // It is hidden until the connector is known.
    if (element.clientWidth === 0) return
    if (plot === null) create()
    else plot.setSize({ width: element.clientWidth, height })
  })
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  let Plot: typeof uPlot | null = null
  const create = (): void => {
    if (Plot === null || element.clientWidth === 0) return
    plot?.destroy()
    plot = new Plot(optionsOf(element, hasTarget), data, element)
  }
  const load = async (): Promise<void> => {
    const url = new URL('uplot.js', import.meta.url).href
    Plot = ((await import(url)) as { default: typeof uPlot }).default
    // The view may have been left in the meantime.
    if (!element.isConnected) return
    resized.observe(element)
    // Its legend keeps the colours it was created with.
    scheme.addEventListener('change', create)
  }
  // In the next turn: then the view is in the document.
  setTimeout(() => void load().catch(() => element.replaceChildren('The chart could not be loaded.')))
  return {
    element,
    update(points, target) {
      const { times, rates } = points
      data = [times as number[], rates as number[], times.map(() => target)]
      hasTarget = target !== null
      const now = rates.at(-1) ?? 0
      element.ariaLabel = `Rate: ${rate(now)} records per second${target === null ? '' : `, target ${rate(target)}`}`
      draw()
    },
    close() {
      resized.disconnect()
      scheme.removeEventListener('change', create)
      plot?.destroy()
    },
  }
}

function optionsOf(element: HTMLElement, hasTarget: boolean): uPlot.Options {
  const colour = (name: string) => () => getComputedStyle(element).getPropertyValue(`--${name}`)
  const axis: uPlot.Axis = {
    stroke: colour('soft'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  }
  return {
    width: element.clientWidth,
    height,
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { live: true },
    scales: {
      // A minute at least, so that the line grows to the left.
      x: { range: (_plot, min, max) => [Math.min(min ?? 0, (max ?? 0) - 60), max ?? 0] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, max ?? 0) * 1.1] },
    },
    padding: [12, 12, 0, 0],
    series: [
      { value: '{HH}:{mm}:{ss}' },
      {
        label: 'records/s',
        stroke: colour('accent'),
        width: 2,
        points: { show: false },
        value: (_plot, value: number | null) => rate(value),
      },
      {
        label: 'target',
        show: hasTarget,
        stroke: colour('soft'),
        width: 1,
        dash: [6, 4],
        points: { show: false },
        value: (_plot, value: number | null) => rate(value),
      },
    ],
    axes: [
      { ...axis, values: '{HH}:{mm}:{ss}', space: 80, incrs: [5, 10, 15, 30, 60, 120, 300], size: 32 },
      { ...axis, values: (_plot, splits) => splits.map((value) => rate(value)), size: 56 },
    ],
  }
}
