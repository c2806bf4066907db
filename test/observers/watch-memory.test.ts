// What nobody listens to and nobody holds is gone: proven by the collector itself.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createTidemark, memoryStorage } from '../../src/index.ts'
import type { Tidemark } from '../../src/index.ts'
import { origin } from '../client/scripted-server.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const clientOf = (): Tidemark =>
  createTidemark({
    origins: [origin],
    storage: memoryStorage(),
    mirror: false,
    fetch: async () => Response.json({ title: 'Boat' }, { headers: { 'data-version': 'main;e="a";v="5"' } }),
  })

/** Collects until all are gone, or there is no sense in going on. */
async function areGone(refs: readonly WeakRef<object>[]): Promise<boolean> {
  for (let round = 0; round < 20; round += 1) {
    // A WeakRef that was looked at lives until the end of its job, so each look is one of its own.
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    await new Promise((resolve) => setImmediate(resolve))
    if (refs.every((ref) => ref.deref() === undefined)) return true
  }
  return false
}

/** Watches something for a while, in a frame of its own, so that no local of the test holds it. */
async function watchAndLeave(tidemark: Tidemark, count: number): Promise<WeakRef<object>[]> {
  const refs: WeakRef<object>[] = []
  for (let index = 0; index < count; index += 1) {
    const watch = tidemark.watch(`${origin}/photos/${index}`, { graceMs: 0 })
    const listener = (): void => void index
    const leave = watch.listen(listener)
    await watch.until(({ status }) => status === 'ready')
    leave()
    refs.push(new WeakRef(watch), new WeakRef(listener), new WeakRef(watch.select(({ value }) => value)))
  }
  return refs
}

test('A1: a watch that was left, its listeners and its parts are collected', async () => {
  const tidemark = clientOf()
  expect(await areGone(await watchAndLeave(tidemark, 20))).toBe(true)
  tidemark.close()
})

test('A1: a watch that is heard stays, and is found again, though nobody holds it', async () => {
  const tidemark = clientOf()
  const heard: string[] = []
  const ref = ((): WeakRef<object> => {
    const watch = tidemark.watch(`${origin}/photos/1`)
    watch.subscribe(({ status }) => heard.push(status))
    return new WeakRef(watch)
  })()
  expect(await areGone([ref])).toBe(false)
  expect(tidemark.watch(`${origin}/photos/1`)).toBe(ref.deref())
  expect(heard).toContain('ready')
  tidemark.close()
})

test('L4: a signal holds nothing of what it has ended', async () => {
  const tidemark = clientOf()
  const controller = new AbortController()
  const refs = await (async () => {
    const watch = tidemark.watch(`${origin}/photos/1`, { graceMs: 0 })
    const leave = watch.listen(() => undefined, { signal: controller.signal })
    await watch.until(({ status }) => status === 'ready')
    leave()
    return [new WeakRef(watch)]
  })()
  expect(await areGone(refs)).toBe(true)
  expect(controller.signal.aborted).toBe(false)
  tidemark.close()
})
