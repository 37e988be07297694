/** Entities that live, as a declaration states them: docs/lives.md. */
import type { FieldType } from '../../record.js'
import type { Model } from '../model.js'

export interface LivesSpec {
  /** The column of the state that an event leads to. */
  readonly state: string
  /** The column of the event's time. */
  readonly time: string
  /** When the first entity begins, in ms since 1970. */
  readonly startMs: number
  /** Between the beginnings of two entities, on average. */
  readonly everyMs: number
  /** Index of the state that every life begins in. */
  readonly first: number
  /** No life has more events. */
  readonly maxEvents: number
  readonly states: readonly LifeState[]
  readonly changed: readonly ChangedColumnSpec[]
}

export interface LifeState {
  readonly name: string
  /** The probability that a life ends in this state; with those of `next` it is 1. */
  readonly ends: number
  readonly next: readonly LifeTransition[]
  /** Its event deletes the entity. */
  readonly deletes: boolean
  /** By column of `changed`: the index of its setter, null for "without a value"; undefined leaves the column as it is. */
  readonly sets: readonly (number | null | undefined)[]
}

export interface LifeTransition {
  /** Index of the state that follows. */
  readonly to: number
  readonly odds: number
  /** Index in the table of waiting times. */
  readonly wait: WaitingTime
}

/** A waiting time in whole ms: one of the ranges by its weight, each of its values equally likely. */
export interface WaitingTime {
  readonly ranges: readonly (readonly [low: number, high: number])[]
  readonly weights: readonly number[]
}

/** A column that states change; it has no value until one sets it. */
export interface ChangedColumnSpec {
  readonly name: string
  readonly type: FieldType
  /** Whether it is without a value before some event. */
  readonly nullable: boolean
  /** Columns of the entity's model that values are taken from; null is the event's time. */
  readonly setters: readonly (string | null)[]
}

/** What a model of lives is made of. */
export interface Lives {
  readonly spec: LivesSpec
  /** The columns that are drawn once for an entity, those of setters among them. */
  readonly entity: Model
}
