/** Calls of the worker at an address, with bodies in JSON; an answer without a body has undefined. */
export function callsTo(address: string) {
  return async <Body = unknown>(method: string, path: string, body?: unknown) => {
    const headers = { 'Content-Type': 'application/json' }
    const answer = await fetch(`${address}${path}`, { method, headers, body: JSON.stringify(body) })
    const text = await answer.text()
    return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as Body }
  }
}
