// SWR under React, over a scripted server: what is painted, alone and with the adapter.

import { createElement } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import type { Root } from 'react-dom/client'
import useSWR, { SWRConfig, useSWRConfig } from 'swr'
import type { Fetcher, Key, ScopedMutator } from 'swr'
import useSWRInfinite from 'swr/infinite'
import useSWRMutation from 'swr/mutation'
import { describe, expect, test } from 'vitest'
import type { TidemarkOptions } from 'tidemark'
import { tidemarkSWR } from 'tidemark/swr'
import { createScene, origin } from '../../client/scripted-server.ts'
import type { Scene } from '../../client/scripted-server.ts'
import { createVirtualClock } from '../../../src/testing/determinism/virtual-clock.ts'

interface Page extends Scene {
  /** What was painted, without repetitions. */
  readonly frames: unknown[]
  readonly mutate: ScopedMutator
  readonly read: (path: string) => Promise<unknown>
}

interface PageOptions {
  readonly isGoverned?: boolean
  readonly tidemark?: TidemarkOptions
  /** The hook whose data is painted. */
  readonly use?: (read: Page['read']) => unknown
}

function usePhotos(read: Page['read']): unknown {
  const fetcher: Fetcher<unknown, string> = read
  return useSWR('/photos', fetcher).data
}

// `eventual`, so that what is refused is refused by the adapter and not by the wrapped fetch.
const eventual = { consistency: 'eventual' } as const

/** Renders a hook, and plays in virtual time. */
function onPage(
  { isGoverned = true, tidemark = eventual, use = usePhotos }: PageOptions,
  play: (page: Page) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    await clock.run(async () => {
      const scene = createScene(clock, tidemark)
      const read = async (path: string): Promise<unknown> =>
        (await (isGoverned ? scene.get(path) : scene.network(origin + path))).json()
      const frames: unknown[] = []
      let mutate: ScopedMutator | undefined
      function Photos(): string {
        ;({ mutate } = useSWRConfig())
        const data = use(read)
        if (JSON.stringify(data) !== JSON.stringify(frames.at(-1))) frames.push(data)
        return JSON.stringify(data) ?? ''
      }
      const own = isGoverned ? tidemarkSWR(scene.tidemark) : { provider: () => new Map() }
      const value = { ...own, dedupingInterval: 0, focusThrottleInterval: 0, shouldRetryOnError: false }
      const root: Root = createRoot(document.createElement('div'))
      scene.answer({ v: 8, e: 'a' })
      flushSync(() => root.render(createElement(SWRConfig, { value }, createElement(Photos))))
      await clock.sleep(20)
      if (mutate === undefined) throw new Error('Nothing was rendered.')
      await play({ ...scene, frames, mutate, read })
      root.unmount()
    })
  }
}

const v = (version: number): unknown => ({ v: version })

describe('a revalidation that meets a lagging replica', () => {
  const refetch = async ({ answer, mutate, clock }: Page): Promise<void> => {
    answer({ v: 2, e: 'a' })
    await mutate('/photos')
    await clock.sleep(20)
  }

  test('C1: the old failure: alone, the past is painted', onPage({ isGoverned: false }, async (page) => {
    await refetch(page)
    expect(page.frames).toEqual([v(8), v(2)])
  }))

  test('C1: with the adapter, the held value stays', onPage({}, async (page) => {
    await refetch(page)
    expect(page.requests).toHaveLength(2)
    expect(page.frames).toEqual([v(8)])
  }))

  test('C1: newer values are painted, and equal ones once', onPage({}, async (page) => {
    page.answer({ v: 8, e: 'a' }, { v: 9, e: 'a' }, { v: 9, e: 'a' })
    for (const _ of [1, 2, 3]) await page.mutate('/photos')
    await page.clock.sleep(20)
    expect(page.frames).toEqual([v(8), v(9)])
  }))

  test('I4: a value that the app sets itself is shown, and no later answer is compared with it', onPage({}, async (page) => {
    await page.mutate('/photos', { own: true }, { revalidate: false })
    await page.clock.sleep(1)
    expect(page.frames.at(-1)).toEqual({ own: true })
    page.answer({ v: 8, e: 'a' })
    await page.mutate('/photos')
    await page.clock.sleep(20)
    expect(page.frames.at(-1)).toEqual(v(8))
  }))

  test('E4: the value of a new epoch replaces that of the old', onPage({}, async (page) => {
    page.answer({ v: 1, e: 'b' })
    await page.mutate('/photos')
    await page.clock.sleep(20)
    expect(page.frames.at(-1)).toEqual(v(1))
  }))
})

describe('a rollback', () => {
  /** Fails a mutation, while an answer at version 9 comes that SWR discards. */
  async function failMutation({ answer, mutate, clock }: Page): Promise<void> {
    answer({ v: 9, e: 'a' })
    const refetched = mutate('/photos')
    const refuse = async (): Promise<never> => {
      await clock.sleep(50)
      throw new Error('refused')
    }
    const optimistic = { optimisticData: { optimistic: true }, rollbackOnError: true, revalidate: false }
    await expect(mutate('/photos', refuse, optimistic)).rejects.toThrow('refused')
    await refetched
    await clock.sleep(1)
  }

  test('I10: the old failure: alone, the screen returns to the snapshot', onPage({ isGoverned: false }, async (page) => {
    await failMutation(page)
    expect(page.requests).toHaveLength(2)
    expect(page.frames).toEqual([v(8), { optimistic: true }, v(8)])
  }))

  test('I10: with the adapter, it goes to the newest that is known', onPage({}, async (page) => {
    await failMutation(page)
    expect(page.requests).toHaveLength(2)
    expect(page.frames).toEqual([v(8), { optimistic: true }, v(9)])
  }))
})

describe('the other hooks', () => {
  let grow: ((size: number) => Promise<unknown>) | undefined
  const useInfinite = (read: Page['read']): unknown => {
    const { data, setSize } = useSWRInfinite((index) => `/photos?page=${index}`, read, { revalidateAll: true })
    grow = setSize
    return data
  }

  const turnPages = async (page: Page): Promise<void> => {
    page.answer({ v: 8, e: 'a' })
    await grow?.(2)
    await page.clock.sleep(50)
    page.answer({ v: 2, e: 'a' })
    await grow?.(2)
    await page.clock.sleep(50)
  }

  test('Q15: the old failure: alone, pages go back', onPage({ isGoverned: false, use: useInfinite }, async (page) => {
    await turnPages(page)
    expect(page.frames.at(-1)).toEqual([v(2), v(2)])
  }))

  test('Q15: with the adapter, no page of an infinite listing goes back', onPage({ use: useInfinite }, async (page) => {
    await turnPages(page)
    expect(page.frames.at(-1)).toEqual([v(8), v(8)])
  }))

  let trigger: ((arg: string) => Promise<unknown>) | undefined
  const useWrite = (read: Page['read']): unknown => {
    ;({ trigger } = useSWRMutation<unknown, Error, Key, string>('/photos', (_key: Key, { arg }: { arg: string }) => read(arg)))
    return useSWR('/photos', read).data
  }

  test('C4: what a mutation returns is no value of its key', onPage({ use: useWrite }, async (page) => {
    page.answer({ v: 9, e: 'a', body: { reply: true } }, { v: 9, e: 'a' })
    expect(await trigger?.('/reply')).toEqual({ reply: true })
    await page.clock.sleep(20)
    expect(page.frames).toEqual([v(8), v(9)])
  }))
})
