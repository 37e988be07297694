import type { ModelDraft, Target } from './draft.js'
import type { Declaration, Declared, Settings } from './from-declaration.js'
import type { Around } from './kinds.js'

/** Codes have 16 bits, and one of them may stand for missing. */
export const maxValues = 65_535

/** A declared column to be added to a draft. Errors are reported by the key of its settings that they are about. */
export class DeclaredColumn {
  readonly settings: Settings
  readonly target: Target

  constructor(
    readonly draft: ModelDraft,
    readonly declaration: Declaration,
    readonly around: Around,
    readonly declared: Declared,
  ) {
    const { settings, name } = declared
    this.settings = settings
    const { missing, hide } = settings
    if (hide !== undefined && typeof hide !== 'boolean') this.report('hide', 'true or false')
    const isShare = typeof missing === 'number' && missing >= 0 && missing <= 1
    if (missing !== undefined && !isShare) this.report('missing', 'a share from 0 to 1')
    this.target = { name, missing: isShare ? missing : null, ...(hide === true && { hidden: true }) }
  }

  /** Records an error at a key of the settings. */
  report(key: string, expected: string, what = 'wrong value'): void {
    const found = this.settings[key]
    this.declaration.report([...this.declared.path, key], what, { found: found ?? 'nothing', expected })
  }
}

/** Whether a value is a valid `scale`. */
export function isScale(scale: unknown): scale is number {
  return Number.isInteger(scale) && (scale as number) >= 0 && (scale as number) <= 9
}
