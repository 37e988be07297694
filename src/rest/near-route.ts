import { distance, fold, nearest } from '../config/nearest.js'

/** Longer paths are not repeated in an answer. */
const maxLength = 200

/**
 * The path that was probably meant by one that has no route: `/connectors/a/status` for `/connectors/a/state`. Templates are such as
 * `/connectors/{name}/status`. Undefined: none is near.
 */
export function nearRoute(path: string, templates: readonly string[]): string | undefined {
  if (path.length > maxLength) return undefined
  const wanted = segmentsOf(path)
  let best: string | undefined
  let least = Infinity
  for (const template of templates) {
    const segments = segmentsOf(template)
    if (segments.length !== wanted.length) continue
    const changes = segments.map((segment, at) => changesOf(wanted[at], segment))
    const total = changes.reduce((sum, one) => sum + one, 0)
    if (total >= least) continue
    least = total
    best = `/${segments.map((segment, at) => (isParameter(segment) ? wanted[at] : segment)).join('/')}`
  }
  return least === 0 ? undefined : best
}

/** Letters to change; Infinity: not near. */
function changesOf(found: string, segment: string): number {
  if (isParameter(segment) || found === segment) return 0
  return nearest(found, [segment]) === undefined ? Infinity : Math.max(1, distance(fold(found), fold(segment)))
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{')
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}
