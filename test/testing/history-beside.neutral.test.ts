// What a history knows beside its operations: the log, requests, what is unfinished, dependencies.
import { describe, expect, test } from 'vitest'
import { createHistory } from '../../src/testing/history/history.ts'
import { parseHistory } from '../../src/testing/history/parse-history.ts'
import { recordFetch } from '../../src/testing/history/record-fetch.ts'
import { recordRequests } from '../../src/testing/history/record-requests.ts'
import { applied, begun, committed, on, read, value } from './sample-history.ts'

const now = (): number => 0

const documentOf = (more: object): string =>
  JSON.stringify({ format: 'tidemark-history/2', operations: [], ...more })

describe('a document of the second format', () => {
  const whole = {
    operations: [
      read([1, 2], value('5'), { depends: [on('3', '/photos/8'), on('4')], maxStalenessMs: 50 }),
    ],
    log: [committed('5', { depends: [on('3')] }), ...applied('b', '5'), begun('e2', '5', 80)],
    requests: [{ session: 's', sent: { step: 3, atMs: 1 } }],
    unfinished: [
      { kind: 'read' as const, session: 's', key: '/a', invoked: { step: 4, atMs: 2 } },
      { kind: 'write' as const, session: 's', key: '/a', invoked: { step: 5, atMs: 2 } },
    ],
    endedAtMs: 90,
  }

  test('is read as it was written', () => {
    expect(parseHistory(documentOf(whole))).toEqual(whole)
  })

  test('H4: what was not recorded is left out', () => {
    expect(parseHistory(documentOf({}))).toEqual({ operations: [] })
  })

  test('documents of the first format are read as before, and hold nothing of it', () => {
    const first = { format: 'tidemark-history/1', operations: whole.operations }
    expect(parseHistory(JSON.stringify(first))).toEqual({ operations: whole.operations })
    expect(() => parseHistory(JSON.stringify({ ...first, log: [] }))).toThrow(
      'Malformed history: "\\"log\\"". Expected no fields but format, operations',
    )
  })

  test.each<[object, string]>([
    [{ log: [{ ...committed('5'), kind: 'guess' }] }, 'history.log[0].kind'],
    [{ log: [committed('05')] }, 'history.log[0].position'],
    [{ log: [{ ...committed('5'), isDelete: 'no' }] }, 'history.log[0].isDelete'],
    [{ log: [{ ...begun('e2', '5', 1), parent: 4 }] }, 'history.log[0].parent'],
    [{ log: [{ ...applied('b', '5')[0], atMs: 'x' }] }, 'history.log[0].atMs'],
    [{ log: [committed('5', { depends: [on('x')] })] }, 'history.log[0].depends[0].position'],
    [{ requests: [{ session: 's' }] }, 'history.requests[0].sent'],
    [{ unfinished: [{ ...whole.unfinished[0], kind: 'reset' }] }, 'history.unfinished[0].kind'],
    [{ endedAtMs: '9' }, 'history.endedAtMs'],
    [{ operations: [read([1, 2], value(), { maxStalenessMs: NaN })] }, 'maxStalenessMs'],
  ])('refuses %o', (more, place) => {
    expect(() => parseHistory(documentOf(more))).toThrow(place)
  })
})

describe('a recorder', () => {
  test('holds what has begun as unfinished until it is recorded', async () => {
    const history = createHistory({ now })
    let answer: ((response: Response) => void) | undefined
    const fetch = recordFetch(() => new Promise((resolve) => (answer = resolve)), history)
    const reading = fetch('/a?b=c')
    expect(history.unfinished).toMatchObject([{ kind: 'read', session: 'session-1', key: '/a' }])
    expect(parseHistory(JSON.stringify(history)).unfinished).toHaveLength(1)
    answer?.(new Response(null, { status: 204 }))
    await reading
    expect(history.unfinished).toEqual([])
  })

  test('takes over the log, and writes all of it down', () => {
    const history = createHistory({ now })
    expect(history.log).toBeUndefined()
    history.recordLog([committed('5')])
    history.recordLog([committed('5'), committed('6')])
    expect(parseHistory(JSON.stringify(history)).log).toEqual([committed('5'), committed('6')])
  })

  test('notes the requests that leave, and H4: holds none where none were noted', async () => {
    const history = createHistory({ now })
    expect(history.requests).toBeUndefined()
    const network = recordRequests(() => Promise.resolve(new Response()), history, { session: 's' })
    const fetch = recordFetch(async (...args) => (await network(...args), network(...args)), history)
    await fetch('/a')
    expect(history.requests).toEqual([
      { session: 's', sent: { step: 2, atMs: 0 } },
      { session: 's', sent: { step: 3, atMs: 0 } },
    ])
    expect(parseHistory(JSON.stringify(history)).requests).toEqual(history.requests)
  })
})

describe('recordFetch', () => {
  async function recorded(headers: Record<string, string>): Promise<unknown> {
    const history = createHistory({ now })
    const answer = (): Promise<Response> => Promise.resolve(Response.json({ version: 3 }, { headers }))
    await recordFetch(answer, history)('/answers/1')
    return history.operations[0]
  }

  test('an answer that names its scope is recorded under it', async () => {
    expect(await recorded({ 'Data-Version': 'shard-2;e="7f";v="9"' })).toMatchObject({
      scope: 'shard-2',
      epoch: '7f',
      asOf: '9',
    })
  })

  test('one that names several, under that of the caller', async () => {
    const header = { 'Data-Version': 'shard-2;e="7f";v="9", main;e="8a";v="4"' }
    expect(await recorded(header)).toMatchObject({ scope: 'main', epoch: '8a', asOf: '4' })
  })

  test('S8: notes what it depends on, as far as a position can be read', async () => {
    const text = '"/q/7";s=q;e="7f";v="5", "https://a.test/q/8";s=q;v="6", t;v="2", u;v="0/1A"'
    expect(await recorded({ 'Data-Depends': text })).toMatchObject({
      depends: [
        { scope: 'q', epoch: '7f', position: '5', key: '/q/7' },
        { scope: 'q', epoch: '', position: '6', key: '/q/8' },
        { scope: 't', epoch: '', position: '2' },
      ],
    })
    expect(await recorded({ 'Data-Depends': 'nonsense' })).not.toHaveProperty('depends')
  })
})
