// Storages that need no disk, in Node and in browsers.

import { StorageError } from '../../src/core/errors.ts'
import { fallbackStorage } from '../../src/storage/fallback-storage.ts'
import { memoryDisk, memoryStorage } from '../../src/storage/memory-storage.ts'
import type { OpenStorage } from '../../src/storage/storage.ts'
import { describeStorage } from './storage-suite.ts'

describeStorage('memoryStorage', (options) => {
  const open = memoryStorage({ ...options, disk: memoryDisk() })
  return { open, remove: async () => undefined }
})

describeStorage('fallbackStorage on a good disk', (options) => {
  const disk = memoryDisk()
  // A page of its own for each: they share the disk and nothing else.
  const open: OpenStorage = (context) =>
    fallbackStorage(memoryStorage({ ...options, disk }), memoryStorage())(context)
  return { open, remove: async () => undefined }
})

describeStorage('fallbackStorage without a disk', (options) => {
  const fail = async (): Promise<never> => {
    throw new StorageError('There is no disk.')
  }
  const broken: OpenStorage = () => ({
    load: fail,
    read: fail,
    commit: fail,
    clear: async () => undefined,
    close: () => undefined,
  })
  const open = fallbackStorage(broken, memoryStorage({ ...options, disk: memoryDisk() }))
  return {
    open: (context) => open({ ...context, onDegraded: () => undefined }),
    remove: async () => undefined,
  }
})
