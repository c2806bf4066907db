// Bounded staleness, against the truth of the servers' log: others write, the session only looks.

import { createTidemark, memoryStorage } from 'tidemark'
import {
  checkGuarantees,
  createHistory,
  createLaggingApi,
  createRandom,
  createVirtualClock,
  laggingApiOrigin,
  recordFetch,
} from 'tidemark/testing'
import type { FloorPolicy, GuaranteeReport } from 'tidemark/testing'
import { describe, expect, test } from 'vitest'

const likes = `${laggingApiOrigin}/counters/likes`

/** Looks at a counter that others raise, and claims the bound wherever the client says it was kept. */
async function watch(
  contender: 'plain' | 'tidemark',
  seed: number,
  { floors, boundMs }: { readonly floors: FloorPolicy; readonly boundMs: number },
): Promise<GuaranteeReport> {
  const clock = createVirtualClock()
  const { now, sleep } = clock
  const lag = { kind: 'exponential', meanMs: 500 } as const
  const api = createLaggingApi({ seed, floors, lag, now, sleep })
  const client = createTidemark({
    origins: [laggingApiOrigin],
    fetch: api.fetch,
    storage: memoryStorage(),
    mirror: false,
    now,
    random: createRandom(seed).next,
    setTimer(callback, delayMs) {
      const controller = new AbortController()
      sleep(delayMs, controller.signal).then(callback, () => undefined)
      return () => controller.abort()
    },
  })
  const history = createHistory(clock)
  const read: typeof globalThis.fetch = (input, init) =>
    contender === 'plain'
      ? api.fetch(input, init)
      : client.fetch(input, { ...init, consistency: { maxStalenessMs: boundMs } })
  const fetch = recordFetch(read, history, {
    explain: (response) => {
      const isKept = contender === 'plain' || client.explain(response)?.achieved === 'fresh'
      return isKept ? { maxStalenessMs: boundMs } : undefined
    },
  })
  await clock.run(async () => {
    for (let turn = 0; turn < 80; turn += 1) {
      await sleep(turn % 2 === 0 ? 250 : 100)
      await api.fetch(`${likes}/increment`, { method: 'POST' })
      if (turn % 2 === 0) await (await fetch(likes)).text()
    }
  })
  history.recordLog(api.log())
  return checkGuarantees(history, { granularity: 'scope' })
}

const seeds = [1, 2, 3]

describe.each([200, 1000])('R4: no answer is older than %i ms', (boundMs) => {
  test('which is more than plain fetch can say', async () => {
    const reports = seeds.map((seed) => watch('plain', seed, { floors: 'ignore', boundMs }))
    const broken = (await Promise.all(reports)).flatMap(({ violations }) => violations)
    expect(broken.some(({ guarantee }) => guarantee === 'bounded-staleness')).toBe(true)
  })

  test.each(['ignore', 'wait-then-primary'] as const)(
    'held or fetched, where the server lets floors %s',
    async (floors) => {
      for (const seed of seeds) {
        const { verdicts, violations } = await watch('tidemark', seed, { floors, boundMs })
        expect(violations.map(({ message }) => message)).toEqual([])
        expect(verdicts['bounded-staleness']).toMatchObject({ kind: 'kept' })
      }
    },
  )
})
