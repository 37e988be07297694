import { isDeepStrictEqual } from 'node:util'
import type { Answer, Call, Difference } from './call.js'

// What differs in every call, where Connect leaves it to the server below it: an error of the router has no Content-Type
// there (clients that look at it first, as most HTTP libraries do, would not find the JSON), and what Jetty refuses by
// itself is a page of HTML (here every error has one form, status and message as JSON).

/** Our answer to a call, from what Connect has answered and what differs on purpose. */
export function expectedOf(call: Call, recorded: Answer): Answer {
  return withoutUndefined({ ...general(recorded), ...call.differs?.answer })
}

function general(recorded: Answer): Answer {
  const { status, body, type } = recorded
  if (status < 400 || (type !== null && type !== 'text/html')) return recorded
  // A HEAD has no body to look at.
  if (body === undefined)
    return recorded.type === null && status === 404 ? { ...recorded, type: 'application/json' } : recorded
  return { ...recorded, type: 'application/json', body: { error_code: status, message: '<string>' } }
}

export interface Compared {
  readonly call: string
  readonly isAsExpected: boolean
  /** As it would be if nothing differed on purpose. */
  readonly isAsConnect: boolean
  readonly differs: Difference | null
  readonly expected: Answer
  readonly actual: Answer
}

export function compareAnswers(
  calls: readonly Call[],
  recorded: ReadonlyMap<string, Answer>,
  actual: ReadonlyMap<string, Answer>,
): Compared[] {
  return calls.map((call) => {
    const theirs = recorded.get(call.does)
    const ours = actual.get(call.does)
    if (theirs === undefined || ours === undefined)
      throw new Error(`"${call.does}" has no recorded answer: record them again`)
    const expected = expectedOf(call, theirs)
    return {
      call: call.does,
      isAsExpected: isDeepStrictEqual(expected, ours),
      isAsConnect: isDeepStrictEqual(general(theirs), ours),
      differs: call.differs ?? null,
      expected,
      actual: ours,
    }
  })
}

function withoutUndefined(answer: Answer): Answer {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined)) as unknown as Answer
}
