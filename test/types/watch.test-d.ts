import { expectTypeOf, test } from 'vitest'
import type { Readable, Snapshot, StandardSchema, Tidemark, Watch } from '../../src/index.ts'

interface Photo {
  readonly id: number
  readonly title: string
}

declare const tidemark: Tidemark
declare const schema: StandardSchema<Photo>
declare const callableSchema: StandardSchema<Photo> & ((json: unknown) => Photo | Error)
declare function parsePhoto(json: unknown): Photo

test('the parser gives the type of the value', () => {
  expectTypeOf(tidemark.watch('/photos/1', { parse: parsePhoto })).toEqualTypeOf<Watch<Photo>>()
  expectTypeOf(tidemark.watch('/photos/1', { parse: schema })).toEqualTypeOf<Watch<Photo>>()
  // ArkType's are functions as well, and what they return when called is not what they accept.
  expectTypeOf(tidemark.watch('/photos/1', { parse: callableSchema })).toEqualTypeOf<Watch<Photo>>()
  // @ts-expect-error a parser sees what came from outside, which is of no type yet.
  void tidemark.watch('/photos/1', { parse: (photo: Photo) => photo.title })
})

test('without a parser the value is unknown', () => {
  expectTypeOf(tidemark.watch('/photos/1')).toEqualTypeOf<Watch<unknown>>()
  // @ts-expect-error a type that nobody checks is a wish: give a parser.
  void tidemark.watch<Photo>('/photos/1')
})

test('a value is there only where the status says so', () => {
  const snapshot = tidemark.watch('/photos/1', { parse: schema }).get()
  if (snapshot.status === 'ready') expectTypeOf(snapshot.value).toEqualTypeOf<Photo>()
  if (snapshot.status === 'absent') expectTypeOf(snapshot.value).toEqualTypeOf<undefined>()
  // @ts-expect-error it may be empty, absent, or have failed: ask first.
  void snapshot.value.title
  if (snapshot.behind !== false) expectTypeOf(snapshot.behind.since).toBeNumber()
})

test('nothing that a watch shows can be changed', () => {
  const snapshot = tidemark.watch('/photos/1', { parse: schema }).get()
  // @ts-expect-error snapshots are shared by all who look at them.
  snapshot.fetching = false
})

test('until narrows by its condition', async () => {
  const watch = tidemark.watch('/photos/1', { parse: schema })
  const ready = await watch.until((snapshot) => snapshot.status === 'ready')
  expectTypeOf(ready.value).toEqualTypeOf<Photo>()
  expectTypeOf(await watch.until(({ fetching }) => !fetching)).toEqualTypeOf<Snapshot<Photo>>()
})

test('a part is of the type that its function gives', () => {
  const watch = tidemark.watch('/photos/1', { parse: schema })
  const title = watch.select(({ value }) => value?.title)
  expectTypeOf(title).toEqualTypeOf<Readable<string | undefined>>()
  // @ts-expect-error parts are compared with parts.
  void watch.select(({ value }) => value?.title, (left: number, right: number) => left === right)
})

test('options are those that there are', () => {
  // @ts-expect-error a misspelt option would silently do nothing.
  void tidemark.watch('/photos/1', { interval: 1000 })
  // @ts-expect-error a level is a word or a bound.
  void tidemark.watch('/photos/1', { consistency: 'sesion' })
  // @ts-expect-error only these two are told by the platform.
  void tidemark.watch('/photos/1', { revalidateOn: ['blur'] })
})

test('an unsubscribe is a function, an object, and disposable', () => {
  const leave = tidemark.watch('/photos/1').listen(() => undefined)
  expectTypeOf(leave).toBeCallableWith()
  expectTypeOf(leave.unsubscribe).toBeFunction()
  expectTypeOf(leave).toExtend<Disposable>()
})

test('the session is a readable too', () => {
  expectTypeOf(tidemark.session.get().floors.size).toBeNumber()
  expectTypeOf(tidemark.session.token()).toBeString()
})
