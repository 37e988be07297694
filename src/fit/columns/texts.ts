import { isIP } from 'node:net'

/** The kind of a column of non-categorical texts. */
export type TextKind =
  'uuid' | 'email' | 'url' | 'ip' | 'phone' | 'name' | 'first_name' | 'last_name' | 'address' | 'pattern' | 'text'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const url = /^(https?|ftp):\/\/\S+$/i
const phone = /^\+?[\d\s().x/-]{7,24}$/
const person = /^(\p{L}[\p{L}'’-]*\.?)( \p{L}[\p{L}'’-]*\.?){1,3}$/u
const oneName = /^\p{Lu}[\p{L}'’ -]*$/u

/** Also with a prefix that says whose name it is: customer_first_name. */
const firstNameColumn =
  /^(.*[ _-])?((first|given|fore|christian)[ _-]?name|fname|vorname|voornaam|pr[eé]nom)$|[a-z]FirstName$/i
const lastNameColumn =
  /^(.*[ _-])?((last|sur|family)[ _-]?name|lname|nachname|familienname|achternaam|apellidos?|cognome)$|[a-z]LastName$/i
const nameColumn =
  /^(name|(full|customer|user|person|contact|employee|patient|client|student|author|owner|passenger|holder)[ _-]?name)$/i
const phoneColumn = /phone|mobile|(^|[ _-])(tel|cell|fax)([ _-]|$)/i
const addressColumn = /address|street|(^|[ _-])addr([ _-]|$)/i
const idWord = /(^|[ _-])(id|key|uuid|guid|number|no|nr|index|code)\.?$|nummer$|^#$/i
const idSuffix = /[a-z](Id|ID|Key|No|Nr)$/

/** Whether a column is named like an identifier: customer_id, Kunden-Nr, InvoiceNo. */
export function isIdName(name: string): boolean {
  return idWord.test(name) || idSuffix.test(name)
}

/** Whether a column is named like one of first or last names. */
export function personNameOf(name: string): 'first_name' | 'last_name' | null {
  if (firstNameColumn.test(name)) return 'first_name'
  return lastNameColumn.test(name) ? 'last_name' : null
}

/** Minimum share of the distinct texts that must have the form of a kind. */
const minShare = 0.95

/**
 * The personal or structural kind of a column's distinct texts, from their form and the column's name; null: none applies. Some kinds
 * require a matching name, because no form distinguishes a person from an airport.
 */
export function textKind(name: string, texts: readonly string[]): TextKind | null {
  const share = (test: (text: string) => boolean): number => {
    let count = 0
    for (const text of texts) if (test(text)) count++
    return count / texts.length
  }
  const all = (form: RegExp): boolean => share((text) => form.test(text)) >= minShare
  if (all(uuid)) return 'uuid'
  if (all(email)) return 'email'
  if (all(url)) return 'url'
  if (share((text) => isIP(text) !== 0) >= minShare) return 'ip'
  if (firstNameColumn.test(name) && all(oneName)) return 'first_name'
  if (lastNameColumn.test(name) && all(oneName)) return 'last_name'
  // People have two or three names, usually two; titles and places do not.
  if (nameColumn.test(name) && isFullName(texts)) return 'name'
  const digits = (text: string): number => text.replace(/\D/g, '').length
  const isPhone = (text: string): boolean => phone.test(text) && digits(text) >= 7
  if (share(isPhone) >= minShare && (phoneColumn.test(name) || share((text) => /[+() ]/.test(text)) >= minShare))
    return 'phone'
  if (addressColumn.test(name) && share((text) => /\d/.test(text) && /\p{L}{2}/u.test(text)) >= 0.8) return 'address'
  return null
}

/** Whether texts have the form of first and last names. */
export function isFullName(texts: readonly string[]): boolean {
  const share = (test: (text: string) => boolean): number => texts.filter(test).length / texts.length
  return share((text) => person.test(text)) >= minShare && share((text) => text.split(' ').length === 2) >= 0.6
}

/** The version of most of the UUIDs: 7, or 4 for all others. */
export function uuidVersion(texts: readonly string[]): 4 | 7 {
  const sevens = texts.filter((text) => text[14] === '7').length
  return sevens * 2 > texts.length ? 7 : 4
}
