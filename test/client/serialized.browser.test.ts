// Serialised writes over the browser's own Web Locks.
import { expect, test } from 'vitest'
import { createTidemark, memoryStorage, serialized } from '../../src/index.ts'
import type { Tidemark } from '../../src/index.ts'

const origin = 'https://api.test'

async function locksNamed(part: string): Promise<{ held: number; pending: number }> {
  const { held = [], pending = [] } = await navigator.locks.query()
  const count = (locks: LockInfo[]): number => locks.filter(({ name }) => name?.includes(part)).length
  return { held: count(held), pending: count(pending) }
}

test('Z1: two clients of one principal take turns, and leave no lock behind', async () => {
  const scope = `turns-${crypto.randomUUID()}`
  const sent: string[] = []
  let underWay = 0
  let answer: (() => void) | undefined
  const open = (name: string): Tidemark =>
    createTidemark({
      origins: [origin],
      storage: memoryStorage(),
      mirror: false,
      rules: [{ match: '/*', scope, writes: serialized() }],
      async fetch() {
        underWay += 1
        expect(underWay).toBe(1)
        sent.push(name)
        await new Promise<void>((resolve) => (answer = resolve))
        underWay -= 1
        return Response.json(null)
      },
    })
  const tabs = [open('one'), open('other')]
  const writes = tabs.map((tab) => tab.fetch(`${origin}/x`, { method: 'POST' }))
  await expect.poll(() => locksNamed(scope)).toEqual({ held: 1, pending: 1 })
  answer?.()
  await expect.poll(() => sent.length).toBe(2)
  answer?.()
  await Promise.all(writes)
  expect(sent.toSorted()).toEqual(['one', 'other'])
  await expect.poll(() => locksNamed(scope)).toEqual({ held: 0, pending: 0 })
})
