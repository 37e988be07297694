/**
 * Generates words/<locale>.json, the pools a model's `provider` refers to: @faker-js/faker's lists, sorted and deduplicated, so
 * that a version always gives the same ones. They ship as files because a stream must not change when a library does.
 */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { allFakers, type Faker } from '@faker-js/faker'

const locales = ['en', 'de', 'es', 'fr', 'it', 'nl', 'pl', 'pt_BR', 'sv', 'tr'] as const
const root = fileURLToPath(new URL('../../', import.meta.url))
const most = 2000

type Lists = Readonly<Record<string, readonly string[] | undefined>>

for (const locale of locales) {
  const faker = allFakers[locale]
  const { person = {}, location = {} } = faker.rawDefinitions as Record<string, Record<string, unknown>>
  const lists = {
    first_name: listed(person.first_name as Lists),
    last_name: listed(person.last_name as Lists),
    street: drawn(faker, () => faker.location.street()),
    city: drawn(faker, () => faker.location.city()),
    state: [...(location.state as string[])],
    country: [...(location.country as string[])],
    company: drawn(faker, () => faker.company.name()),
    // .example is reserved (RFC 2606): such addresses reach nobody.
    domain: drawn(
      faker,
      () => `${faker.helpers.slugify(faker.company.name()).toLowerCase().replace(/[-.]+/g, '-')}.example`,
    ).filter((name) => /^[a-z0-9-]+\.example$/.test(name)),
    job: drawn(faker, () => faker.person.jobTitle()),
    product: drawn(faker, () => faker.commerce.productName()),
  }
  const sorted = Object.entries(lists).map(([name, words]) => [name, sortedOnce(words)])
  await writeFile(`${root}words/${locale}.json`, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}

/** A list, merged if it is split by sex. */
function listed(lists: Lists): string[] {
  return Object.values(lists).flatMap((list) => list ?? [])
}

/** Words composed by rules: enough random draws. */
function drawn(faker: Faker, draw: () => string): string[] {
  faker.seed(1)
  return Array.from({ length: 600 }, draw)
}

/** In code point order, at most this many, evenly sampled. */
function sortedOnce(words: readonly string[]): string[] {
  const distinct = [...new Set(words)].sort((a, b) => (a < b ? -1 : 1))
  const step = Math.max(1, distinct.length / most)
  return distinct.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
}
