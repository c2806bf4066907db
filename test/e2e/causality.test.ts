// Consistent prefix across partitions, played through `fetch`: the question and its answer, the tweet and
// its replies. Plain fetch shows the effect before its cause; Tidemark never does.

import { createTidemark, memoryStorage } from 'tidemark'
import type { Tidemark, TidemarkOptions } from 'tidemark'
import {
  checkGuarantees,
  createHistory,
  createLaggingApi,
  createRandom,
  createVirtualClock,
  laggingApiOrigin,
  recordFetch,
  recordRequests,
} from 'tidemark/testing'
import type { FloorPolicy, GuaranteeReport, LaggingApi, VirtualClock } from 'tidemark/testing'
import { describe, expect, test } from 'vitest'

type Fetch = typeof globalThis.fetch

const thread = (name: string): string => `/conversations/${name}/messages`
const partitions = {
  questions: { paths: ['/conversations/questions'] },
  answers: { paths: ['/conversations/answers'] },
  replies: { paths: ['/conversations/replies'] },
}
const budgetMs = 2000

interface Play {
  readonly api: LaggingApi
  readonly clock: VirtualClock
  /** Somebody else, at a client of their own. */
  readonly others: Fetch
  readonly reader: Fetch
}

type Client = (fetch: Fetch, clock: VirtualClock, seed: number) => Fetch

const plain: Client = (fetch) => fetch
const tidemark: Client = (fetch, clock, seed) => createClient(fetch, clock, seed).fetch

function createClient(fetch: Fetch, clock: VirtualClock, seed: number): Tidemark {
  const setTimer: TidemarkOptions['setTimer'] = (callback, delayMs) => {
    const controller = new AbortController()
    clock.sleep(delayMs, controller.signal).then(callback, () => undefined)
    return () => controller.abort()
  }
  return createTidemark({
    origins: [laggingApiOrigin],
    fetch,
    storage: memoryStorage(),
    mirror: false,
    now: clock.now,
    random: createRandom(seed).next,
    setTimer,
    budgetMs,
  })
}

/** Plays a case, and judges what the reader was shown. */
async function play(
  act: (play: Play) => Promise<void>,
  client: Client,
  { seed, floors }: { readonly seed: number; readonly floors: FloorPolicy },
): Promise<GuaranteeReport> {
  const clock = createVirtualClock()
  const { now, sleep } = clock
  const lag = { kind: 'exponential', meanMs: 400 } as const
  const api = createLaggingApi({ seed, lag, floors, partitions, now, sleep })
  const history = createHistory(clock)
  const network = recordRequests(api.fetch, history)
  const reader = recordFetch(client(network, clock, seed), history)
  await clock.run(() => act({ api, clock, others: api.fetch, reader }))
  history.recordLog(api.log())
  return checkGuarantees(history, {
    liveness: { budgetMs, networkMs: 60, requestsPerOperationMax: 20 },
  })
}

async function post(fetch: Fetch, path: string, body: object): Promise<string> {
  const url = `${laggingApiOrigin}${path}`
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return response.headers.get('Location') ?? ''
}

async function look(fetch: Fetch, path: string): Promise<void> {
  const response = await fetch(`${laggingApiOrigin}${path}`)
  await response.text()
}

/** A question is asked and answered; the page shows the answers, and under each its question. */
async function questionAndAnswer({ clock, others, reader }: Play): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    const question = await post(others, thread('questions'), { text: 'Which pier?' })
    await clock.sleep(100)
    await post(others, thread('answers'), { text: 'The north one.', replyTo: question })
    for (let glance = 0; glance < 4; glance += 1) {
      await clock.sleep(100)
      await look(reader, thread('answers'))
      await look(reader, thread('questions'))
    }
  }
}

/** A tweet, a reply to it, and a reply to the reply: read from the last to the first. */
async function tweetAndReplies({ clock, others, reader }: Play): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    const tweet = await post(others, thread('questions'), { text: 'High tide at four.' })
    const reply = await post(others, thread('answers'), { text: 'At five.', replyTo: tweet })
    await post(others, thread('replies'), { text: 'Summer time.', replyTo: reply })
    for (let glance = 0; glance < 3; glance += 1) {
      await clock.sleep(150)
      await look(reader, thread('replies'))
      await look(reader, reply)
      await look(reader, tweet)
    }
  }
}

const seeds = Array.from({ length: 30 }, (_, index) => index + 1)
const cases = { questionAndAnswer, tweetAndReplies }

describe.each(Object.entries(cases))('S8: %s', (_, act) => {
  const countBroken = async (client: Client, floors: FloorPolicy): Promise<GuaranteeReport[]> =>
    Promise.all(seeds.map((seed) => play(act, client, { seed, floors })))

  test('plain fetch shows the effect before its cause', async () => {
    const reports = await countBroken(plain, 'ignore')
    const broken = reports.filter(({ verdicts }) => verdicts['consistent-prefix'].kind === 'broken')
    expect(broken.length).toBeGreaterThan(seeds.length / 2)
  })

  test.each(['ignore', 'wait-then-primary', 'refuse'] as const)(
    'Tidemark never does, where the server lets floors %s',
    async (floors) => {
      for (const { violations, verdicts } of await countBroken(tidemark, floors)) {
        expect(violations.map(({ message }) => message)).toEqual([])
        expect(verdicts['consistent-prefix'].kind).toBe('kept')
        expect(verdicts.liveness.kind, 'I7').toBe('kept')
      }
    },
  )

  test('S7: at the level `eventual` it does: that is what was asked for', async () => {
    const eventual: Client = (fetch, clock, seed) => {
      const client = createClient(fetch, clock, seed)
      return (input, init) => client.fetch(input, { ...init, consistency: 'eventual' })
    }
    const reports = await countBroken(eventual, 'ignore')
    expect(reports.some(({ violations }) => violations.length > 0)).toBe(true)
  })
})

describe('what can never become visible', () => {
  const stage = (): Play & { readonly client: Tidemark; readonly requests: () => number } => {
    const clock = createVirtualClock()
    const { now, sleep } = clock
    const places = { a: { paths: ['/a'] }, b: { paths: ['/b'] } }
    const collections = ['a', 'b']
    const lag = { kind: 'fixed', ms: 50 } as const
    const api = createLaggingApi({ lag, partitions: places, collections, floors: 'ignore', now, sleep })
    const history = createHistory(clock)
    const client = createClient(recordRequests(api.fetch, history), clock, 1)
    const requests = (): number => history.requests?.length ?? 0
    return { api, clock, others: api.fetch, reader: client.fetch, client, requests }
  }

  async function put(fetch: Fetch, path: string, body: object): Promise<void> {
    await fetch(`${laggingApiOrigin}${path}`, { method: 'PUT', body: JSON.stringify(body) })
  }

  test('D2: two rows that rest on each other are both shown', async () => {
    const { clock, others, reader, requests } = stage()
    await clock.run(async () => {
      await put(others, '/a/1', {})
      await put(others, '/b/1', { replyTo: '/a/1' })
      await put(others, '/a/1', { replyTo: '/b/1' })
      await clock.sleep(100)
      const response = await reader(`${laggingApiOrigin}/a/1`)
      expect(await response.json()).toMatchObject({ replyTo: '/b/1' })
      expect(requests()).toBe(2)
    })
  })

  test('I7: what rests on a row that no server can show ends within the budget, and says so', async () => {
    const { api, clock, others, reader, client } = stage()
    await clock.run(async () => {
      for (const replica of [1, 2, 3]) api.pause(`a/replica-${replica}`)
      await put(others, '/a/1', {})
      await put(others, '/b/1', { replyTo: '/a/1' })
      await clock.sleep(100)
      api.partition('a/primary')
      const startMs = clock.now()
      const failure: unknown = await reader(`${laggingApiOrigin}/b/1`).catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'version-unavailable' })
      expect(String(failure)).toContain('a@')
      expect(clock.now() - startMs).toBeLessThanOrEqual(budgetMs + 50)

      const stale = await client.fetch(`${laggingApiOrigin}/b/1`, { onUnavailable: 'serve-stale' })
      expect(client.explain(stale)).toMatchObject({ achieved: 'behind', want: { position: '1' } })

      api.heal('a/primary')
      for (const replica of [1, 2, 3]) api.resume(`a/replica-${replica}`)
      expect((await reader(`${laggingApiOrigin}/b/1`)).status).toBe(200)
      expect((await reader(`${laggingApiOrigin}/a/1`)).status).toBe(200)
    })
  })
})
