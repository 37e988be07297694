/** What is wrong between the page and the connectors, and what to do about it. */
import { duration } from './format.js'

export interface Trouble {
  readonly title: string
  readonly text: string
}

/** A failed call: `status` 0 is no response. */
export function callTrouble(status: number, message: string): Trouble {
  switch (status) {
    case 0:
      return {
        title: 'The worker does not respond',
        text: `Check that it is running and that this machine can reach it (${message}). Trying again.`,
      }
    case 401:
      return { title: 'Not signed in', text: 'The worker asks for credentials. Reload the page to sign in.' }
    case 403:
      return { title: 'Not allowed', text: `These credentials do not permit this: ${message}` }
    case 409:
      return { title: 'Refused for now', text: message }
    case 429:
      return { title: 'Too many requests', text: `${message} Trying again.` }
    case 503:
      return { title: 'The worker is not ready', text: message }
    default:
      return { title: status >= 500 ? 'The worker reports an error' : 'The worker refused this', text: message }
  }
}

/** Shown state is from `asOf` (ISO 8601, or `never`): the worker cannot reach its group. `now`: ms since 1970. */
export function groupTrouble(asOf: string, now: number): Trouble {
  const age = (now - Date.parse(asOf)) / 1000
  const known = Number.isNaN(age)
    ? 'It has not read the group’s state since it started.'
    : `The state shown is ${duration(Math.max(0, age))} old.`
  return {
    title: 'The worker cannot reach its group',
    text: `${known} Changes are refused until Kafka can be reached again: check the brokers and the network.`,
  }
}
