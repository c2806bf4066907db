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
// N6. Nothing is under way, nor open, in a page that is frozen or kept for the way back: what is there when it
//     goes is given up, and done again when it is back. Others would wait for it for ever (D22, D23).

import { ClosedError, StorageError } from '../../core/errors.ts'
import { watchThisPage } from '../page-absence.ts'
import type { WatchPage } from '../page-absence.ts'
import { ask } from './request.ts'

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
  /**
   * Runs repeatable work, and again on another connection when the first is lost. `gone` aborts when the page
   * goes out of reach: work has to let go of its transaction then, and is run again when the page is back.
   */
  readonly run: <T>(work: (database: IDBDatabase, gone: AbortSignal) => Promise<T>) => Promise<T>
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
  /** @default that of this page */
  readonly watchPage?: WatchPage | undefined
}

/** Makes a connection, and opens nothing yet. */
export function createConnection(parts: ConnectionParts): Connection {
  // What is open or being opened. Undefined as soon as it is known to be dead (N1).
  let current: Opening | undefined
  let lastLost: Opening | undefined
  let reopensLeft = reopensMax
  // Why nothing is opened any more.
  let end: Error | undefined
  // Set while the page is out of reach (N6).
  let back: Promise<void> | undefined
  let announceBack: (() => void) | undefined
  const { watchPage = watchThisPage } = parts
  const stopWatching = watchPage(leave, comeBack)

  function leave(): void {
    back ??= new Promise((resolve) => void (announceBack = resolve))
    current?.leave()
    current = undefined
  }

  function comeBack(): void {
    announceBack?.()
    back = undefined
  }

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
        if (back !== undefined) await back
        if (end) throw end
        current ??= open()
        const used = current
        try {
          const database = await used.database
          const result = await within(work(database, used.gone), parts.workTimeoutMs, 'finish')
          reopensLeft = reopensMax
          return result
        } catch (cause) {
          if (used.gone.aborted) continue // N6
          if (!lostNames.includes(nameOf(cause)) || !isWorthReopening(used)) throw cause // N2
        }
      }
    },
    close() {
      end ??= new ClosedError('This storage is closed. Open another.')
      current?.close()
      stopWatching()
      comeBack()
    },
  }
}

function createStores(database: IDBDatabase): void {
  for (const store of storeNames) database.createObjectStore(store)
}

/** A database that is open or being opened. */
interface Opening {
  readonly database: Promise<IDBDatabase>
  /** Aborts when the page goes out of reach. */
  readonly gone: AbortSignal
  readonly close: () => void
  /** Closes, and lets nothing go on (N6). */
  readonly leave: () => void
}

function openDatabase(
  { name, factory, openTimeoutMs, upgrade = createStores }: ConnectionParts,
  onGone: (isDeleted: boolean) => void,
): Opening {
  let isUnwanted = false
  const leaving = new AbortController()

  async function request(): Promise<IDBDatabase> {
    const opening = factory().open(name, databaseVersion)
    opening.addEventListener('upgradeneeded', () => upgrade(opening.result))
    const found = await ask(opening)
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
  const leave = (): void => {
    leaving.abort()
    close()
  }
  return { database, gone: leaving.signal, close, leave }
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
