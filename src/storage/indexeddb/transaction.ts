// One transaction over all stores.
//
// Z1. It has happened when it completes. An abort is a failure, also when it tells no error: that is
//     how some engines report a full disk or a closed connection (lessons D11).
// Z2. Durability is relaxed, whatever the engine's default: waiting for the platter at each flush costs
//     ten times as much, and what power failure takes, the next answers bring again (lessons D12).
// Z3. Work that fails leaves nothing behind, nor does work in a page that goes out of reach: frozen, it would
//     hold up every other tab, for which Chromium drops the page from the back/forward cache (lessons D22).

import { storeNames } from './connection.ts'

/** Runs work in a transaction, which `gone` aborts. It resolves when what was written has happened. */
export async function inTransaction<T>(
  database: IDBDatabase,
  { mode, gone }: { readonly mode: 'readonly' | 'readwrite'; readonly gone: AbortSignal },
  work: (transaction: IDBTransaction) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction([...storeNames], mode, { durability: 'relaxed' }) // Z2
  const ended = new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => {
      reject(transaction.error ?? new DOMException('No reason was given.', 'AbortError')) // Z1
    })
  })
  // It may be a failure of the work too, and is told there.
  ended.catch(ignore)
  const leave = (): void => abort(transaction)
  gone.addEventListener('abort', leave)
  try {
    const result = await work(transaction)
    if (mode === 'readwrite') await ended
    return result
  } catch (cause) {
    leave() // Z3
    throw cause
  } finally {
    gone.removeEventListener('abort', leave)
  }
}

function abort(transaction: { readonly abort: () => void }): void {
  try {
    transaction.abort()
  } catch {
    // It has ended already, and that is what was wanted.
  }
}

function ignore(): void {}
