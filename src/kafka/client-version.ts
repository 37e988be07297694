import { createRequire } from 'node:module'

const manifest = createRequire(import.meta.url)('../../package.json') as { version: string }

/** The program's version, as brokers see it (KIP-511). */
export const { version } = manifest
