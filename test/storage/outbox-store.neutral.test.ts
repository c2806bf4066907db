// Every store of an outbox keeps the contract, in memory and on disk.
import { describe, expect, test } from 'vitest'
import { indexedDBOutboxStore, memoryOutboxStore } from '../../src/index.ts'
import type { OpenOutboxStore, OutboxRecord, OutboxStore } from '../../src/index.ts'
import { parseOutboxRecord } from '../../src/storage/outbox-store.ts'

let made = 0
const nameOf = (): string => `outbox ${(made += 1)} ${Math.random()}`

const record = (id: string, more: Partial<OutboxRecord> = {}): OutboxRecord => ({
  id,
  name: 'rename',
  line: '/photos/1',
  variables: { id, deep: [1, { b: new Date(0) }] },
  at: 7,
  ...more,
})
const answered = { versions: [{ scope: 'main', epoch: 'a', position: '8' }], json: { id: 1 }, at: 9 }

const kinds: [string, () => OpenOutboxStore][] = [['memory', () => memoryOutboxStore()]]
if (globalThis.indexedDB !== undefined) kinds.push(['IndexedDB', () => indexedDBOutboxStore({ name: nameOf() })])

describe.each(kinds)('%s', (_, make) => {
  const open = (opening: OpenOutboxStore, principal = ''): OutboxStore =>
    opening({ principal, onUnreadable: (what, cause) => expect.unreachable(`${what}: ${String(cause)}`) })

  test('B1: what was added is there for whoever opens it next, in its order', async () => {
    const opening = make()
    const [one, other] = [open(opening), open(opening)]
    for (const id of ['z', 'a', 'm']) await (id === 'a' ? other : one).add(record(id))
    expect(await open(opening).load()).toEqual(['z', 'a', 'm'].map((id) => record(id)))
    for (const store of [one, other]) store.close()
  })

  test('B1: of what is handed over in one step, what came first stands first', async () => {
    const store = open(make())
    await Promise.all(['z', 'a', 'm'].map((id) => store.add(record(id))))
    expect((await store.load()).map(({ id }) => id)).toEqual(['z', 'a', 'm'])
    store.close()
  })

  test('B1: what was added twice is there once', async () => {
    const store = open(make())
    await store.add(record('a'))
    await store.add(record('a'))
    expect(await store.load()).toHaveLength(1)
    store.close()
  })

  test('an answer is kept in its place, and what is removed is gone', async () => {
    const store = open(make())
    for (const id of ['a', 'b', 'c']) await store.add(record(id))
    await store.answer('b', answered)
    await store.remove('a')
    expect(await store.load()).toEqual([{ ...record('b'), answered }, record('c')])
    store.close()
  })

  test('B2: what is not there can be answered and removed', async () => {
    const store = open(make())
    await store.answer('a', answered)
    await store.remove('a')
    expect(await store.load()).toEqual([])
    store.close()
  })

  test('I11: principals see nothing of each other', async () => {
    const opening = make()
    const [ann, bob] = [open(opening, 'ann'), open(opening, 'bob')]
    await ann.add(record('a'))
    await bob.remove('a')
    await bob.answer('a', answered)
    expect(await bob.load()).toEqual([])
    expect(await ann.load()).toEqual([record('a')])
    for (const store of [ann, bob]) store.close()
  })

  test('P2: a clear takes all of the principal, and another tab brings nothing back', async () => {
    const opening = make()
    const [here, there, bob] = [open(opening, 'ann'), open(opening, 'ann'), open(opening, 'bob')]
    await here.add(record('a'))
    await there.load()
    await bob.add(record('b'))
    await here.clear()
    await expect(there.add(record('late'))).rejects.toMatchObject({ code: 'session-ended' })
    await there.answer('a', answered)
    expect(await open(opening, 'ann').load()).toEqual([])
    expect(await bob.load()).toEqual([record('b')])
    await bob.add(record('c'))
    await here.add(record('next'))
    expect(await open(opening, 'ann').load()).toEqual([record('next')])
    for (const store of [here, there, bob]) store.close()
  })

  test('what cannot be cloned is refused, and nothing of it is kept', async () => {
    const store = open(make())
    await expect(store.add(record('a', { variables: () => 1 }))).rejects.toThrow()
    await store.add(record('b'))
    expect(await store.load()).toEqual([record('b')])
    store.close()
  })
})

test.each([
  [null],
  ['text'],
  [{}],
  [{ ...record('a'), id: 7 }],
  [{ ...record('a'), at: 'now' }],
  [{ ...record('a'), answered: 7 }],
  [{ ...record('a'), answered: { at: 1, versions: [{ scope: 'main' }] } }],
  [{ ...record('a'), answered: { versions: undefined } }],
])('I14: %j is no record', (value) => {
  expect(() => parseOutboxRecord(value)).toThrow('Malformed')
})

test('I14: what a record has beside its fields is left out', () => {
  expect(parseOutboxRecord({ ...record('a'), answered: { ...answered, more: 1 }, principal: 'x' })).toEqual({
    ...record('a'),
    answered,
  })
})
