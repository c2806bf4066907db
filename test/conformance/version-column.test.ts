// A database that numbers its writes, and a replica of it that copies the row now and then.
import { describe, expect, test } from 'vitest'
import { versionColumn } from '../../src/server/sources/version-column.ts'
import { testVersionSource } from './version-source-suite.ts'

describe('versionColumn', () => {
  const primary = { position: 0n }
  const replica = { position: 0n }
  const copy = (): void => {
    replica.position = primary.position
  }
  testVersionSource(() => ({
    primary: versionColumn({ read: async () => primary }),
    replica: versionColumn({
      isPrimary: async () => false,
      async read() {
        const reading = { ...replica }
        copy() // It comes later than it is asked.
        return reading
      },
    }),
    async write() {
      primary.position += 1n
      return Number(primary.position)
    },
    readPrimary: async () => Number(primary.position),
    readReplica: async () => Number(replica.position),
  }))
})

test.each([1.5, -1, 2 ** 53, '07', '', 'x'])('V4: %s is refused, and not rounded', async (position) => {
  await expect(versionColumn({ read: async () => ({ position }) }).sample()).rejects.toThrow('Malformed')
})

test('an epoch may be told', async () => {
  const source = versionColumn({ read: async () => ({ position: '9007199254740993', epoch: 'b' }) })
  expect(await source.sample()).toEqual({ epoch: 'b', position: '9007199254740993', isPrimary: true })
})
