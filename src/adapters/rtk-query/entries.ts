// What is looked at of the state of an API slice.

/** An entry of the API. */
export interface Entry {
  readonly data?: unknown
  /** The versions of the data, as they were put there: they may have been persisted meanwhile. */
  readonly tidemark?: unknown
}

/** The entries of the API, by their keys. */
export type Entries = Readonly<Record<string, Entry | undefined>>

/** Returns the entries in the state of an API slice, if it is one. */
export function entriesOf(state: unknown): Entries | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The state of an API slice has them.
  return memberOf(state, 'queries') as Entries | undefined
}

/** Returns a member of whatever it is. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
