// The connection to an IndexedDB database: opened late, shared, and reopened when it is lost.
//
//           run                    opened                  complete
//   none ─────────▶ opening ───────────────▶ open ─────────────────────▶ open, budget full
//    ▲                 │ failed, timed out     │ closed by the browser, or an error in `lostNames`
//    └─────────────────┴───────────────────────┘ at most `reopensMax` times without a success
//
// N1. There is one open request at a time, known before anything is awaited, and forgotten as soon as
//     it or its connection fails: reusing a dead connection was the real damage twice (lessons D1).
// N2. A lost connection is reopened, and the work is done again: it must be repeatable. Compare-and-put
//     is, and a transaction of a lost connection has either happened whole or not at all (D2).
// N3. A connection lets go at once when another tab deletes or upgrades the database (D3). When it was
//     deleted, nothing is opened again until the page reloads: somebody wants the data gone.
// N4. Neither opening nor work hangs: a blocked open fires no event at all (D4). What opens too late is
//     closed.
// N5. The version number of the database never changes (D5).

import { wrap } from 'idb'
import type { IDBPDatabase } from 'idb'
import { ClosedError, StorageError } from '../core/errors.ts'

/** The names of all stores. What stands in them is told in `stored-record.ts`. */
export const storeNames: readonly string[] = ['floor', 'meta', 'value']

/** Fixed for ever (N5). */
const databaseVersion = 1

/** How often a lost connection is opened again before its error is passed on (N2). */
const reopensMax = 3

/**
 * Errors after which only another connection helps. A connection that the browser closes by force
 * aborts its transactions first, and tells of its end afterwards.
 */
const lostNames: readonly unknown[] = ['InvalidStateError', 'UnknownError', 'AbortError']

/** Runs work on a database. */
export interface Connection {
  /** Runs repeatable work, and again on another connection when the first is lost. */
  readonly run: <T>(work: (database: IDBPDatabase) => Promise<T>) => Promise<T>
  /** Lets go of the database, once what is under way has ended. Later work opens it again (D22). */
  readonly release: () => void
  /** Lets go. Later work rejects with a `ClosedError`. */
  readonly close: () => void
}

/** What {@link createConnection} needs. */
export interface ConnectionParts {
  readonly name: string
  /** Where databases are. Asked late, since a browser may throw at the very question. */
  readonly factory: () => IDBFactory
  readonly openTimeoutMs: number
  readonly workTimeoutMs: number
  /** Makes the stores of a new database. @default those of values and floors */
  readonly upgrade?: ((database: IDBDatabase) => void) | undefined
}

/** Makes a connection, and opens nothing yet. */
export function createConnection(parts: ConnectionParts): Connection {
  // What is open or being opened. Undefined as soon as it is known to be dead (N1).
  let current: Opening | undefined
  let lastLost: Opening | undefined
  let reopensLeft = reopensMax
  // Why nothing is opened any more.
  let end: Error | undefined

  function open(): Opening {
    const opening = openDatabase(parts, (isDeleted) => {
      if (current === opening) current = undefined
      if (isDeleted) end = new StorageError('The database was deleted. Reload to begin anew.') // N3
    })
    return opening
  }

  /** Takes note of a lost connection, and tells whether to open another. */
  function isWorthReopening(lost: Opening): boolean {
    if (current === lost) current = undefined
    lost.close()
    // Calls that share a connection lose it together, and that counts once.
    if (lastLost !== lost) reopensLeft -= 1
    lastLost = lost
    return reopensLeft >= 0
  }

  return {
    async run(work) {
      for (;;) {
        if (end) throw end
        current ??= open()
        const used = current
        try {
          const database = await used.database
          const result = await within(work(database), parts.workTimeoutMs, 'finish')
          reopensLeft = reopensMax
          return result
        } catch (cause) {
          if (!lostNames.includes(nameOf(cause)) || !isWorthReopening(used)) throw cause // N2
        }
      }
    },
    release() {
      current?.close()
      current = undefined
    },
    close() {
      end ??= new ClosedError('This storage is closed. Open another.')
      current?.close()
    },
  }
}

function createStores(database: IDBDatabase): void {
  for (const store of storeNames) database.createObjectStore(store)
}

/** A database that is open or being opened. */
interface Opening {
  readonly database: Promise<IDBPDatabase>
  readonly close: () => void
}

function openDatabase(
  { name, factory, openTimeoutMs, upgrade = createStores }: ConnectionParts,
  onGone: (isDeleted: boolean) => void,
): Opening {
  let isUnwanted = false

  async function request(): Promise<IDBPDatabase> {
    const opening = factory().open(name, databaseVersion)
    opening.addEventListener('upgradeneeded', () => upgrade(opening.result))
    await wrap(opening)
    const found = wrap(opening.result)
    found.addEventListener('versionchange', ({ newVersion }) => {
      found.close() // N3
      onGone(newVersion === null)
    })
    found.addEventListener('close', () => onGone(false))
    if (isUnwanted) found.close() // N4
    return found
  }

  const close = (): void => {
    isUnwanted = true
    // A failure to open is told to who asked for it.
    database.then((found) => found.close()).catch(() => undefined)
  }
  const database = within(request(), openTimeoutMs, 'open').catch((cause: unknown) => {
    isUnwanted = true
    onGone(false)
    throw cause
  })
  return { database, close }
}

/** Returns the name of an error of any realm. */
export function nameOf(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'name' in cause ? cause.name : undefined
}

function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new StorageError(`IndexedDB did not ${what} within ${timeoutMs} ms.`))
    }, timeoutMs)
    void promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
