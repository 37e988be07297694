import type { Role } from '../../config/http-security.js'
import { isSafe } from '../route.js'

/** Who sent a request. */
export interface Principal {
  /** Null: authentication is off. */
  readonly name: string | null
  readonly method: 'none' | 'basic' | 'token' | 'jwt' | 'certificate'
  readonly role: Role
}

/** Everyone, where authentication is off. */
export const anyone: Principal = { name: null, method: 'none', role: 'admin' }

/** Whether a role may make calls with an HTTP method. */
export function mayCall(role: Role, method: string): boolean {
  return role === 'admin' || isSafe(method)
}
