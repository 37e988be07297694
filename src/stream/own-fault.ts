import type { ErrorCode } from '../errors.js'

/** Errors that are a record's own fault: the same record fails again however often it is sent. */
export const ownFault: ReadonlySet<ErrorCode> = new Set(['RECORD_TOO_LARGE', 'KAFKA_REJECTED'])
