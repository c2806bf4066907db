// The shelf: texts with a version that an adapter keeps beside the answers, such as the data of a query.
//
// They are entries like any other: they pass the gate, share the bounds of memory and disk, are compared
// and put in one transaction, and go when the principal goes. So no second database has to be cared for.

import type { Versions } from '../../core/version.ts'
import { represent } from '../../transport/representation.ts'
import type { ClientParts } from '../exchanges/parts.ts'

/** A text on the shelf. */
export interface Shelved {
  readonly text: string
  readonly versions: Versions
  /** When a source last vouched for it, in milliseconds since 1970. */
  readonly validatedAt: number
}

/** Puts a text on the shelf, unless something after it stands there. Tells whether it now stands. */
export function shelve({ held }: ClientParts, key: string, { text, versions, validatedAt }: Shelved): boolean {
  const body = new TextEncoder().encode(text).buffer
  const value = represent(Response.json(null), body)
  const entry = { kind: 'value', versions, value, validatedAt } as const
  return held.admitEntry(key, entry, { source: 'memory', isDurable: true })
}

/** Returns the text under a key, from memory or disk, if it covers the floor of its key. */
export async function recallShelved({ held, persistence }: ClientParts, key: string): Promise<Shelved | undefined> {
  await persistence.loaded
  const slot = held.slotOf(key)
  if (slot?.entry === undefined && slot?.onDisk !== undefined) await persistence.recall(key)
  const { entry } = held.slotOf(key) ?? {}
  if (entry?.kind !== 'value') return undefined
  held.touch(key)
  const { versions, validatedAt, value } = entry
  return { text: new TextDecoder().decode(value.body), versions, validatedAt }
}
