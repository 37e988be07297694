import type { ErrorCode } from '../errors.js'

/** Codes of warnings and errors in the log that have no error code, with what they mean. `docs/errors.md` lists these rows. */
export const noticeTable = {
  CONFIG_REMARK:
    'a configuration is valid, but part of it has no effect or is a likely mistake, such as an unknown key or a password in plain text',
  RECORD_IGNORED: 'a record of the configuration topic cannot be read, and is ignored',
  SHUTDOWN_TIMEOUT:
    'not all transactions could be finished within shutdown.timeout; uncommitted records are regenerated on restart',
  TELEMETRY_DROPPED: 'spans arrive faster than the OpenTelemetry collector takes them, and the newest are dropped',
} as const

/** Every warning and error in the log has one. */
export type LogCode = ErrorCode | keyof typeof noticeTable
