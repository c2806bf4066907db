// A QueryClient over a scripted server, in virtual time, with and without the adapter.

import { notifyManager, QueryClient } from '@tanstack/query-core'
import type { QueryClientConfig, QueryKey, QueryObserver } from '@tanstack/query-core'
import { tidemarkQueryConfig } from 'tidemark/tanstack-query'
import type { TidemarkOptions } from 'tidemark'
import { createScene, origin } from '../../client/scripted-server.ts'
import type { Scene } from '../../client/scripted-server.ts'
import { createVirtualClock } from '../../../src/testing/determinism/virtual-clock.ts'

// What is painted is painted in the step in which it is known, and not in a task of the machine's clock.
notifyManager.setScheduler(queueMicrotask)

/** A scene with a QueryClient. */
export interface QueryScene extends Scene {
  readonly client: QueryClient
  /** What a query holds now. */
  readonly data: (key: QueryKey) => unknown
  /** The function of a query that reads a path by the wrapped fetch, and gives it its signal. */
  readonly read: (path: string) => (context: { signal: AbortSignal }) => Promise<unknown>
  /** Raises the floor of the session by a write. */
  readonly write: (v: number) => Promise<Response>
}

/** How a scene is made. */
export interface QuerySceneOptions {
  readonly tidemark?: TidemarkOptions
  readonly query?: QueryClientConfig
  /** Whether the adapter is there at all: the old failure is shown without it. */
  readonly isGoverned?: boolean
}

/** Makes a scene, and plays it in virtual time. */
export function withQueries(
  options: QuerySceneOptions,
  play: (scene: QueryScene) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    await clock.run(async () => {
      const scene = createScene(clock, options.tidemark ?? {})
      const config = { ...options.query }
      const isGoverned = options.isGoverned ?? true
      const client = new QueryClient(isGoverned ? tidemarkQueryConfig(scene.tidemark, config) : config)
      client.mount()
      const plain: Scene['get'] = (path, init) => fetchPlain(scene, path, init)
      const get = isGoverned ? scene.get : plain
      try {
        await play({
          ...scene,
          client,
          data: (key) => client.getQueryData(key),
          read: (path) => async ({ signal }) => (await get(path, { signal })).json(),
          async write(v) {
            scene.answer({ status: 201, v, e: 'a' })
            return scene.post('/photos')
          },
        })
      } finally {
        client.clear()
        client.unmount()
      }
    })
  }
}

function fetchPlain(scene: Scene, path: string, init?: RequestInit): Promise<Response> {
  return scene.network(origin + path, init)
}

/** Notes what an observer would paint, in the order of painting. */
export function painted<T>(observer: QueryObserver<T>): unknown[] {
  const frames: unknown[] = []
  observer.subscribe(({ data }) => {
    if (data !== frames.at(-1)) frames.push(data)
  })
  return frames
}
