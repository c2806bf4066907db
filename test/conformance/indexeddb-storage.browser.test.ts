import { makeIndexedDBDisk } from './indexeddb-disk.ts'
import { describeStorage } from './storage-suite.ts'

describeStorage('indexedDBStorage', makeIndexedDBDisk)
