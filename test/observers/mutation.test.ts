// Mutations: seen at once, sent in order, shown until a read shows them, and gone if they fail.
import { describe, expect, test } from 'vitest'
import {
  changeValue,
  eraseValue,
  insertItem,
  isTidemarkError,
  patchItem,
  patchValue,
  putValue,
  removeItem,
} from '../../src/index.ts'
import type { Mutation } from '../../src/index.ts'
import { laggingApiOrigin as origin } from '../../src/testing/api/lagging-api.ts'
import { atRest, itemsOf, onMutationStage, painting, renaming, titlesOf } from './mutation-stage.ts'
import type { MutationStage, Photo } from './mutation-stage.ts'
import { collectUncaught } from './uncaught.ts'

const inItems = { in: 'items' } as const

function creating({ tidemark }: MutationStage): Mutation<{ title: string }, unknown> {
  return tidemark.mutation({
    request: ({ title }: { title: string }) => ({ url: `${origin}/photos`, json: { title } }),
    optimistic: ({ title }, { temporaryId: id }) => [
      insertItem('/photos', { id, title }, { ...inItems, at: 'start' }),
      putValue(`/photos/${id}`, { id, title }),
    ],
  })
}

function deleting({ tidemark }: MutationStage): Mutation<string, unknown> {
  return tidemark.mutation({
    request: (id: string) => ({ url: `${origin}/photos/${id}`, method: 'DELETE' }),
    optimistic: (id) => [eraseValue(`/photos/${id}`), removeItem('/photos', id, inItems)],
  })
}

/** A like that counts: not the same when it is applied twice. */
function liking({ tidemark }: MutationStage): Mutation<{ id: string; likes: number }, unknown> {
  return tidemark.mutation({
    request: ({ id, likes }: { id: string; likes: number }) => ({
      url: `${origin}/photos/${id}`,
      method: 'PATCH',
      json: { likes },
    }),
    optimistic: ({ id }) => [
      changeValue<Photo>(`/photos/${id}`, (photo) => photo && { ...photo, likes: (photo.likes ?? 0) + 1 }),
    ],
  })
}

function toggling({ tidemark }: MutationStage): Mutation<{ id: string; liked: boolean }, unknown> {
  return tidemark.mutation({
    request: ({ id, liked }: { id: string; liked: boolean }) => ({
      url: `${origin}/photos/${id}`,
      method: 'PATCH',
      json: { liked },
    }),
    optimistic: ({ id, liked }) => [patchValue(`/photos/${id}`, { liked })],
  })
}

const likesOf = (value: unknown): string => String((value as Photo | undefined)?.likes)
const likedOf = (value: unknown): string => String((value as Photo | undefined)?.liked)
const titleOf = (value: unknown): string => String((value as Photo | undefined)?.title)
const firstId = async ({ list }: MutationStage, title = 'Dune'): Promise<string> => {
  const { value } = await list.until(({ status }) => status === 'ready')
  return itemsOf(value).find((photo) => photo.title === title)?.id ?? ''
}

// Each scenario is played at each lag. What is painted is the same at all of them: nothing ever goes back.
describe.each([0, 50, 300, 1000, 2000])('O2: at a lag of %i ms nothing goes back', (lagMs) => {
  const scenario = (name: string, play: (stage: MutationStage) => Promise<void>): void =>
    test(name, onMutationStage({ lagMs }, play))

  scenario('a change, in the photo and in the list', async (stage) => {
    const id = await firstId(stage)
    const list = painting(stage.list, titlesOf)
    const photo = painting(stage.photo(id), titleOf)
    await atRest(stage)
    const { settled } = renaming(stage).mutate({ id, title: 'Moor' })
    expect(await settled).toBe('settled')
    await atRest(stage)
    expect(list).toEqual(['Sea, Dune', 'Sea, Moor'])
    expect(photo).toEqual(['nothing', 'Dune', 'Moor'])
    expect(stage.list.get().pending).toBe(false)
  })

  scenario('a creation: the new photo is in the list once, at once and for good', async (stage) => {
    await firstId(stage)
    const list = painting(stage.list, titlesOf)
    creating(stage).mutate({ title: 'Moor' })
    await atRest(stage)
    expect(list).toEqual(['Sea, Dune', 'Moor, Sea, Dune'])
    expect(itemsOf(stage.list.get().value).map(({ id }) => id)).not.toContainEqual(expect.stringContaining('temp'))
  })

  scenario('a deletion: it does not come back', async (stage) => {
    const id = await firstId(stage)
    const list = painting(stage.list, titlesOf)
    const photo = painting(stage.photo(id), titleOf)
    await atRest(stage)
    deleting(stage).mutate(id)
    await atRest(stage)
    expect(list).toEqual(['Sea, Dune', 'Sea'])
    expect(photo).toEqual(['nothing', 'Dune', 'undefined'])
    expect(stage.photo(id).get()).toMatchObject({ status: 'absent', pending: false })
  })

  scenario('a count: nothing is counted twice', async (stage) => {
    const id = await firstId(stage)
    const likes = painting(stage.photo(id), likesOf)
    await atRest(stage)
    const like = liking(stage)
    like.mutate({ id, likes: 6 })
    await stage.clock.sleep(5)
    like.mutate({ id, likes: 7 })
    await atRest(stage)
    expect(likes).toEqual(['nothing', '5', '6', '7'])
  })

  scenario('O4: rapid toggles end as the last one says, whichever answers first', async (stage) => {
    const id = await firstId(stage)
    const liked = painting(stage.photo(id), likedOf)
    await atRest(stage)
    const toggle = toggling(stage)
    for (const value of [true, false, true, false, true]) {
      toggle.mutate({ id, liked: value })
      await stage.clock.sleep(7)
    }
    await atRest(stage)
    expect(liked).toEqual(['nothing', 'false', 'true', 'false', 'true', 'false', 'true'])
    expect(stage.writes).toHaveLength(5)
  })

  scenario('two mutations on one photo', async (stage) => {
    const id = await firstId(stage)
    const seen = painting(stage.photo(id), (value) => `${titleOf(value)} ${likesOf(value)}`)
    await atRest(stage)
    renaming(stage).mutate({ id, title: 'Moor' })
    liking(stage).mutate({ id, likes: 6 })
    await atRest(stage)
    expect(seen).toEqual(['nothing', 'Dune 5', 'Moor 6'])
  })

  scenario('a change of what is being created: its id is not known yet', async (stage) => {
    await firstId(stage)
    const list = painting(stage.list, titlesOf)
    const create = creating(stage)
    create.mutate({ title: 'Moor' })
    const made = itemsOf(stage.list.get().value)[0]
    renaming(stage).mutate({ id: made?.id ?? '', title: 'Heath' })
    await atRest(stage)
    expect(list).toEqual(['Sea, Dune', 'Heath, Sea, Dune'])
    expect(stage.writes[0]).toBe('POST /photos')
    expect(stage.writes[1]).toMatch(/^PATCH \/photos\/\w+$/)
    expect(stage.writes[1]).not.toContain('temporary')
  })

  scenario('I10: a refusal takes away what it had done, and nothing else', async (stage) => {
    const id = await firstId(stage)
    const seen = painting(stage.photo(id), (value) => `${titleOf(value)} ${likesOf(value)}`)
    await atRest(stage)
    stage.intervene((request) => {
      const isPatch = request.method === 'PATCH' && stage.writes.length === 1
      return isPatch ? Response.json({ title: 'too long' }, { status: 422 }) : undefined
    })
    const refused = renaming(stage).mutate({ id, title: 'Moor' })
    liking(stage).mutate({ id, likes: 6 })
    const error: unknown = await refused.acknowledged.catch((cause: unknown) => cause)
    expect(isTidemarkError(error, 'transport')).toBe(true)
    expect(error).toMatchObject({ facts: { status: 422, body: '{"title":"too long"}' } })
    await atRest(stage)
    expect(seen).toEqual(['nothing', 'Dune 5', 'Moor 6', 'Dune 6'])
  })

  scenario('a failure in the middle of a queue', async (stage) => {
    const id = await firstId(stage)
    const seen = painting(stage.photo(id), titleOf)
    await atRest(stage)
    stage.intervene(() => (stage.writes.length === 2 ? new Response(null, { status: 409 }) : undefined))
    const rename = renaming(stage)
    const calls = ['one', 'two', 'three'].map((title) => rename.mutate({ id, title }))
    const ends = await Promise.allSettled(calls.map(({ acknowledged }) => acknowledged))
    stage.intervene(undefined)
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await atRest(stage)
    expect(seen).toEqual(['nothing', 'Dune', 'three'])
  })
})

describe('failures', () => {
  test('U2: what changes a creation that failed fails with it, and is never sent', onMutationStage({}, async (stage) => {
    await firstId(stage)
    const list = painting(stage.list, titlesOf)
    stage.intervene((request) => (request.method === 'POST' ? new Response(null, { status: 403 }) : undefined))
    const created = creating(stage).mutate({ title: 'Moor' })
    const id = itemsOf(stage.list.get().value)[0]?.id ?? ''
    const renamed = renaming(stage).mutate({ id, title: 'Heath' })
    await expect(created.acknowledged).rejects.toMatchObject({ facts: { status: 403 } })
    const error: unknown = await renamed.acknowledged.catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'mutation', facts: { reason: 'creation-failed' } })
    expect((error as Error).cause).toMatchObject({ code: 'transport' })
    await expect(renamed.settled).rejects.toBe(error)
    await atRest(stage)
    expect(stage.writes).toEqual(['POST /photos'])
    expect(list).toEqual(['Sea, Dune', 'Heath, Sea, Dune', 'Sea, Dune'])
  }))

  test('R17: a write without an answer raises nothing, fails here, and what is watched reads again', onMutationStage(
    { lagMs: 50 },
    async (stage) => {
      const id = await firstId(stage)
      const seen = painting(stage.photo(id), titleOf)
      await atRest(stage)
      const types: string[] = []
      stage.tidemark.subscribe(({ type }) => types.push(type))
      // The server takes the write, and the answer is lost on its way.
      stage.intervene((request) => {
        if (request.method !== 'PATCH') return undefined
        void stage.api.fetch(request.clone())
        return new TypeError('reset')
      })
      const { acknowledged } = renaming(stage).mutate({ id, title: 'Moor' })
      await expect(acknowledged).rejects.toThrow('reset')
      expect(types).toContain('write:unanswered')
      expect(types).not.toContain('write:acknowledged')
      await stage.clock.sleep(100)
      await stage.photo(id).refresh()
      expect(seen.at(-1)).toBe('Moor')
    },
  ))

  test('a parser that refuses the answer fails the value, and not the write', onMutationStage({}, async (stage) => {
    const id = await firstId(stage)
    const seen = painting(stage.photo(id), titleOf)
    await atRest(stage)
    const rename = stage.tidemark.mutation({
      request: (title: string) => ({ url: `${origin}/photos/${id}`, method: 'PATCH', json: { title } }),
      optimistic: (title) => [patchValue(`/photos/${id}`, { title })],
      parse: (): never => {
        throw new Error('not what I know')
      },
    })
    const call = rename.mutate('Moor')
    await expect(call.acknowledged).rejects.toThrow('not what I know')
    expect(rename.get()).toMatchObject({ status: 'error', underWay: 0 })
    await atRest(stage)
    expect(seen).toEqual(['nothing', 'Dune', 'Moor'])
  }))

  test('a fault of the request fails its call, and no other', onMutationStage({}, async (stage) => {
    const id = await firstId(stage)
    const broken = stage.tidemark.mutation({
      request: (): never => {
        throw new Error('no such thing')
      },
    })
    await expect(broken.mutate(undefined).acknowledged).rejects.toThrow('no such thing')
    await expect(renaming(stage).mutate({ id, title: 'Moor' }).acknowledged).resolves.toBeDefined()
  }))

  test('operations on what the client does not govern are refused at once, and nothing is sent', onMutationStage({}, async (stage) => {
    const astray = stage.tidemark.mutation({
      request: () => ({ url: `${origin}/photos`, json: {} }),
      optimistic: () => [putValue('https://elsewhere.test/x', 1)],
    })
    expect(() => astray.mutate(undefined)).toThrow('`operation.key` is "https://elsewhere.test/x"')
    await stage.clock.sleep(100)
    expect(stage.writes).toEqual([])
  }))

  test('a closed client fails what is called', onMutationStage({}, async (stage) => {
    const id = await firstId(stage)
    const rename = renaming(stage)
    stage.tidemark.close()
    await expect(rename.mutate({ id, title: 'Moor' }).acknowledged).rejects.toMatchObject({ code: 'closed' })
  }))
})

describe('the state', () => {
  test('O5: tells how far the newest call has come, and how many are under way', onMutationStage({ lagMs: 100 }, async (stage) => {
    const id = await firstId(stage)
    stage.list.listen(() => undefined)
    const rename = renaming(stage)
    const states: string[] = []
    rename.subscribe(({ status, variables, underWay }) => states.push(`${status} ${variables?.title} ${underWay}`))
    const first = rename.mutate({ id, title: 'Moor' })
    const second = rename.mutate({ id, title: 'Heath' })
    await Promise.all([first.settled, second.settled])
    await stage.clock.sleep(1)
    expect(states).toEqual([
      'idle undefined 0',
      'pending Heath 2',
      'pending Heath 1',
      'acknowledged Heath 0',
      'settled Heath 0',
    ])
    expect(Object.isFrozen(rename.get())).toBe(true)
    expect(rename.getServerSnapshot()).toMatchObject({ status: 'idle' })
    rename.reset()
    expect(rename.get()).toMatchObject({ status: 'idle', variables: undefined, value: undefined })
  }))

  test('the answer is parsed, and its value is there', onMutationStage({}, async (stage) => {
    const id = await firstId(stage)
    const rename = stage.tidemark.mutation({
      request: (title: string) => ({ url: `${origin}/photos/${id}`, method: 'PATCH', json: { title } }),
      parse: titleOf,
    })
    expect(await rename.mutate('Moor').acknowledged).toBe('Moor')
    expect(rename.get()).toMatchObject({ status: 'acknowledged', value: 'Moor', error: undefined })
  }))

  test('a write whose answer tells no version is settled as far as anybody can tell', onMutationStage(
    // Where nothing tells a version, nothing tells an older answer either: at a lag it would be believed.
    { api: { versions: 'none' } },
    async (stage) => {
      const id = await firstId(stage)
      const seen = painting(stage.photo(id), titleOf)
      await atRest(stage)
      const call = renaming(stage).mutate({ id, title: 'Moor' })
      expect(await call.settled).toBe('unknown')
      await atRest(stage)
      expect(seen.at(-1)).toBe('Moor')
      expect(stage.photo(id).get().pending).toBe(false)
    },
  ))

  test('M4: a clock that is set back keeps no operation of such a write over what is read since', onMutationStage(
    { api: { versions: 'none' }, client: { now: () => clock.now() } },
    async (stage) => {
      clock = stage.clock
      const id = await firstId(stage)
      const photo = stage.photo(id)
      photo.listen(() => undefined)
      await atRest(stage)
      await renaming(stage).mutate({ id, title: 'Moor' }).acknowledged
      const { now } = stage.clock
      clock = { now: () => now() - 3_600_000 }
      // When it is noticed, it is as if the answer had come just now. The clock may be set back once more.
      await photo.refresh()
      clock = { now: () => now() - 7_200_000 }
      await photo.refresh()
      await photo.refresh()
      expect(photo.get()).toMatchObject({ pending: false, value: { title: 'Moor' } })
    },
  ))
})

/** The clock of a page that may be set. */
let clock: { readonly now: () => number } = { now: () => 0 }

describe('the order of sending', () => {
  test('O9: calls of one line go one after another; a line can be named', onMutationStage({}, async (stage) => {
    const ids = [await firstId(stage), await firstId(stage, 'Sea')]
    const times: number[] = []
    stage.intervene(() => {
      times.push(stage.clock.now())
      return undefined
    })
    const write = (line: string | undefined): Mutation<string, unknown> =>
      stage.tidemark.mutation({
        request: (id: string) => ({ url: `${origin}/photos/${id}`, method: 'PATCH', json: {} }),
        ...(line !== undefined && { line: () => line }),
      })
    const spread = async (mutation: Mutation<string, unknown>): Promise<number> => {
      times.length = 0
      await Promise.all(ids.map((id) => mutation.mutate(id).acknowledged))
      return (times[1] ?? 0) - (times[0] ?? 0)
    }
    expect(await spread(write(undefined))).toBe(0)
    expect(await spread(write('album'))).toBeGreaterThan(0)
  }))
})

test('what is laid over a base is the same value until either changes', onMutationStage({}, async (stage) => {
  const id = await firstId(stage)
  stage.intervene((request) => (request.method === 'PATCH' ? new TypeError('reset') : undefined))
  const parsed: unknown[] = []
  const watch = stage.tidemark.watch(`${origin}/photos/${id}`, {
    parse: (json) => {
      parsed.push(json)
      return { shown: titleOf(json) }
    },
  })
  watch.listen(() => undefined)
  await watch.until(({ status }) => status === 'ready')
  renaming(stage).mutate({ id, title: 'Moor' })
  const before = watch.get().value
  expect(before).toEqual({ shown: 'Moor' })
  const again = watch.refresh()
  expect(watch.get()).toMatchObject({ fetching: true, pending: true })
  expect(watch.get().value).toBe(before)
  await again
  expect(parsed.map(titleOf)).toEqual(['Dune', 'Moor'])
}))

test('what the parser refuses of it is reported, and the base is shown', onMutationStage({}, async (stage) => {
  const id = await firstId(stage)
  const watch = stage.tidemark.watch(`${origin}/photos/${id}`, {
    parse: (json) => {
      if (titleOf(json) === 'Moor') throw new Error('no moor')
      return titleOf(json)
    },
  })
  watch.listen(() => undefined)
  await watch.until(({ status }) => status === 'ready')
  const reported = await collectUncaught(async () => {
    renaming(stage).mutate({ id, title: 'Moor' })
    expect(watch.get()).toMatchObject({ status: 'ready', value: 'Dune', pending: true })
  })
  expect(reported).toEqual(['no moor'])
}))

test('O3: an operation that throws over what it meets is reported, and the rest is seen', onMutationStage({}, async (stage) => {
  const id = await firstId(stage)
  const list = painting(stage.list, titlesOf)
  const odd = stage.tidemark.mutation({
    request: () => ({ url: `${origin}/photos/${id}`, method: 'PATCH', json: { title: 'Moor' } }),
    optimistic: () => [
      changeValue('/photos', () => {
        throw new Error('not a list')
      }),
      patchItem('/photos', id, { title: 'Moor' }, inItems),
    ],
  })
  const reported = await collectUncaught(async () => {
    odd.mutate(undefined)
    expect(titlesOf(stage.list.get().value)).toBe('Sea, Moor')
  })
  expect(reported).toEqual(['not a list'])
  await atRest(stage)
  expect(list).toEqual(['Sea, Dune', 'Sea, Moor'])
}))

test.each<[string, object]>([
  ['`request` is undefined', {}],
  ['`optimistic` is 7', { request: () => ({ url: '/' }), optimistic: 7 }],
  ['`requst` is a function', { requst: () => undefined }],
  ['`name` is undefined. Accepted: a name that stays', { request: () => ({ url: '/' }), outbox: {} }],
])('options that are none: %s', (message, options) =>
  onMutationStage({}, async ({ tidemark }) => {
    expect(() => tidemark.mutation(options as never)).toThrow(message)
  })(),
)

describe('a page that writes on and on, and reads nothing', () => {
  test('G2: waits for the newest calls alone, by one listener', onMutationStage({}, async ({ tidemark, clock: { sleep } }) => {
    const like = tidemark.mutation({ request: () => ({ url: '/counters/likes/increment' }) })
    const warnings: string[] = []
    const onWarning = ({ name }: Error): void => void warnings.push(name)
    process.on('warning', onWarning)
    const calls = Array.from({ length: 1010 }, () => like.mutate(undefined))
    await Promise.all(calls.map(({ acknowledged }) => acknowledged))
    await sleep(10)
    expect(await calls[0]?.settled).toBe('unknown')
    await (await tidemark.fetch('http://lagging.test/counters/likes')).text()
    expect(await calls.at(-1)?.settled).toBe('settled')
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  }))
})
