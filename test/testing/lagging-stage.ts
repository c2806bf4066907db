// A lagging API under a virtual clock, for the tests beside this file.

import { createLaggingApi } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApi } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApiOptions } from '../../src/testing/api/lagging-options.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'

/** The lag that most tests want: every replica knows a write exactly 100 ms later. */
export const lag100 = { kind: 'fixed', ms: 100 } as const

/** An API with its clock. */
export interface ApiStage {
  readonly api: LaggingApi
  readonly clock: VirtualClock
  /** Sends a request with a JSON body, under the clock. */
  readonly send: (method: string, path: string, more?: SendOptions) => Promise<Response>
  readonly pass: (ms: number) => Promise<void>
}

/** What a request carries. */
export interface SendOptions {
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** Makes an API whose replicas are exactly 100 ms behind, unless `options` say otherwise. */
export function stageApi(options: LaggingApiOptions = {}): ApiStage {
  const clock = createVirtualClock()
  const { now, sleep } = clock
  const api = createLaggingApi({ lag: lag100, now, sleep, ...options })
  return {
    api,
    clock,
    pass: (ms) => clock.run(() => sleep(ms)),
    send: (method, path, { body, headers = {} } = {}) => {
      const text = body === undefined ? {} : { body: JSON.stringify(body) }
      return clock.run(() => api.fetch(path, { method, headers, ...text }))
    },
  }
}
