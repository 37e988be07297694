/** Entities with lives, as declared: docs/lives.md. */
import type { FieldType } from '../../record.js'
import type { TimeCurve } from '../artifact.js'
import type { Generator } from '../generator.js'
import type { Model } from '../model.js'

export interface LivesSpec {
  /** Name of the column with the state that an event leads to. */
  readonly state: string
  /** Name of the column with the event's time. */
  readonly time: string
  /** When the first entity begins, in ms since 1970. */
  readonly startMs: number
  /** Mean time between the beginnings of two entities, in ms. */
  readonly everyMs: number
  /** Index of the state that every life begins in. */
  readonly first: number
  /** Maximum number of events in a life. */
  readonly maxEvents: number
  readonly states: readonly LifeState[]
  readonly changed: readonly ChangedColumnSpec[]
}

export interface LifeState {
  readonly name: string
  /** The probability that a life ends in this state; with the odds of `next` it sums to 1. */
  readonly ends: number
  readonly next: readonly LifeTransition[]
  /** Whether its event deletes the entity. */
  readonly deletes: boolean
  /** Whether its event is the record without a value that follows a deletion. */
  readonly tombstone?: true
  /** By column of `changed`: the index of its setter; null: clears the value; undefined: leaves the column unchanged. */
  readonly sets: readonly (number | null | undefined)[]
}

export interface LifeTransition {
  /** Index of the next state. */
  readonly to: number
  readonly odds: number
  /** Time until the next state. */
  readonly wait: WaitingTime
  /** Waiting times to add: of the silent states in between. Absent: none. */
  readonly more?: readonly WaitingTime[]
}

/** A waiting time in whole ms: a range is drawn by weight, then a value in it, all equally likely. */
export interface WaitingTime {
  readonly ranges: readonly (readonly [low: number, high: number])[]
  readonly weights: readonly number[]
}

/** A column that states change. It has no value until a state sets one. */
export interface ChangedColumnSpec {
  readonly name: string
  readonly type: FieldType
  /** Whether it can be without a value. */
  readonly nullable: boolean
  /** The columns of the entity's model that values are taken from; null: the event's time. */
  readonly setters: readonly (string | null)[]
}

/** The parts of a model with lives. */
export interface Lives {
  readonly spec: LivesSpec
  /** The model of the columns drawn once per entity, including setters. */
  readonly entity: Model
  /**
   * Opens a generator of the events of one shard's entities. `entities` opens one of those, with at least this capacity. Here, so that
   * models without lives do not load it. Throws CONFIG_INVALID.
   */
  readonly open: (options: LivesOptions, entities: (capacity: number) => Generator) => Generator
}

/** Which events to generate, and in what form: options of `GeneratorOptions`, with the same defaults. */
export interface LivesOptions {
  readonly seed?: number
  readonly shard?: number
  readonly shards?: number
  readonly capacity?: number
  readonly eventTimes?: TimeCurve | null
  readonly before?: boolean
  readonly tombstones?: boolean
}
