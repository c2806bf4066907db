// One write, from the click until reads have shown it: which field tells what meanwhile, how often the screen
// is told, and what is refused on the way.

import { describe, expect, test } from 'vitest'
import { patchItem, patchValue } from '../../src/index.ts'
import type { Mutation, Snapshot, TidemarkEvent, Watch } from '../../src/index.ts'
import { inScene, origin } from '../client/scripted-server.ts'
import type { Scene } from '../client/scripted-server.ts'

interface Photo {
  readonly title: string
}

const url = `${origin}/photos/1`
const at = (v: number, title: string) => ({ v, e: 'a', body: { title } })
const photoOf = (json: unknown): Photo => json as Photo
const settled = ({ fetching, pending }: Snapshot<Photo>): boolean => !fetching && !pending

const photo = ({ tidemark }: Scene): Watch<Photo> => tidemark.watch(url, { parse: photoOf })
const renaming = ({ tidemark }: Scene): Mutation<string, unknown> =>
  tidemark.mutation({
    request: (title: string) => ({ url, method: 'PATCH', json: { title } }),
    optimistic: (title) => [patchValue('/photos/1', { title })],
  })

/** Listens, and notes what a photo looks like whenever that changes. */
function noting(watch: Watch<Photo>): string[] {
  const notes: string[] = []
  const looks = watch.select(({ value, pending, behind }) => `${value?.title}${pending ? ', pending' : ''}${behind === false ? '' : `, behind ${behind.wanted.position}`}`)
  looks.subscribe((look) => notes.push(look))
  return notes
}

test('O5, B6: what is local, what the server has, and what reads show, are fields of their own', inScene({}, async (scene) => {
  scene.answer(at(5, 'Boat'))
  const watch = photo(scene)
  await watch.until(settled)
  const leave = watch.listen(() => undefined)
  const rename = renaming(scene)
  scene.answer(at(6, 'Ship'), at(5, 'Boat'), at(6, 'Ship'))
  const call = rename.mutate('Ship')
  expect([rename.get().status, watch.get()]).toMatchObject(['pending', { value: { title: 'Ship' }, pending: true, behind: false, source: 'optimistic' }])
  await call.acknowledged
  expect([rename.get().status, watch.get()]).toMatchObject([
    'acknowledged',
    { value: { title: 'Ship' }, pending: true, behind: { wanted: { position: '6' }, got: { position: '5' } } },
  ])
  await call.settled
  await watch.until(settled)
  expect([rename.get().status, watch.get()]).toMatchObject(['settled', { value: { title: 'Ship' }, pending: false, behind: false }])
  leave()
}))

describe('O7: one write is two changes on the screen, and not three', () => {
  test('where its answer is what is shown then', inScene({ rules: [{ match: '/photos/:id', affects: ['/photos/:id'] }] }, async (scene) => {
    scene.answer(at(5, 'Boat'))
    const watch = photo(scene)
    await watch.until(settled)
    const notes = noting(watch)
    scene.answer(at(6, 'Ship'))
    const rename = renaming(scene)
    expect(await rename.mutate('Ship').settled).toBe('settled')
    await watch.until(settled)
    expect(notes).toEqual(['Boat', 'Ship, pending', 'Ship'])
    expect(scene.requests.map(({ method }) => method), 'and nobody reads for it').toEqual(['GET', 'PATCH'])
    expect(rename.get().status).toBe('settled')
  }))

  test('a list that does not show it yet keeps it unsettled', inScene({ rules: [{ match: '/photos/:id', affects: ['/photos/:id'] }] }, async (scene) => {
    scene.answer(at(5, 'Boat'), { v: 5, e: 'a', body: [{ id: 1, title: 'Boat' }] })
    await scene.body('/photos/1')
    await scene.body('/photos')
    scene.answer(at(6, 'Ship'))
    const rename = scene.tidemark.mutation({
      request: (title: string) => ({ url, method: 'PATCH', json: { title } }),
      optimistic: (title) => [patchValue('/photos/1', { title }), patchItem('/photos', '1', { title })],
    })
    await rename.mutate('Ship').acknowledged
    await scene.clock.sleep(100)
    expect(rename.get().status).toBe('acknowledged')
    scene.answer({ v: 6, e: 'a', body: [{ id: 1, title: 'Ship' }] })
    await scene.body('/photos')
    await rename.until(({ status }) => status === 'settled')
  }))

  test('and the time between is marked, where a read has to show it', inScene({}, async (scene) => {
    scene.answer(at(5, 'Boat'))
    const watch = photo(scene)
    await watch.until(settled)
    const notes = noting(watch)
    scene.answer(at(6, 'Ship'), at(5, 'Boat'), at(6, 'Ship'))
    await renaming(scene).mutate('Ship').settled
    await watch.until(settled)
    expect(notes).toEqual(['Boat', 'Ship, pending', 'Ship, pending, behind 6', 'Ship'])
  }))
})

describe('O6: over what is pending', () => {
  test('an answer of the version that is held changes nothing, and no vouching clears it', async () => {
    let acknowledge: (response: Response) => void = () => undefined
    const acknowledged = new Promise<Response>((resolve) => void (acknowledge = resolve))
    const answerAt = (v: number, title: string): Response =>
      Response.json({ title }, { headers: { 'data-version': `main;e="a";v="${v}"` } })
    let read = { v: 5, title: 'Boat' }
    const fetch = async (_: unknown, init?: RequestInit): Promise<Response> =>
      init?.method === 'PATCH' ? acknowledged : answerAt(read.v, read.title)
    await inScene({ fetch }, async (scene) => {
      const watch = photo(scene)
      await watch.until(settled)
      const notes = noting(watch)
      const call = renaming(scene).mutate('Ship')
      for (const _ of [1, 2, 3]) await watch.refresh()
      expect(watch.get()).toMatchObject({ value: { title: 'Ship' }, pending: true, version: [{ position: '5' }] })
      read = { v: 6, title: 'Ship' }
      acknowledge(answerAt(6, 'Ship'))
      await call.settled
      await watch.until(settled)
      expect(notes.slice(1).filter((note) => !note.startsWith('Ship'))).toEqual([])
      expect(notes.at(-1)).toBe('Ship')
    })()
  })

  test('one after what is held, and below the floor, is refused', inScene({}, async (scene) => {
    scene.answer(at(5, 'Boat'))
    const watch = photo(scene)
    await watch.until(settled)
    const notes = noting(watch)
    scene.answer({ status: 201, v: 9, e: 'a' }, at(7, 'Bark'), at(9, 'Ship'))
    await scene.post('/photos')
    await watch.until(({ behind }) => behind === false)
    expect(notes).toEqual(['Boat', 'Boat, behind 9', 'Ship'])
    expect(scene.events).toContainEqual(expect.objectContaining({ type: 'answer:refused', verdict: 'behind' }))
  }))
})

test('B8: what was refused, healed, reset or degraded is an event, with what was wanted, what came, and from whom', inScene(
  { storage: undefined }, // There is no IndexedDB here.
  async (scene) => {
    const told = (type: TidemarkEvent['type']): TidemarkEvent[] => scene.events.filter((event) => event.type === type)
    scene.answer(at(5, 'Boat'), { status: 201, v: 9, e: 'a' }, { ...at(7, 'Bark'), servedBy: 'replica-2' }, at(9, 'Ship'))
    await scene.body('/photos/1')
    await scene.post('/photos')
    await scene.body('/photos/1')
    expect(told('answer:refused')).toMatchObject([{ want: { position: '9' }, got: { position: '7' }, servedBy: 'replica-2', url }])
    expect(told('read:served').at(-1), 'healed').toMatchObject({ report: { achieved: 'fresh', attempts: 2, versions: [{ position: '9' }] } })
    scene.tidemark.session.admit('/photos/1', { title: 'Bo' }, 'a:4')
    expect(told('entry:rejected')).toMatchObject([{ source: 'push', versions: [{ position: '4' }] }])
    scene.answer({ ...at(2, 'Anew'), e: 'b', servedBy: 'db;primary' })
    await scene.body('/photos/1')
    expect(told('epoch:reset')).toMatchObject([{ from: 'a', version: { epoch: 'b', position: '2' } }])
    expect(told('storage:degraded')).toMatchObject([{ reason: expect.any(String), cause: expect.anything() }])
  },
))
