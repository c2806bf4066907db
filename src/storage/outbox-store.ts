// The contract of what an outbox stands on: a list of what waits to be sent, that outlives the page.
//
// B1. When `add` has resolved, the record survives the page and, as far as the platform can promise it,
//     the power. It is behind all that was added before, by any tab, and of one page behind all that was handed
//     over before: whoever makes three calls in one step does not wait between them.
// B2. `answer` and `remove` of what is not there change nothing, and resolve.
// B3. Nothing of one principal is seen by another (I11).
// B4. What is read back is checked as if a stranger had written it (I14): what cannot be understood is
//     left out, and told.
// B5. It fails by rejecting with a `StorageError`, and never hangs without a bound.
// B6. `clear` forgets all records of the principal. What another tab has under way does not bring one back:
//     its `add` rejects with a `SessionEndedError`, and what it would have kept must not be sent as the
//     next user's (lessons P2).

import { ProtocolError, SessionEndedError } from '../core/errors.ts'
import type { Version, Versions } from '../core/version.ts'

/** What waits to be sent. It survives structured cloning. */
export interface OutboxRecord {
  readonly id: string
  /** What its mutation is called. */
  readonly name: string
  /** What it is in line with. */
  readonly line: string
  readonly variables: unknown
  /** When it was called, in milliseconds since 1970. */
  readonly at: number
  /** What the server has answered, once it has. */
  readonly answered?: Answered | undefined
}

/** An acknowledgement, as it is kept. */
export interface Answered {
  readonly versions: Versions | undefined
  readonly json: unknown
  /** When it came, in milliseconds since 1970. */
  readonly at: number
}

/** Keeps the records of one principal. */
export interface OutboxStore {
  /** Reads all records, in the order in which they were added. */
  readonly load: () => Promise<readonly OutboxRecord[]>
  readonly add: (record: OutboxRecord) => Promise<void>
  readonly answer: (id: string, answered: Answered) => Promise<void>
  readonly remove: (id: string) => Promise<void>
  /** Forgets all records, with the session (B6). */
  readonly clear: () => Promise<void>
  readonly close: () => void
}

/** What a store is given when it is opened. */
export interface OutboxContext {
  readonly principal: string
  readonly onUnreadable: (record: string, cause: unknown) => void
}

/** Opens a store for one client. */
export type OpenOutboxStore = (context: OutboxContext) => OutboxStore

/**
 * Keeps records in memory: for tests, and for servers. All that is opened of one store shares it, as the
 * tabs of a browser do.
 */
export function memoryOutboxStore(): OpenOutboxStore {
  const shelves = new Map<string, Map<string, OutboxRecord>>()
  return ({ principal }) => {
    const open = (): Map<string, OutboxRecord> => {
      const found = shelves.get(principal) ?? new Map<string, OutboxRecord>()
      shelves.set(principal, found)
      return found
    }
    let shelf = open()
    return {
      load: () => Promise.resolve([...shelf.values()]),
      async add(record) {
        if (shelves.get(principal) !== shelf) throw new SessionEndedError({ reason: 'signed-out-elsewhere' }) // B6
        shelf.set(record.id, structuredClone(record))
      },
      async answer(id, answered) {
        const record = shelf.get(id)
        if (record !== undefined) shelf.set(id, structuredClone({ ...record, answered }))
      },
      async remove(id) {
        shelf.delete(id)
      },
      async clear() {
        shelf.clear()
        shelves.delete(principal)
        shelf = open()
      },
      close: () => undefined,
    }
  }
}

/**
 * Checks that a value from a disk is a record (B4).
 *
 * @throws {ProtocolError} when any part is not of its type.
 */
export function parseOutboxRecord(value: unknown): OutboxRecord {
  const parts = fieldsOf(value)
  const { id, name, line, at, variables, answered } = parts
  const isRecord = isText(id) && isText(name) && isText(line) && typeof at === 'number'
  if (!isRecord) {
    const expected = 'id, name, line, at and variables'
    throw new ProtocolError({ what: 'record of the outbox', text: typeof value, expected })
  }
  const record = { id, name, line, at, variables }
  return answered === undefined ? record : { ...record, answered: parseAnswered(answered) }
}

function parseAnswered(value: unknown): Answered {
  const { versions, json, at } = fieldsOf(value)
  const isKnown = versions === undefined || (Array.isArray(versions) && versions.every(isVersion))
  if (isKnown && typeof at === 'number') return { versions, json, at }
  throw new ProtocolError({ what: 'answer in the outbox', text: typeof value, expected: 'versions and a time' })
}

function isVersion(value: unknown): value is Version {
  const { scope, epoch, position } = fieldsOf(value)
  return isText(scope) && isText(epoch) && isText(position)
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
