// The clients that the anomaly run compares: each a page that shows one counter, looks at it again when it
// is asked to, and adds one when the user clicks. Each is used as its documentation says.

import { QueryClient, QueryObserver } from '@tanstack/query-core'
import type { QueryKey } from '@tanstack/query-core'
import { createElement } from 'react'
import type { ReactElement } from 'react'
import useSWR, { SWRConfig } from 'swr'
import type { Tidemark } from 'tidemark'
import { tidemarkSWR } from 'tidemark/swr'
import { tidemarkQueryConfig } from 'tidemark/tanstack-query'

/** What a counter looks like in an answer. */
export interface Counter {
  readonly value: number
  readonly version: string | number
}

/** A page. */
export interface Page {
  /** Looks again, and returns what is then on the screen. */
  readonly look: () => Promise<Counter | undefined>
  /** Adds one, and does whatever the page does after a mutation. */
  readonly click: () => Promise<void>
  readonly close: () => void | Promise<void>
}

/** What a page is given. */
export interface PageParts {
  readonly get: () => Promise<Counter>
  readonly post: () => Promise<Counter>
  /** Told of every value that is put on the screen. */
  readonly paint: (counter: Counter) => void
  /** Where there is one, `get` and `post` go by its fetch. */
  readonly tidemark: Tidemark | undefined
}

/** A fetch, and its answer on the screen. */
export function plainPage({ get, post, paint }: PageParts): Page {
  const look = async (): Promise<Counter> => {
    const counter = await get()
    paint(counter)
    return counter
  }
  return {
    look,
    async click() {
      await post()
    },
    close: () => undefined,
  }
}

const key: QueryKey = ['likes']

/** `useQuery` and a mutation that invalidates, or sets the reply and invalidates. */
export function queryPage(style: 'invalidate' | 'setQueryData + invalidate') {
  return ({ get, post, paint, tidemark }: PageParts): Page => {
    const client = new QueryClient(tidemark === undefined ? {} : tidemarkQueryConfig(tidemark))
    client.mount()
    const observer = new QueryObserver(client, { queryKey: key, queryFn: get })
    const leave = observer.subscribe(({ data }) => data !== undefined && paint(data))
    return {
      async look() {
        await observer.refetch()
        return observer.getCurrentResult().data
      },
      async click() {
        const reply = await post()
        if (style !== 'invalidate') client.setQueryData(key, reply)
        await client.invalidateQueries({ queryKey: key })
      },
      close() {
        leave()
        client.clear()
        client.unmount()
      },
    }
  }
}

/** `useSWR` and `mutate` with an optimistic value and a revalidation, rendered by React. */
export async function swrPage({ get, post, paint, tidemark }: PageParts): Promise<Page> {
  const { createRoot } = await import('react-dom/client')
  const { flushSync } = await import('react-dom')
  let shown: Counter | undefined
  let mutate: ReturnType<typeof useSWR<Counter>>['mutate'] | undefined
  function Likes(): ReactElement {
    const swr = useSWR<Counter>('/likes', get, { revalidateOnFocus: false })
    ;({ mutate } = swr)
    if (swr.data !== undefined && swr.data !== shown) {
      shown = swr.data
      paint(swr.data)
    }
    return createElement('p', undefined, swr.data?.value)
  }
  const root = createRoot(document.createElement('div'))
  const own = tidemark === undefined ? { provider: () => new Map() } : tidemarkSWR(tidemark)
  const config = { value: { ...own, dedupingInterval: 0 } }
  // Later renderings are synchronous by themselves: SWR subscribes by `useSyncExternalStore`.
  flushSync(() => root.render(createElement(SWRConfig, config, createElement(Likes))))
  return {
    async look() {
      await mutate?.()
      await Promise.resolve()
      return shown
    },
    async click() {
      const optimisticData = (now: Counter | undefined): Counter =>
        now === undefined ? { value: 1, version: 0 } : { ...now, value: now.value + 1 }
      await mutate?.(post(), { optimisticData, revalidate: true })
    },
    close: () => root.unmount(),
  }
}
