// Serialised writes and the life of a page: what may be frozen holds no lock.
import { afterEach, describe, expect, test } from 'vitest'
import { createTidemark, memoryStorage, serialized } from '../../src/index.ts'
import type { Tidemark } from '../../src/index.ts'
import { createLocks } from './locks-in-memory.ts'

const origin = 'https://api.test'

/** A server that answers when it is told to. */
function createStage(): {
  locks: ReturnType<typeof createLocks>
  open: () => Tidemark
  sent: string[]
  answer: (path: string) => void
} {
  const locks = createLocks()
  const sent: string[] = []
  const answers = new Map<string, () => void>()
  const open = (): Tidemark =>
    createTidemark({
      origins: [origin],
      storage: memoryStorage(),
      mirror: false,
      rules: [{ match: '/*', scope: 'main', writes: serialized({ locks, waitMs: false }) }],
      async fetch(input) {
        const { pathname } = new URL((input as Request).url)
        sent.push(pathname)
        await new Promise<void>((resolve) => answers.set(pathname, resolve))
        return Response.json(null)
      },
    })
  return { locks, open, sent, answer: (path) => answers.get(path)?.() }
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
const write = (tab: Tidemark, path: string): Promise<Response> =>
  tab.fetch(origin + path, { method: 'POST' })

afterEach(() => {
  globalThis.dispatchEvent(new Event('pageshow'))
})

describe.each([
  ['pagehide', (type: string) => globalThis.dispatchEvent(new Event(type)), 'pageshow'],
  ['freeze', (type: string) => document.dispatchEvent(new Event(type)), 'resume'],
] as const)('at %s', (away, dispatch, back) => {
  test('D22: locks are let go of, held or asked for', async () => {
    const { locks, open, sent, answer } = createStage()
    const [one, other] = [open(), open()]
    const both = [write(one, '/a'), write(other, '/b')]
    await turns()
    expect(sent).toEqual(['/a'])
    expect(locks.heldNames()).toHaveLength(1)
    expect(locks.waitingCount()).toBe(1)
    dispatch(away)
    await turns()
    expect(locks.heldNames()).toEqual([])
    expect(locks.waitingCount()).toBe(0)
    expect(sent).toEqual(['/a'])
    dispatch(back)
    await turns()
    answer('/a')
    answer('/b')
    await Promise.all(both)
    expect(sent).toEqual(['/a', '/b'])
    expect(locks.heldNames()).toEqual([])
  })

  test('T1: what is on its way keeps its turn in its own page', async () => {
    const { open, sent, answer } = createStage()
    const tab = open()
    const both = [write(tab, '/a'), write(tab, '/b')]
    await turns()
    dispatch(away)
    dispatch(back)
    await turns()
    expect(sent).toEqual(['/a'])
    answer('/a')
    await turns()
    expect(sent).toEqual(['/a', '/b'])
    answer('/b')
    await Promise.all(both)
  })

  test('T3: while the page is away nothing leaves, and the answer of what left ends its turn', async () => {
    const { open, sent, answer } = createStage()
    const tab = open()
    const both = [write(tab, '/a'), write(tab, '/b')]
    await turns()
    dispatch(away)
    answer('/a')
    await both[0]
    await turns()
    expect(sent).toEqual(['/a'])
    dispatch(back)
    await turns()
    expect(sent).toEqual(['/a', '/b'])
    answer('/b')
    await both[1]
  })
})
