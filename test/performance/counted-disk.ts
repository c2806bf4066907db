// Counts what IndexedDB is asked for in this page, and what is written to it.

/** What was counted. */
export interface DiskCounts {
  readonly transactions: number
  /** Rows put, deleted or added. */
  readonly writes: number
  /** What they bring: texts by their length, numbers by 8, bytes by theirs. */
  readonly bytes: number
  /** Requests that read: a `getAll` is one. */
  readonly reads: number
}

const reading = ['get', 'getAll', 'getAllKeys', 'getAllRecords', 'getKey', 'count', 'openCursor', 'openKeyCursor'] as const

/** Counts while some work is done. */
export async function countDisk(work: () => Promise<unknown>): Promise<DiskCounts> {
  const counts = { transactions: 0, writes: 0, bytes: 0, reads: 0 }
  const restore: (() => void)[] = []
  function watch(prototype: object, name: string, onCall: (args: readonly unknown[]) => void): void {
    const original: unknown = Reflect.get(prototype, name)
    if (typeof original !== 'function') return // Not every engine has all of them.
    Reflect.set(prototype, name, function watched(this: unknown, ...args: unknown[]): unknown {
      onCall(args)
      return Reflect.apply(original, this, args)
    })
    restore.push(() => Reflect.set(prototype, name, original))
  }
  watch(IDBDatabase.prototype, 'transaction', () => (counts.transactions += 1))
  for (const name of ['put', 'add', 'delete', 'clear']) {
    watch(IDBObjectStore.prototype, name, ([value]) => {
      counts.writes += 1
      if (name === 'put' || name === 'add') counts.bytes += sizeOf(value)
    })
  }
  for (const name of reading) watch(IDBObjectStore.prototype, name, () => (counts.reads += 1))
  try {
    await work()
  } finally {
    for (const each of restore) each()
  }
  return counts
}

/** Returns how much a value is, in a way that does not depend on how an engine writes it. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value === 'number') return 8
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value !== 'object' || value === null) return 1
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + sizeOf(each), 0)
  return Object.entries(value).reduce((sum, [name, each]) => sum + name.length + sizeOf(each), 0)
}
