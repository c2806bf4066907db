// The physical floor: a database of one store, by IndexedDB's own interface with nothing around it.

/** An open database with one store, `rows`, whose keys stand outside of the rows. */
export interface FloorDatabase {
  /** Puts rows blindly in one relaxed transaction. Resolves once it is complete. */
  readonly put: (rows: Iterable<readonly [key: string, row: unknown]>) => Promise<void>
  /** The same, but each only where what stands is before it. All gets are asked before any is awaited. */
  readonly compareAndPut: (rows: readonly (readonly [key: string, row: FloorRow])[]) => Promise<void>
  /** Puts one row, and asks for all keys from its own on in the same transaction, without waiting for the answer. */
  readonly askAndPut: (key: string, row: unknown) => Promise<void>
  /** Reads all rows by one `getAll`. */
  readonly getAll: () => Promise<readonly unknown[]>
  readonly close: () => void
}

/** A row of a floor. */
export interface FloorRow {
  readonly version: number
}

/** Opens the database of this name, and makes it if there is none. */
export async function openFloor(name: string): Promise<FloorDatabase> {
  const opening = indexedDB.open(name)
  opening.addEventListener('upgradeneeded', () => void opening.result.createObjectStore('rows'))
  const database = await resultOf(opening)
  const write = (): IDBTransaction => database.transaction('rows', 'readwrite', { durability: 'relaxed' })
  return {
    put(rows) {
      const transaction = write()
      const store = transaction.objectStore('rows')
      for (const [key, row] of rows) store.put(row, key)
      return completed(transaction)
    },
    compareAndPut(rows) {
      const transaction = write()
      const store = transaction.objectStore('rows')
      for (const [key, row] of rows) {
        const getting: IDBRequest<FloorRow | undefined> = store.get(key)
        getting.addEventListener('success', () => {
          if ((getting.result?.version ?? 0) < row.version) store.put(row, key)
        })
      }
      return completed(transaction)
    },
    async askAndPut(key, row) {
      const transaction = write()
      const store = transaction.objectStore('rows')
      const asking = resultOf(store.getAllKeys(IDBKeyRange.lowerBound(key), 1))
      store.put(row, key)
      await asking
      await completed(transaction)
    },
    getAll: () => resultOf(database.transaction('rows').objectStore('rows').getAll()),
    close: () => database.close(),
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('A request failed.')))
  })
}

function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('A transaction was aborted.')))
  })
}
