import { checkLaws, satisfies, type CheckLaw } from '../../model/generated/check-digits.js'

/** With fewer distinct codes, all may satisfy a law by chance. */
const evidence = 20

/** The law that the check digits of all these distinct texts satisfy; null: none. */
export function lawOf(texts: readonly string[]): CheckLaw | null {
  if (texts.length < evidence) return null
  return checkLaws.find((law) => texts.every((text) => satisfies(text, law))) ?? null
}
