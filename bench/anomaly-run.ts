// One seed of the anomaly run: a page that looks every 100 ms and is clicked every second, before an API
// of three replicas that lag by 200 ms in the mean, in virtual time.
//
// It is judged by the public checker, on what was on the screen, whatever the client says of itself.

import { createTidemark, memoryStorage } from 'tidemark'
import { checkGuarantees, createHistory, createLaggingApi, createVirtualClock, laggingApiOrigin } from 'tidemark/testing'
import type { FloorPolicy } from 'tidemark/testing'
import type { Counter, Page, PageParts } from './anomaly-clients.ts'

/** A client, and what stands between it and the API. */
export interface Contender {
  readonly name: string
  readonly open: (parts: PageParts) => Page | Promise<Page>
  readonly isGoverned: boolean
}

/** What a run came to. */
export interface AnomalyCount {
  readonly reads: number
  readonly writes: number
  readonly requests: number
  readonly readYourWrites: number
  readonly monotonicReads: number
  /** How often the screen went to an older version than it had shown. */
  readonly backwardSteps: number
}

/** What is not left to the seed. */
export interface AnomalyOptions {
  readonly seed: number
  readonly reads: number
  /** What the servers do with floors. `ignore` is a backend that nobody has changed but for the versions. */
  readonly floors?: FloorPolicy | undefined
}

const path = '/counters/likes'

/** Runs one seed. */
export async function countAnomalies(contender: Contender, options: AnomalyOptions): Promise<AnomalyCount> {
  const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
  return clock.run(() => play(contender, options, clock))
}

async function play(
  { open, isGoverned }: Contender,
  { seed, reads, floors = 'ignore' }: AnomalyOptions,
  clock: ReturnType<typeof createVirtualClock>,
): Promise<AnomalyCount> {
  const { now, sleep } = clock
  const latency = { kind: 'uniform', fromMs: 5, toMs: 40 } as const
  const api = createLaggingApi({ seed, floors, latency, initial: { counters: { likes: 0 } }, now, sleep })
  let requests = 0
  const network: typeof globalThis.fetch = (input, init) => {
    requests += 1
    return api.fetch(input, init)
  }
  const tidemark = isGoverned
    ? createTidemark({
        origins: [laggingApiOrigin],
        storage: memoryStorage(),
        mirror: false,
        fetch: network,
        now,
        random: () => 0.5,
        setTimer: clock.setTimer,
      })
    : undefined
  const fetch = tidemark?.fetch ?? network
  const history = createHistory(clock)
  const subject = { session: 'page', scope: 'main', key: path, epoch: '' }
  const frames: bigint[] = []
  const page = await open({
    get: async () => counterIn(await fetch(`${laggingApiOrigin}${path}`)),
    async post() {
      const invoked = history.invoke()
      const reply = await counterIn(await fetch(`${laggingApiOrigin}${path}/increment`, { method: 'POST' }))
      const position = String(reply.version)
      history.recordWrite({ ...subject, invoked, isDelete: false, outcome: 'acknowledged', position })
      return reply
    },
    paint: ({ version }) => void frames.push(BigInt(version)),
    tidemark,
  })
  let nextClickMs = now() + 1000
  for (let read = 0; read < reads; read += 1) {
    const startMs = now()
    const invoked = history.invoke()
    const shown = await page.look()
    const seen = shown === undefined ? ({ kind: 'absent' } as const) : seenOf(shown)
    history.recordRead({ ...subject, invoked, seen })
    if (startMs >= nextClickMs) {
      nextClickMs = startMs + 1000
      await page.click()
    }
    await sleep(Math.max(0, startMs + 100 - now()))
  }
  await page.close()
  tidemark?.close()
  const { violations, writes } = checkGuarantees(history)
  const broken = (guarantee: string): number => violations.filter((one) => one.guarantee === guarantee).length
  return {
    reads,
    writes,
    requests,
    readYourWrites: broken('read-your-writes'),
    monotonicReads: broken('monotonic-reads'),
    backwardSteps: frames.filter((version, index) => version < (frames[index - 1] ?? version)).length,
  }
}

function seenOf({ version }: Counter): { readonly kind: 'value'; readonly position: string } {
  return { kind: 'value', position: String(version) }
}

async function counterIn(response: Response): Promise<Counter> {
  if (!response.ok) throw new Error(`The API answered ${response.status}.`)
  const counter: Counter = await response.json()
  return counter
}
