/** The view that the part of the address after `#` names. */
export type Route =
  | { readonly view: 'list' | 'workers' | 'new' | 'unknown' }
  | { readonly view: 'connector' | 'edit'; readonly name: string }

export function parseRoute(hash: string): Route {
  const [first = '', name, rest, ...others] = hash.replace(/^#\/?/, '').split('/')
  if (others.length > 0) return { view: 'unknown' }
  if (first === 'connectors' && name !== undefined && name !== '') {
    const decoded = decode(name)
    if (decoded === null || (rest !== undefined && rest !== 'edit')) return { view: 'unknown' }
    return { view: rest === 'edit' ? 'edit' : 'connector', name: decoded }
  }
  if (name !== undefined) return { view: 'unknown' }
  if (first === '') return { view: 'list' }
  return { view: first === 'workers' || first === 'new' ? first : 'unknown' }
}

function decode(name: string): string | null {
  try {
    return decodeURIComponent(name)
  } catch {
    return null
  }
}
