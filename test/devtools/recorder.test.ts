import { describe, expect, test } from 'vitest'
import { createClient, integer, memoryStorage, postgresLsn } from '../../src/index.ts'
import type { TidemarkEvent } from '../../src/index.ts'
import { createRecorder, measureReads } from '../../src/devtools/index.ts'
import { legsOf } from '../../src/devtools/read-trail.ts'
import { checkGuarantees, createLaggingApi, createVirtualClock, parseHistory } from '../../src/testing/index.ts'
import type { History } from '../../src/testing/index.ts'
import { inScene, origin } from '../client/scripted-server.ts'

const judged = (history: unknown): ReturnType<typeof checkGuarantees> => checkGuarantees(parseHistory(JSON.stringify(history)))

describe('the picture', () => {
  test('T1: shows the way of a read, with the answer that was refused', inScene({}, async (scene) => {
    const recorder = createRecorder(scene.tidemark)
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a', servedBy: 'replica-1;lag=80' }, { v: 7, e: 'a', servedBy: 'db;primary' })
    await scene.post('/photos')
    await scene.get('/photos')
    const { reads, refusals, servers, totals } = recorder.picture()
    const [read] = reads.values()
    expect(read).toMatchObject({ end: 'fresh', refusals: 1 })
    expect(read?.steps.map(({ words }) => words)).toEqual([
      'planned to fetch, at the level session',
      'sent with the floor main a:7',
      'replica-1 answered 200 with main a:3, 80 ms behind',
      'refused, behind: main a:7 is wanted',
      'sent with the floor main a:7',
      'db (primary) answered 200 with main a:7',
      'served main a:7 from network, fresh: it covers the floor',
    ])
    expect(refusals).toMatchObject([{ verdict: 'behind', servedBy: 'replica-1' }])
    expect([...servers.values()]).toMatchObject([
      { name: 'replica-1', answers: 1, refused: 1, lags: [80] },
      { name: 'db', isPrimary: true, answers: 1, refused: 0 },
    ])
    expect(totals).toEqual({ reads: 1, requests: 2, refusals: 1, writes: 1 })
    expect(legsOf(read!, scene.clock.now()).map(({ became }) => became)).toEqual(['refused', 'accepted'])
  }))

  test('T2: a read that shares a request ends with it', inScene({}, async (scene) => {
    const recorder = createRecorder(scene.tidemark)
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    await Promise.all([scene.get('/photos'), scene.get('/photos')])
    expect([...recorder.picture().reads.values()].map(({ end }) => end)).toEqual(['fresh', 'fresh', 'fresh'])
  }))

  test('P3: a write is settled by the first read that has shown it, and by no other', inScene({}, async (scene) => {
    const recorder = createRecorder(scene.tidemark)
    const end = (): unknown => [...recorder.picture().writes.values()][0]?.end
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a' })
    await scene.post('/photos')
    expect(end()).toBe('acknowledged')
    await scene.get('/photos', { consistency: 'eventual' })
    expect(end()).toBe('acknowledged')
    scene.answer({ v: 7, e: 'a' })
    await scene.get('/photos')
    expect(end()).toBe('settled')
  }))

  test('P1: floors that were raised before are there, and rise', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, { v: 6, e: 'a' })
    await scene.get('/photos')
    const recorder = createRecorder(scene.tidemark)
    const floor = (): unknown => recorder.picture().floors.get(`main@${origin}`)
    expect(floor()).toMatchObject({ read: { position: '5' }, raisedAt: undefined })
    await scene.get('/photos')
    expect(floor()).toMatchObject({ read: { position: '6' }, write: undefined })
  }))

  test('R2: whatever passes, no more is kept than was asked for', () => {
    let tell: ((event: TidemarkEvent) => void) | undefined
    const source = { subscribe: (listener: (event: TidemarkEvent) => void) => ((tell = listener), () => undefined) }
    const recorder = createRecorder(source, { eventsMax: 100, rowsMax: 10 })
    for (let read = 1; read <= 1000; read += 1) {
      const about = { read, key: `${origin}/photos/${read}`, at: read }
      const url = about.key
      tell?.({ type: 'read:planned', ...about, url, level: 'session', plan: 'fetch' })
      tell?.({ type: 'answer:refused', ...about, url, verdict: 'behind', want: undefined, got: undefined, servedBy: `r${read}` })
      tell?.({ type: 'entry:admitted', key: url, source: 'network', versions: [], kind: 'value', bytes: 1, at: read })
    }
    const { reads, refusals, entries, servers } = recorder.picture()
    expect(recorder.events()).toHaveLength(100)
    expect([reads.size, refusals.length, entries.size, servers.size]).toEqual([10, 10, 500, 500])
    expect([...reads.keys()]).toEqual([991, 992, 993, 994, 995, 996, 997, 998, 999, 1000])
  })
})

describe('the history that is exported', () => {
  const play = (level: 'session' | 'eventual'): Promise<unknown> => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    return clock.run(async () => {
      const api = createLaggingApi({
        seed: 4,
        lag: { kind: 'fixed', ms: 500 },
        latency: { kind: 'fixed', ms: 10 },
        floors: 'ignore',
        initial: { items: { photos: [{ title: 'One' }] } },
        now: clock.now,
        sleep: clock.sleep,
      })
      const client = createClient({ origins: ['http://lagging.test'], storage: memoryStorage(), fetch: api.fetch, now: clock.now, setTimer: clock.setTimer })
      const recorder = createRecorder(client)
      const url = 'http://lagging.test/photos/1'
      for (let turn = 0; turn < 5; turn += 1) {
        await client.fetch(url, { method: 'PATCH', body: JSON.stringify({ title: `edit ${turn}` }), headers: { 'content-type': 'application/json' } })
        const response = await client.fetch(url, { consistency: level })
        await response.text()
        await clock.sleep(50)
      }
      client.close()
      return recorder.history()
    })
  }

  test('is parsed and judged: with guarantees there is no violation, and enough to tell', async () => {
    const report = judged(await play('session'))
    expect(report.violations).toEqual([])
    expect(report).toMatchObject({ reads: 5, writes: 5, unjudged: 0 })
  })

  test('the judge finds what an eventual read has shown of the past', async () => {
    expect(judged(await play('eventual')).violations.length).toBeGreaterThan(0)
  })

  test('H2: positions of other formats are told by their rank', inScene({ format: postgresLsn }, async (scene) => {
    const recorder = createRecorder(scene.tidemark)
    const version = (lsn: string): { headers: Record<string, string> } => ({ headers: { 'data-version': `main;v="${lsn}"` } })
    scene.answer(version('0/A0'), version('0/FF'), version('1/0'))
    for (const path of ['/a', '/b', '/c']) await scene.get(path)
    const { operations } = parseHistory(JSON.stringify(recorder.history()))
    expect(operations.map((operation) => operation.kind === 'read' && operation.asOf)).toEqual(['1', '2', '3'])
  }))

  test('H4: what has not ended is unfinished, and a deletion is an absence', inScene({ format: integer }, async (scene) => {
    const recorder = createRecorder(scene.tidemark)
    scene.answer({ v: 5, e: 'a' }, { status: 200, v: 6, e: 'a' }, { status: 404, v: 6, e: 'a' })
    await scene.get('/photos/1')
    await scene.tidemark.fetch(`${origin}/photos/1`, { method: 'DELETE' })
    await scene.get('/photos/1')
    const history: History = parseHistory(JSON.stringify(recorder.history()))
    expect(history.operations.map((operation) => (operation.kind === 'read' ? operation.seen.kind : operation.kind))).toEqual([
      'value',
      'write',
      'absent',
    ])
    expect(checkGuarantees(history).violations).toEqual([])
  }))
})

test('U1: each read is a measure in a track of its own, and each refused answer a mark', inScene({}, async (scene) => {
  const drawn: { name: string; detail: unknown }[] = []
  const cleared: (string | undefined)[] = []
  let now = 0
  const performance = {
    now: () => (now += 5),
    mark: (name: string, options: { detail?: unknown } = {}) => void drawn.push({ name, detail: options.detail }),
    measure: (name: string, options: { detail?: unknown }) => void drawn.push({ name, detail: options.detail }),
    clearMarks: (name?: string) => void cleared.push(name),
    clearMeasures: (name?: string) => void cleared.push(name),
  } as unknown as Performance
  const stop = measureReads(scene.tidemark, { performance, measuresMax: 2 })
  scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a' }, { v: 7, e: 'a' })
  await scene.post('/photos')
  await scene.get('/photos')
  await scene.get('/photos')
  expect(drawn.map(({ name }) => name)).toEqual(['tidemark refused /photos', 'tidemark /photos', 'tidemark /photos'])
  expect(drawn[1]?.detail).toMatchObject({ devtools: { trackGroup: 'Tidemark', track: 'Reads', color: 'primary' } })
  expect(cleared).toEqual(['tidemark refused /photos'])
  stop()
  await scene.get('/photos')
  expect(drawn).toHaveLength(3)
}))
