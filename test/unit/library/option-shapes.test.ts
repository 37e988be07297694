/** The library's option types are written by hand, for their doc comments. Here the option table holds them to their names and types. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectorSchema } from '#src/config/connector-schema.js'
import { optionsOf, type OptionTree, type Values } from '#src/config/option.js'
import { workerSchema } from '#src/config/worker-schema.js'
import type {
  DisturbOptions,
  KafkaPublisherOptions,
  KafkaSaslOptions,
  KafkaTlsOptions,
  RegistryOptions,
} from '#src/index.js'

type Camel<S> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S

/** The values of a section as code has them; null is an option that is left out. */
type InCode<T> = {
  readonly [K in keyof T as Camel<K & string>]: T[K] extends readonly unknown[]
    ? T[K]
    : T[K] extends object
      ? InCode<T[K]>
      : NonNullable<T[K]>
}

/** The same, with nothing optional or readonly at any depth. */
type Whole<T> = T extends readonly (infer Item)[]
  ? Item[]
  : T extends object
    ? { -readonly [K in keyof T]-?: Whole<NonNullable<T[K]>> }
    : T

type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** Compiles for equal types alone. */
function same<A, B>(_: IsSame<Whole<A>, Whole<B>>): void {}

const { tls, sasl } = workerSchema.kafka
const { registry } = workerSchema
const { topic_creation: topicCreation, disturb } = connectorSchema

test('TLS, SASL, registry, topic creation and disturb have the names and types of the option table', () => {
  // Code says `tls: true` for `enabled`.
  same<KafkaTlsOptions, Omit<InCode<Values<typeof tls>>, 'enabled'>>(true)
  same<KafkaSaslOptions, InCode<Values<typeof sasl>>>(true)
  same<RegistryOptions, Omit<InCode<Values<typeof registry>>, 'requestTimeout'>>(true)
  same<DisturbOptions, InCode<Values<typeof disturb>>>(true)
  type TopicCreation = Exclude<NonNullable<KafkaPublisherOptions['topicCreation']>, false>
  same<Omit<TopicCreation, 'config'>, Omit<InCode<Values<typeof topicCreation>>, 'enabled' | 'config'>>(true)
})

test('the rows of the option table have those names in code', () => {
  const sections: readonly (readonly [string, OptionTree])[] = [
    ['tls', tls],
    ['sasl', sasl],
    ['registry', registry],
    ['topicCreation', topicCreation],
    ['disturb', disturb],
  ]
  for (const [object, section] of sections) {
    for (const [key, { code }] of optionsOf(section)) {
      const name = `${object}.${key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())}`
      assert.equal(code, name === 'registry.requestTimeout' ? undefined : name)
    }
  }
})
