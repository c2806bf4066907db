// The rows of one history, at every position it went through.
//
// Nothing is overwritten: a row keeps each state that it had, so that any server can be asked for
// the world as of the position it has reached. Memory grows with the number of writes.
//
// W1. `row(key, position)` depends on the writes up to `position` alone. Later ones change nothing.

import type { Dependency } from '../../core/wire/dependency.ts'

/** Any value of JSON. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, JsonValue>>

/** One state of a row. */
export interface RowState {
  /** The position of the write that made it: the version of the row. */
  readonly position: number
  readonly atMs: number
  /** The position at which the row came to be, this time. */
  readonly createdAt: number
  /** What it holds, or `undefined` where the write deleted it. */
  readonly fields: JsonObject | undefined
  /** What its author had seen of other partitions. */
  readonly depends?: readonly Dependency[] | undefined
}

/** A row that exists. */
export interface Row extends RowState {
  readonly key: string
  readonly fields: JsonObject
}

/** A write to one row. */
export interface RowWrite {
  /** The path of the row, such as `/photos/7`. */
  readonly key: string
  /** The path of the list that it belongs to, such as `/photos`. */
  readonly collection: string
  readonly fields: JsonObject | undefined
  /** What its author had seen of other partitions. */
  readonly depends?: readonly Dependency[] | undefined
}

/** All rows of one history, by position. */
export interface RestStore {
  /** Writes to a row. Positions must rise. */
  readonly write: (write: RowWrite, position: number, atMs: number) => void
  /** Returns the row as of a position, if it exists there. */
  readonly row: (key: string, position: number) => Row | undefined
  /** Tells whether there ever was a row. */
  readonly hasHad: (key: string) => boolean
  /** Returns the rows of a list as of a position, in the order in which they were created. */
  readonly rows: (collection: string, position: number) => readonly Row[]
  /** Returns a store that holds what this one held at a position. */
  readonly fork: (position: number) => RestStore
}

interface Track {
  readonly collection: string
  /** In the order of their positions. */
  readonly states: RowState[]
}

/** Makes a store without rows. */
export function createRestStore(): RestStore {
  return storeOf(new Map())
}

function storeOf(tracks: Map<string, Track>): RestStore {
  const keysIn = new Map<string, string[]>()
  const note = (key: string, collection: string): void => {
    const keys = keysIn.get(collection)
    if (keys === undefined) keysIn.set(collection, [key])
    else keys.push(key)
  }
  for (const [key, { collection }] of tracks) note(key, collection)

  const row = (key: string, position: number): Row | undefined => {
    const states = tracks.get(key)?.states
    const state = states?.findLast((candidate) => candidate.position <= position) // W1
    return state?.fields === undefined ? undefined : { ...state, key, fields: state.fields }
  }

  return {
    write({ key, collection, fields, depends }, position, atMs) {
      const before = tracks.get(key)?.states.at(-1)
      const createdAt = before?.fields === undefined ? position : before.createdAt
      const state: RowState = { position, atMs, createdAt, fields, ...(depends && { depends }) }
      if (before !== undefined) return void tracks.get(key)?.states.push(state)
      note(key, collection)
      tracks.set(key, { collection, states: [state] })
    },
    row,
    hasHad: (key) => tracks.has(key),
    rows: (collection, position) =>
      (keysIn.get(collection) ?? [])
        .flatMap((key) => row(key, position) ?? [])
        .toSorted((left, right) => left.createdAt - right.createdAt),
    fork(position) {
      const kept = [...tracks].flatMap(([key, { collection, states }]): [string, Track][] => {
        const past = states.filter((state) => state.position <= position)
        return past.length === 0 ? [] : [[key, { collection, states: past }]]
      })
      return storeOf(new Map(kept))
    },
  }
}
