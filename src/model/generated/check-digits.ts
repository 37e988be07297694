/** Laws that the last digits of a code satisfy. Separators (spaces, hyphens, dots) do not count. */

/**
 * `luhn`: card numbers, IMEI, SIREN (ISO/IEC 7812-1, annex B); `gtin`: EAN, UPC and ISBN of 8, 12, 13 or 14 digits (GS1 General Specifications, 7.9); `isbn10`:
 * ISBN of ten (ISO 2108:1992); `iban`: the third and fourth characters (ISO 13616, ISO 7064 MOD 97-10).
 */
export const checkLaws = ['iban', 'isbn10', 'gtin', 'luhn'] as const
export type CheckLaw = (typeof checkLaws)[number]

const forms: Readonly<Record<CheckLaw, RegExp>> = {
  iban: /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/,
  isbn10: /^\d{9}[\dX]$/,
  gtin: /^(?:\d{8}|\d{12,14})$/,
  luhn: /^\d{8,19}$/,
}
const separators = /[ .-]/g

/** Whether a text has the form of a law's codes and satisfies it. */
export function satisfies(text: string, law: CheckLaw): boolean {
  if (!forms[law].test(text.replace(separators, ''))) return false
  const bytes = Buffer.from(text)
  writeCheckDigits(law, bytes, 0, bytes.length)
  return bytes.toString() === text
}

const [zero, nine, capitalA, capitalX, capitalZ] = [48, 57, 65, 88, 90]

/** Replaces the check digits of the code in these bytes with those that the law requires. Hot. */
export function writeCheckDigits(law: CheckLaw, bytes: Uint8Array, from: number, to: number): void {
  if (law === 'iban') return writeIban(bytes, from, to)
  let last = to - 1
  while (last > from && !isDigit(bytes[last]) && bytes[last] !== capitalX) last--
  let sum = 0
  let place = 1
  for (let at = last - 1; at >= from; at--) {
    if (!isDigit(bytes[at])) continue
    const digit = bytes[at] - zero
    sum +=
      law === 'gtin'
        ? place % 2 === 1
          ? 3 * digit
          : digit
        : law === 'luhn'
          ? doubled(digit, place)
          : digit * (place + 1)
    place++
  }
  const check = law === 'isbn10' ? (11 - (sum % 11)) % 11 : (10 - (sum % 10)) % 10
  bytes[last] = check === 10 ? capitalX : zero + check
}

function doubled(digit: number, place: number): number {
  if (place % 2 === 0) return digit
  return digit < 5 ? 2 * digit : 2 * digit - 9
}

/** 98 − (the code after its fourth character, the country and 00) mod 97. */
function writeIban(bytes: Uint8Array, from: number, to: number): void {
  let rest = 0
  let seen = 0
  let start = from
  for (let at = from; at < to && seen < 4; at++) {
    if (isSign(bytes[at])) seen++
    start = at + 1
  }
  for (let at = start; at < to; at++) rest = appended(rest, bytes[at])
  const places: [number, number] = [from, from]
  seen = 0
  for (let at = from; at < start; at++) {
    if (!isSign(bytes[at])) continue
    if (seen < 2) rest = appended(rest, bytes[at])
    else places[seen - 2] = at
    seen++
  }
  const check = 98 - ((rest * 100) % 97)
  if (seen < 4) return
  bytes[places[0]] = zero + Math.floor(check / 10)
  bytes[places[1]] = zero + (check % 10)
}

/** The remainder after one more character: a digit, or a letter as 10 to 35. */
function appended(rest: number, sign: number): number {
  if (isDigit(sign)) return (rest * 10 + sign - zero) % 97
  if (sign >= capitalA && sign <= capitalZ) return (rest * 100 + sign - capitalA + 10) % 97
  return rest
}

function isDigit(sign: number): boolean {
  return sign >= zero && sign <= nine
}

function isSign(sign: number): boolean {
  return isDigit(sign) || (sign >= capitalA && sign <= capitalZ)
}
