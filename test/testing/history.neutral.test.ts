// Histories: recorded, written down, and read again.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import { createHistory } from '../../src/testing/history/history.ts'
import type { HistoryRecorder, Operation, Seen } from '../../src/testing/history/history.ts'
import { parseHistory } from '../../src/testing/history/parse-history.ts'
import { recordFetch } from '../../src/testing/history/record-fetch.ts'
import type { RecordFetchOptions } from '../../src/testing/history/record-fetch.ts'
import { stageApi } from './lagging-stage.ts'
import { absent, read, reset, rows, value, write } from './sample-history.ts'

const documentOf = (...operations: unknown[]): string =>
  JSON.stringify({ format: 'tidemark-history/1', operations })

describe('createHistory', () => {
  test('H2: each end has a step of its own, whatever the time', () => {
    const history = createHistory({ now: () => 7 })
    const first = history.invoke()
    const second = history.invoke()
    const facts = { session: 's', scope: 'main', key: '/a', epoch: '' }
    history.recordRead({ ...facts, invoked: second, seen: { kind: 'absent' } })
    history.recordWrite({ ...facts, invoked: first, isDelete: false, outcome: 'unknown' })
    history.recordReset({ session: 's', scope: 'main', fromEpoch: 'a', toEpoch: 'b' })
    const steps = history.operations.flatMap(({ invoked, completed }) => [
      invoked.step,
      completed.step,
    ])
    expect(steps).toEqual([2, 3, 1, 4, 5, 6])
    expect(history.operations.map(({ id, invoked }) => [id, invoked.atMs])).toEqual([
      [1, 7],
      [2, 7],
      [3, 7],
    ])
  })

  test('a reset ends the epoch that its session has met last', () => {
    const history = createHistory({ now: () => 0 })
    const resetTo = (toEpoch: string, session: string): string =>
      history.recordReset({ session, scope: 'main', toEpoch }).fromEpoch
    const seen = { kind: 'absent' } as const
    const facts = { session: 's', scope: 'main', key: '/a', seen }
    expect(resetTo('a', 's')).toBe('')
    history.recordRead({ ...facts, invoked: history.invoke(), epoch: 'b' })
    history.recordRead({ ...facts, invoked: history.invoke(), epoch: '' })
    expect(resetTo('c', 's')).toBe('b')
    expect(resetTo('d', 's')).toBe('c')
    expect(resetTo('e', 't')).toBe('')
  })

  test('tells each operation as it is recorded', () => {
    const history = createHistory({ now: () => 0 })
    const told: string[] = []
    const stop = history.subscribe(({ kind }) => told.push(kind))
    history.recordReset({ session: 's', scope: 'main', fromEpoch: 'a', toEpoch: 'b' })
    stop()
    history.recordReset({ session: 's', scope: 'main', fromEpoch: 'b', toEpoch: 'c' })
    expect(told).toEqual(['reset'])
  })
})

describe('parseHistory', () => {
  const samples: Operation[] = [
    read([1, 2], value('5'), { asOf: '9', level: 'session', source: 'memory' }),
    read([3, 4], value()),
    read([5, 6], absent),
    read([7, 8], { kind: 'nothing' }),
    read([9, 10], rows({ 7: '4', 8: '5' }), { key: '/photos' }),
    write([11, 12], '5'),
    write([13, 14], undefined, { isDelete: true, outcome: 'refused' }),
    reset([15, 16], 'e1', 'e2'),
  ]

  test('law: reads what was written', () => {
    fc.assert(
      fc.property(fc.subarray(samples), (operations) => {
        expect(parseHistory(documentOf(...operations))).toEqual({ operations })
      }),
    )
  })

  test('reads what a recorder writes', async () => {
    const { history, fetch } = recorded()
    await fetch('/photos', { method: 'POST' })
    await fetch('/photos/1')
    const again = parseHistory(JSON.stringify(history))
    expect(again.operations).toEqual(history.operations)
    expect(checkGuarantees(again)).toEqual(checkGuarantees(history))
  })

  const fine = samples[0]
  const planted = (change: object): string => documentOf({ ...fine, ...change })
  test.each<[string, string]>([
    ['', 'Malformed history: "". Expected JSON.'],
    ['[]', 'Malformed history: "[]". Expected an object.'],
    ['{"format":"x","operations":[]}', 'Malformed history.format'],
    [
      '{"format":"tidemark-history/1"}',
      'Malformed history.operations: "undefined". Expected an array',
    ],
    [documentOf(null), 'Malformed history.operations[0].kind: "undefined"'],
    [documentOf(fine, fine), 'Malformed history.operations: "1". Expected no id twice'],
    [planted({ kind: 'look' }), 'Malformed history.operations[0].kind: "\\"look\\""'],
    [
      planted({ colour: 1 }),
      'Malformed history.operations[0]: "\\"colour\\"". Expected no fields but',
    ],
    [planted({ session: 1 }), 'Malformed history.operations[0].session: "1". Expected a text'],
    [planted({ asOf: '012' }), 'Malformed history.operations[0].asOf'],
    [planted({ asOf: 12 }), 'Malformed history.operations[0].asOf'],
    [planted({ id: -1 }), 'Malformed history.operations[0].id'],
    [planted({ invoked: { step: 2, atMs: 0 } }), 'completed.step: "2". Expected more than 2'],
    [planted({ invoked: { step: 0, atMs: '0' } }), 'Malformed history.operations[0].invoked.atMs'],
    [
      planted({ seen: { kind: 'value', position: '1e3' } }),
      'Malformed history.operations[0].seen.position',
    ],
    [planted({ seen: { kind: 'absent', position: '1' } }), 'Malformed history.operations[0].seen'],
    [planted({ seen: { kind: 'guess' } }), 'Malformed history.operations[0].seen.kind'],
    [planted({ seen: { kind: 'rows', rows: [{}], isComplete: true } }), 'seen.rows[0].key'],
    [planted({ seen: { kind: 'rows', rows: [] } }), 'seen.isComplete'],
    [documentOf({ ...samples[5], outcome: 'maybe' }), 'outcome'],
    [documentOf({ ...samples[5], isDelete: 1 }), 'isDelete'],
  ])('refuses %s', (text, message) => {
    expect(() => parseHistory(text)).toThrow(message)
  })
})

// --- recordFetch ---------------------------------------------------------------------------------

interface Recorded {
  readonly history: HistoryRecorder
  readonly fetch: typeof globalThis.fetch
}

function recorded(
  options: Parameters<typeof stageApi>[0] = {},
  more: RecordFetchOptions = {},
): Recorded & { readonly stage: ReturnType<typeof stageApi> } {
  const stage = stageApi(options)
  const history = createHistory(stage.clock)
  const recording = recordFetch(stage.api.fetch, history, more)
  // The clock runs for each request, so that latency passes.
  const fetch: typeof globalThis.fetch = (...args) => stage.clock.run(() => recording(...args))
  return { history, fetch, stage }
}

const answering = (response: () => Response): Recorded => {
  const history = createHistory({ now: () => 0 })
  return { history, fetch: recordFetch(() => Promise.resolve(response()), history) }
}

describe('recordFetch', () => {
  test('notes a write by the resource that its answer names', async () => {
    const { history, fetch } = recorded({ latency: { kind: 'fixed', ms: 20 } })
    const response = await fetch('/photos', { method: 'POST', body: '{"title":"Dune"}' })
    await fetch('/counters/likes/increment', { method: 'POST' })
    await fetch('/photos/1', { method: 'DELETE' })
    expect(await response.json()).toMatchObject({ title: 'Dune' })
    const common = { kind: 'write', session: 'session-1', scope: 'main', outcome: 'acknowledged' }
    expect(history.operations).toMatchObject([
      {
        ...common,
        key: '/photos/1',
        collection: '/photos',
        position: '1',
        isDelete: false,
        epoch: expect.stringMatching(/^[0-9a-f]{4}$/),
        invoked: { step: 1, atMs: 0 },
        completed: { step: 2, atMs: 20 },
      },
      { ...common, key: '/counters/likes', position: '2' },
      { ...common, key: '/photos/1', position: '3', isDelete: true },
    ])
  })

  test('notes what reads showed', async () => {
    const { history, fetch } = recorded({ lag: { kind: 'fixed', ms: 0 } })
    await fetch('/photos', { method: 'POST' })
    await fetch('/photos', { method: 'POST' })
    const paths = ['/photos/1', '/photos/9', '/photos', '/photos?limit=1', '/counters/likes']
    for (const path of paths) await fetch(path)
    const reads = history.operations.flatMap((each) => (each.kind === 'read' ? each : []))
    expect(reads.map(({ key, asOf }) => [key, asOf])).toEqual([
      ['/photos/1', '2'],
      ['/photos/9', '2'],
      ['/photos', '2'],
      ['/photos', '2'],
      ['/counters/likes', '2'],
    ])
    const all = [
      { key: '/photos/2', position: '2' },
      { key: '/photos/1', position: '1' },
    ]
    expect(reads.map(({ seen }) => seen)).toEqual([
      { kind: 'value', position: '1' },
      { kind: 'absent' },
      { kind: 'rows', rows: all, isComplete: true },
      { kind: 'rows', rows: all.slice(0, 1), isComplete: false },
      { kind: 'value', position: '0' },
    ])
  })

  test('the body tells where the header does not', async () => {
    const { history, fetch } = recorded({ versions: 'body' })
    await fetch('/photos', { method: 'POST' })
    await fetch('/photos/1', { method: 'DELETE' })
    await fetch('/photos/1', { headers: { 'Read-Consistency': 'strong' } })
    expect(history.operations).toMatchObject([
      { position: '1', epoch: '' },
      { outcome: 'acknowledged', isDelete: true },
      { seen: { kind: 'absent' }, epoch: '' },
    ])
    expect(history.operations[1]).not.toHaveProperty('position')
  })

  test.each<[number, Seen]>([
    [304, { kind: 'nothing' }],
    [500, { kind: 'nothing' }],
    [410, { kind: 'absent' }],
  ])('a read answered with %d has seen %o', async (status, seen) => {
    const headers = { 'Content-Type': 'application/json' }
    const body = status === 304 ? null : '{}'
    const { history, fetch } = answering(() => new Response(body, { status, headers }))
    await fetch('http://a.test/photos/1')
    expect(history.operations).toMatchObject([{ seen }])
  })

  test.each<[unknown, Seen]>([
    [
      [{ id: 1, version: 3 }, { id: 'b', version: '4' }, { noId: 1 }],
      {
        kind: 'rows',
        rows: [
          { key: '/a/1', position: '3' },
          { key: '/a/b', position: '4' },
        ],
        isComplete: true,
      },
    ],
    [
      { items: [], nextCursor: 'x' },
      { kind: 'rows', rows: [], isComplete: false },
    ],
    [{ version: 1.5 }, { kind: 'value' }],
    [{ version: '007' }, { kind: 'value' }],
    [{ version: null }, { kind: 'value' }],
    ['text', { kind: 'value' }],
  ])('I4: of the body %j it has seen %j', async (body, seen) => {
    const { history, fetch } = answering(() => Response.json(body))
    await fetch(new URL('http://a.test/a'))
    expect(history.operations).toMatchObject([{ key: '/a', seen }])
    expect((history.operations[0] as { seen: Seen }).seen).toEqual(seen)
  })

  test.each<[number, object, string]>([
    [400, {}, 'refused'],
    [409, {}, 'refused'],
    [503, { type: 'urn:tidemark:problem:behind' }, 'refused'],
    [503, {}, 'unknown'],
    [408, {}, 'unknown'],
    [500, {}, 'unknown'],
    [200, {}, 'acknowledged'],
  ])('R17: a write answered with %d %o is %s', async (status, body, outcome) => {
    const { history, fetch } = answering(() => Response.json(body, { status }))
    await fetch(new Request('http://a.test/photos/1', { method: 'PUT' }))
    expect(history.operations).toMatchObject([{ key: '/photos/1', outcome }])
  })

  test('what fails is noted and thrown on', async () => {
    const history = createHistory({ now: () => 0 })
    const error = new TypeError('Failed to fetch')
    const fetch = recordFetch(() => Promise.reject(error), history, { session: 'b', scope: 'x' })
    await expect(fetch('/photos')).rejects.toBe(error)
    await expect(fetch('/photos/1', { method: 'delete' })).rejects.toBe(error)
    expect(history.operations).toMatchObject([
      { kind: 'read', session: 'b', scope: 'x', seen: { kind: 'nothing' } },
      { kind: 'write', outcome: 'unknown', isDelete: true },
    ])
  })

  test('what the client says of an answer is noted', async () => {
    const explain = (): { level: string; source: string } => ({
      level: 'session',
      source: 'memory',
    })
    const { history, fetch } = recorded({}, { explain })
    await fetch('/photos')
    expect(history.operations).toMatchObject([{ level: 'session', source: 'memory' }])
  })

  test('F2: a read ends when its body has been read', async () => {
    const history = createHistory({ now: () => 0 })
    let finish: (() => void) | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        finish = () => {
          controller.enqueue(new TextEncoder().encode('{"version":1}'))
          controller.close()
        }
      },
    })
    const headers = { 'Content-Type': 'application/json' }
    const fetch = recordFetch(() => Promise.resolve(new Response(body, { headers })), history)
    const reading = fetch('/a')
    await new Promise((resolve) => setTimeout(resolve))
    expect(history.operations).toEqual([])
    finish?.()
    expect(await (await reading).json()).toEqual({ version: 1 })
    expect(history.operations).toMatchObject([{ seen: { position: '1' } }])
  })
})
