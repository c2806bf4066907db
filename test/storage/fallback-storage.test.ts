import { describe, expect, test } from 'vitest'
import { ClosedError, InvariantError, isTidemarkError, StorageError } from '../../src/core/errors.ts'
import { fallbackStorage } from '../../src/storage/fallback-storage.ts'
import { memoryDisk, memoryStorage } from '../../src/storage/memory-storage.ts'
import type { OpenStorage, StorageContext, VersionedStorage } from '../../src/storage/storage.ts'
import {
  batchOf,
  contextOf,
  floorOf,
  putOf,
  tombstoneAt,
  valueAt,
  version,
} from '../conformance/storage-suite.ts'

/** A disk that can be told to die, and a client on it that falls back to memory. */
function mortal() {
  const disk = memoryDisk()
  let error: Error | undefined
  const reasons: [string, unknown][] = []
  const open: OpenStorage = (context) => {
    const storage = memoryStorage({ disk })(context)
    const orDie =
      <Parameters extends unknown[], T>(call: (...parameters: Parameters) => Promise<T>) =>
      async (...parameters: Parameters): Promise<T> => {
        if (error !== undefined) throw error
        return call(...parameters)
      }
    return {
      load: orDie(storage.load),
      read: orDie(storage.read),
      commit: orDie(storage.commit),
      clear: orDie(storage.clear),
      close: storage.close,
    }
  }
  const parts: Partial<StorageContext> = {
    onDegraded: (reason, cause) => reasons.push([reason, cause]),
  }
  return {
    reasons,
    storage: fallbackStorage(open, memoryStorage())(contextOf(parts)),
    onDisk: memoryStorage({ disk })(contextOf()),
    die: (cause: Error = new StorageError('The disk is gone.')) => {
      error = cause
    },
    recover: () => {
      error = undefined
    },
  }
}

const entry = valueAt(version(5))
const known = batchOf({
  floors: { main: { read: version(5), write: version(4) } },
  puts: [
    putOf('photo', entry),
    floorOf('seen', version(5)),
    putOf('gone', tombstoneAt(version(5), true)),
  ],
})

type Call = (storage: VersionedStorage) => Promise<unknown>
const calls: Record<string, Call> = {
  load: (storage) => storage.load(),
  read: (storage) => storage.read('photo'),
  commit: (storage) => storage.commit(batchOf({ puts: [putOf('other', valueAt(version(1)))] })),
}

describe.each(Object.entries(calls))('when the disk dies during %s', (_, call) => {
  test('K1: what was loaded is remembered: floors, key floors and tombstones', async () => {
    const { storage, onDisk, die } = mortal()
    await onDisk.commit(known)
    const loaded = await storage.load()
    die()
    await call(storage)
    const { floors, keys } = await storage.load()
    expect(floors).toEqual(loaded.floors)
    for (const [key, { floor }] of loaded.keys) expect(keys.get(key)?.floor).toEqual(floor)
    expect(await storage.read('gone')).toEqual(known.puts[2]?.state.entry)
    const older = await storage.commit(batchOf({ puts: [putOf('photo', valueAt(version(4)))] }))
    expect(older.rejected).toEqual(['photo'])
  })

  test('K1: what was committed is remembered, with its values', async () => {
    const { storage, die } = mortal()
    await storage.commit(known)
    die()
    await call(storage)
    expect(await storage.read('photo')).toEqual(entry)
    expect((await storage.load()).floors.get('main')).toEqual(known.floors.get('main'))
  })

  test('K2: it is told once, with the cause, and the disk is left alone', async () => {
    const { storage, onDisk, die, recover, reasons } = mortal()
    const cause = new StorageError('The disk is gone.')
    die(cause)
    await Promise.all([call(storage), call(storage)])
    await call(storage)
    expect(reasons).toEqual([[expect.stringContaining('disk failed'), cause]])
    recover()
    await storage.commit(known)
    expect((await onDisk.load()).floors.size).toBe(0)
  })
})

test('K3: the batch that the disk refused is kept, and its result is that of memory', async () => {
  const { storage, die } = mortal()
  await storage.commit(known)
  die()
  const next = putOf('photo', valueAt(version(6)))
  const result = await storage.commit(batchOf({ puts: [next, putOf('gone', valueAt(version(5)))] }))
  expect(result.rejected).toEqual(['gone'])
  expect(await storage.read('photo')).toEqual(next.state.entry)
})

test('what is loaded while another call loses the disk is not forgotten', async () => {
  const { onDisk } = mortal()
  await onDisk.commit(known)
  const loaded = await onDisk.load()
  let finish = (): void => undefined
  const slow: OpenStorage = () => ({
    load: () =>
      new Promise((resolve) => {
        finish = () => resolve(loaded)
      }),
    read: async () => undefined,
    commit: async () => {
      throw new StorageError('full')
    },
    clear: async () => undefined,
    close: () => undefined,
  })
  const storage = fallbackStorage(slow, memoryStorage())(contextOf({ onDegraded: () => undefined }))
  const loading = storage.load()
  await storage.commit(batchOf({ floors: { other: { read: version(1, 'other') } } }))
  finish()
  expect(new Set((await loading).floors.keys())).toEqual(new Set(['main', 'other']))
  const older = await storage.commit(batchOf({ puts: [putOf('photo', valueAt(version(4)))] }))
  expect(older.rejected).toEqual(['photo'])
})

test('a storage that cannot even be opened', async () => {
  const reasons: unknown[] = []
  const cause = new StorageError('nowhere')
  const storage = fallbackStorage(() => {
    throw cause
  }, memoryStorage())(contextOf({ onDegraded: (_, why) => reasons.push(why) }))
  await storage.commit(known)
  expect(await storage.read('photo')).toEqual(entry)
  expect(reasons).toEqual([cause])
  storage.close()
})

test('clear forgets memory, also what was loaded, and tells when the disk kept its data', async () => {
  const { storage, onDisk, die, recover, reasons } = mortal()
  await onDisk.commit(known)
  await storage.load()
  die()
  await expect(storage.clear(), 'K3: who wants the data gone').rejects.toThrow('The disk is gone.')
  expect(reasons).toEqual([[expect.stringContaining('not be cleared'), expect.anything()]])
  expect(await storage.load()).toEqual({ floors: new Map(), keys: new Map() })
  recover()
  await storage.clear()
  await expect(onDisk.load(), 'a disk that is back is cleared').rejects.toMatchObject({ code: 'session-ended' })
})

test('a closed storage and our own faults are not the disk failing', async () => {
  const { storage, die, reasons } = mortal()
  for (const cause of [new InvariantError('ours'), new ClosedError('closed')]) {
    die(cause)
    for (const call of Object.values(calls)) await expect(call(storage)).rejects.toBe(cause)
    await expect(storage.clear()).rejects.toBe(cause)
  }
  expect(reasons).toEqual([])
  storage.close()
  await expect(storage.load()).rejects.toSatisfy((cause: unknown) => isTidemarkError(cause, 'closed'))
})
