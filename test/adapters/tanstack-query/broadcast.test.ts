// Queries across tabs: no message takes a tab back, in whatever order messages come.

import { QueryClient, QueryObserver } from '@tanstack/query-core'
import type { QueryKey } from '@tanstack/query-core'
import { broadcastQueryClient } from '@tanstack/query-broadcast-client-experimental'
import { describe, expect, test } from 'vitest'
import { broadcastQueries, setVersionedQueryData, tidemarkQueryConfig } from 'tidemark/tanstack-query'
import type { OpenQueryChannel } from 'tidemark/tanstack-query'
import { createScene } from '../../client/scripted-server.ts'
import { createVirtualClock } from '../../../src/testing/determinism/virtual-clock.ts'

const key: QueryKey = ['photos']
const at = (position: string) => ({
  versions: [{ scope: 'main@https://api.test', epoch: 'a', position }],
})

/** Tabs in one browser: what one sends waits until it is delivered to the others. */
function createBrowser() {
  const tabs = new Map<(message: unknown) => void, string>()
  const underWay: (() => void)[] = []
  const open: OpenQueryChannel = (name, onMessage) => {
    tabs.set(onMessage, name)
    return {
      send(message) {
        const copy: unknown = structuredClone(message)
        for (const [other, itsName] of tabs) {
          if (other !== onMessage && itsName === name) underWay.push(() => other(copy))
        }
      },
      close: () => void tabs.delete(onMessage),
    }
  }
  return {
    open,
    send: (message: unknown) => tabs.forEach((_, tab) => tab(message)),
    underWay,
    deliver: () => underWay.splice(0).forEach((arrive) => arrive()),
    openTab(principal = '') {
      const scene = createScene(createVirtualClock(), { principal })
      const client = new QueryClient(tidemarkQueryConfig(scene.tidemark))
      const stop = broadcastQueries(client, { channel: open })
      const observer = new QueryObserver<unknown>(client, { queryKey: key, enabled: false })
      const frames: unknown[] = []
      observer.subscribe(({ data }) => data !== frames.at(-1) && frames.push(data))
      return { ...scene, client, stop, frames }
    },
  }
}

test('Q2: the old failure: broadcastQueryClient takes the last state to arrive', async () => {
  const [one, two] = [new QueryClient(), new QueryClient()]
  for (const queryClient of [one, two]) {
    broadcastQueryClient({ queryClient: queryClient as never, broadcastChannel: 'old' })
  }
  two.setQueryData(key, { v: 8 })
  one.setQueryData(key, { v: 2 })
  await expect.poll(() => two.getQueryData(key)).toEqual({ v: 2 })
  for (const queryClient of [one, two]) queryClient.clear()
})

describe('broadcastQueries', () => {
  test('B1: an older value takes no tab back, and a newer one is shown', () => {
    const browser = createBrowser()
    const [one, two] = [browser.openTab(), browser.openTab()]
    setVersionedQueryData(one.client, key, { v: 5 }, at('5'))
    setVersionedQueryData(two.client, key, { v: 8 }, at('8'))
    browser.deliver()
    expect(one.frames).toEqual([{ v: 5 }, { v: 8 }])
    expect(two.frames).toEqual([{ v: 8 }])
  })

  test('B1: messages that come in the wrong order end in the same', () => {
    const browser = createBrowser()
    const [one, two] = [browser.openTab(), browser.openTab()]
    for (const v of ['1', '2', '3']) setVersionedQueryData(one.client, key, { v }, at(v))
    browser.underWay.reverse()
    browser.deliver()
    expect(two.frames).toEqual([{ v: '3' }])
  })

  test('B2: what another tab was shown is a floor here', () => {
    const browser = createBrowser()
    const [one, two] = [browser.openTab(), browser.openTab()]
    setVersionedQueryData(one.client, ['elsewhere'], 8, at('8'))
    browser.deliver()
    expect(two.tidemark.session.floors().get('main@https://api.test')?.read?.position).toBe('8')
  })

  test('B3, I11: nothing reaches another principal', () => {
    const browser = createBrowser()
    const [one, two] = [browser.openTab('ada'), browser.openTab('bob')]
    setVersionedQueryData(one.client, key, { v: 5 }, at('5'))
    browser.deliver()
    expect(two.frames).toEqual([])
    expect(two.tidemark.session.floors().size).toBe(0)
  })

  test('B4: what was received is not sent on', () => {
    const browser = createBrowser()
    const one = browser.openTab()
    browser.openTab()
    setVersionedQueryData(one.client, key, { v: 5 }, at('5'))
    browser.deliver()
    expect(browser.underWay).toEqual([])
  })

  test('I14: what is no message of ours changes nothing', () => {
    const browser = createBrowser()
    const one = browser.openTab()
    setVersionedQueryData(one.client, key, { v: 5 }, at('5'))
    const versions = [{ scope: 'main@https://api.test', epoch: 'a', position: '9x' }]
    const hint = { tidemark: 1, queryHash: '["photos"]', updatedAt: 1, data: 'evil' }
    for (const message of [null, 'text', {}, hint, { ...hint, low: versions, high: versions }, { ...hint, low: [null], high: [null] }]) browser.send(message)
    expect(one.client.getQueryData(key)).toEqual({ v: 5 })
    expect(one.eventTypes()).toContain('version:malformed')
  })

  test('what cannot be sent is told by its version alone, and the other tab asks anew', () => {
    const browser = createBrowser()
    const [one, two] = [browser.openTab(), browser.openTab()]
    setVersionedQueryData(two.client, key, { v: 5 }, at('5'))
    setVersionedQueryData(one.client, key, { v: () => 8 }, at('8'))
    browser.deliver()
    expect(two.client.getQueryData(key)).toEqual({ v: 5 })
    expect(two.client.getQueryState(key)?.isInvalidated).toBe(true)
  })

  test('a tab that has left is told nothing', () => {
    const browser = createBrowser()
    const [one, two] = [browser.openTab(), browser.openTab()]
    two.stop()
    setVersionedQueryData(one.client, key, { v: 5 }, at('5'))
    browser.deliver()
    expect(two.frames).toEqual([])
  })
})
