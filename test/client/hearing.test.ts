// Signals that live longer than what they were handed to: proven by the collector itself.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { hearAbort } from '../../src/client/waits/hearing.ts'
import { createTidemark, memoryStorage } from '../../src/index.ts'
import type { Rule, Tidemark } from '../../src/index.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
const origin = 'https://api.test'

/** What a network would still bring: the platform holds it, whoever waits for it. */
const underWay = new Set<ReadableStreamDefaultController>()

/** A client on a server that may fail a body when its request is aborted, as the platform does. */
const clientOf = ({ breaksOff, ...rule }: Partial<Rule> & { readonly breaksOff: boolean }): Tidemark =>
  createTidemark({
    origins: [origin],
    rules: [{ match: '/photos/:id', ...rule }],
    storage: memoryStorage(),
    mirror: false,
    async fetch(_, init) {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"title":'))
          if (breaksOff) underWay.add(controller)
          if (breaksOff) init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason))
        },
      })
      return new Response(body, { headers: { 'content-type': 'application/json', 'data-version': 'main;e="a";v="5"' } })
    },
  })

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** Collects until all are gone, or there is no sense in going on. */
async function areGone(refs: readonly WeakRef<object>[]): Promise<boolean> {
  for (let round = 0; round < 20; round += 1) {
    // A WeakRef that was looked at lives until the end of its job, so each look is one of its own.
    // oxlint-disable no-await-in-loop
    await turn()
    collect()
    await turn()
    // oxlint-enable no-await-in-loop
    if (refs.every((ref) => ref.deref() === undefined)) return true
  }
  return false
}

test('H2: a signal for the life of a page holds nothing of the answers to its requests', async () => {
  const tidemark = clientOf({ breaksOff: false })
  const route = new AbortController()
  const fetchSome = async (): Promise<WeakRef<object>[]> => {
    const responses = Array.from({ length: 30 }, (_, index) => tidemark.fetch(`${origin}/photos/${index}`, { signal: route.signal }))
    return (await Promise.all(responses)).map((response) => new WeakRef(response))
  }
  expect(await areGone(await fetchSome())).toBe(true)
  tidemark.close()
})

test.each(['disk', 'nothing'] as const)('H2: whoever reads on is heard leaving, though the response is gone (kept: %s)', async (keep) => {
  const tidemark = clientOf({ keep, breaksOff: true })
  const route = new AbortController()
  const read = async (): Promise<readonly [ReadableStreamDefaultReader<Uint8Array> | undefined, WeakRef<object>]> => {
    const response = await tidemark.fetch(`${origin}/photos/1`, { signal: route.signal })
    return [response.body?.getReader(), new WeakRef(response)]
  }
  const [reader, ref] = await read()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('{"title":')
  await areGone([ref])
  route.abort(new Error('left'))
  await expect(reader?.read()).rejects.toThrow('left')
  tidemark.close()
})

test.each(['disk', 'nothing'] as const)('H2: and so is whoever reads a clone (kept: %s)', async (keep) => {
  const tidemark = clientOf({ keep, breaksOff: true })
  const route = new AbortController()
  const read = async (): Promise<readonly [Promise<string>, Promise<string>, WeakRef<object>]> => {
    const response = await tidemark.fetch(`${origin}/photos/1`, { signal: route.signal })
    const copy = response.clone()
    return [copy.clone().text(), copy.text(), new WeakRef(response)]
  }
  const [one, other, ref] = await read()
  await areGone([ref])
  route.abort(new Error('left'))
  await expect(one).rejects.toThrow('left')
  await expect(other).rejects.toThrow('left')
  tidemark.close()
})

test('H1: has one listener, tells each that hears, and none that has stopped', () => {
  const controller = new AbortController()
  const { signal } = controller
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1
    add(...args)
  }
  const told: number[] = []
  const ears = Array.from({ length: 100 }, (_, index) => hearAbort(signal, () => told.push(index)))
  for (const ear of ears.slice(1)) ear.stop()
  controller.abort()
  expect({ told, listeners }).toEqual({ told: [0], listeners: 1 })
})

test('H2: a response that is not of this platform will do', () => {
  const controller = new AbortController()
  const told: string[] = []
  const response = Object.create({ body: {} }) as Response
  hearAbort(controller.signal, () => told.push('left')).stayWith(response)
  controller.abort()
  expect(told).toEqual(['left'])
  expect(response.body).toEqual({})
})

test.each([undefined, 'route'] as const)('H2: a client that nobody has any more is gone, though its answers were listened for (signal: %s)', async (of) => {
  const route = new AbortController()
  const useOne = async (): Promise<readonly WeakRef<object>[]> => {
    const heard: AbortSignal[] = []
    const tidemark = createTidemark({
      origins: [origin],
      rules: [{ match: '/photos/:id' }],
      storage: memoryStorage(),
      mirror: false,
      fetch(_, init) {
        // As a platform listens for the end of what it has under way, with all that it needs then.
        init?.signal?.addEventListener('abort', () => heard.push(init.signal ?? route.signal))
        return Promise.resolve(Response.json({}, { headers: { 'data-version': 'main;e="a";v="5"' } }))
      },
    })
    const signal = of && route.signal
    const read = await tidemark.fetch(`${origin}/photos/1`, signal && { signal })
    const written = await tidemark.fetch(`${origin}/photos/1`, { method: 'PUT', ...(signal && { signal }) })
    await Promise.all([read.text(), written.text()])
    tidemark.close()
    return [new WeakRef(tidemark), new WeakRef(heard)]
  }
  expect(await areGone(await useOne())).toBe(true)
})
