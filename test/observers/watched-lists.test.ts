// Lists that are watched: what the session has made is in them at once, and stays.
import { describe, expect, test } from 'vitest'
import { listOf } from '../../src/index.ts'
import type { TidemarkOptions, Watch } from '../../src/index.ts'
import { inScene, origin } from '../client/scripted-server.ts'
import type { Scripted } from '../client/scripted-server.ts'

interface Photo {
  readonly id: string
  readonly title?: string
}

const options: TidemarkOptions = {
  rules: [
    {
      match: '/photos',
      affects: ['/photos/:id'],
      list: listOf<Photo>({
        item: '/photos/:id',
        items: 'items',
        includes: () => true,
        order: (left, right) => left.id.localeCompare(right.id),
      }),
    },
    { match: '/photos/:id', affects: ['/photos/:id'] },
  ],
}
const list = (v: number, ...items: readonly Photo[]): Scripted => ({ v, e: 'a', body: { items } })
const made = (v: number, body: Photo): Scripted => ({ status: 201, v, e: 'a', body })

function titles(watch: Watch<unknown>): string[] {
  const { value } = watch.get() as { value: { items: Photo[] } | undefined }
  return (value?.items ?? []).map(({ id, title = '' }) => id + title)
}

const settled = ({ fetching }: { fetching: boolean }): boolean => !fetching

describe('R11: a list that is watched', () => {
  test('shows an own creation in the step of its answer, and is not behind', inScene(options, async (scene) => {
    const watch = scene.tidemark.watch(`${origin}/photos`)
    const painted: string[] = []
    watch.listen(() => painted.push(titles(watch).join()))
    scene.answer(list(5, { id: '1' }), made(7, { id: '2' }), list(6, { id: '1' }), list(8, { id: '1' }, { id: '2' }))
    await watch.until(({ status, fetching }) => status === 'ready' && !fetching)
    await scene.post('/photos')
    expect([titles(watch), watch.get().behind]).toEqual([['1', '2'], false])
    await watch.until(settled)
    await watch.refresh()
    expect(painted.filter((each, index) => each !== painted[index - 1])).toEqual(['', '1', '1,2'])
  }))

  test('shows an own deletion as quickly, whatever a lagging source says', inScene(options, async (scene) => {
    const watch = scene.tidemark.watch(`${origin}/photos`)
    watch.listen(() => undefined)
    scene.answer(list(5, { id: '1' }, { id: '2' }), { status: 204, v: 7, e: 'a' }, list(6, { id: '1' }, { id: '2' }))
    await watch.until(({ status, fetching }) => status === 'ready' && !fetching)
    await scene.tidemark.fetch(`${origin}/photos/1`, { method: 'DELETE' })
    expect(titles(watch)).toEqual(['2'])
    await watch.until(settled)
    expect(titles(watch)).toEqual(['2'])
  }))

  test('shows an item as new as it is known from elsewhere', inScene(options, async (scene) => {
    const watch = scene.tidemark.watch(`${origin}/photos`)
    watch.listen(() => undefined)
    scene.answer(list(5, { id: '1', title: ' old' }), { v: 6, e: 'a', body: { id: '1', title: ' new' } })
    await watch.until(({ status, fetching }) => status === 'ready' && !fetching)
    await scene.body('/photos/1')
    expect(titles(watch)).toEqual(['1 new'])
  }))
})
