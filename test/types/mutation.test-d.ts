import { expectTypeOf, test } from 'vitest'
import { changeValue, insertItem, outbox, patchItem, patchValue, putValue, removeItem } from '../../src/index.ts'
import type { Mutation, Operation, StandardSchema, Tidemark } from '../../src/index.ts'

interface Photo {
  readonly id: number
  readonly title: string
}

declare const tidemark: Tidemark
declare const schema: StandardSchema<Photo>
declare function parsePhoto(json: unknown): Photo

const request = ({ title }: { title: string }) => ({ url: '/photos', json: { title } })

test('the request gives the type of the variables, and the parser that of the value', () => {
  expectTypeOf(tidemark.mutation({ request, parse: parsePhoto })).toEqualTypeOf<Mutation<{ title: string }, Photo>>()
  expectTypeOf(tidemark.mutation({ request, parse: schema })).toEqualTypeOf<Mutation<{ title: string }, Photo>>()
  expectTypeOf(tidemark.mutation({ request })).toEqualTypeOf<Mutation<{ title: string }, unknown>>()
  // @ts-expect-error a parser sees what came from outside, which is of no type yet.
  void tidemark.mutation({ request, parse: (photo: Photo) => photo.title })
})

test('variables are those that the request takes', () => {
  const create = tidemark.mutation({ request, parse: schema })
  expectTypeOf(create.mutate).parameter(0).toEqualTypeOf<{ title: string }>()
  // @ts-expect-error the title is missing.
  void create.mutate({})
  // @ts-expect-error a title is text.
  void create.mutate({ title: 7 })
})

test('the ends of a call have the type of the value', async () => {
  const { acknowledged, settled } = tidemark.mutation({ request, parse: schema }).mutate({ title: 'Boat' })
  expectTypeOf(await acknowledged).toEqualTypeOf<Photo>()
  expectTypeOf(await settled).toEqualTypeOf<'settled' | 'unknown'>()
})

test('the state knows variables and value', () => {
  const { variables, value, status } = tidemark.mutation({ request, parse: schema }).get()
  expectTypeOf(variables).toEqualTypeOf<{ title: string } | undefined>()
  expectTypeOf(value).toEqualTypeOf<Photo | undefined>()
  expectTypeOf(status).toEqualTypeOf<'idle' | 'pending' | 'acknowledged' | 'settled' | 'error'>()
  // @ts-expect-error there is no such state.
  void (status === 'success')
})

test('operations see the variables, and the id that is not known yet', () => {
  void tidemark.mutation({
    request,
    optimistic(variables, { temporaryId }) {
      expectTypeOf(variables).toEqualTypeOf<{ title: string }>()
      expectTypeOf(temporaryId).toBeString()
      return [insertItem('/photos', { id: temporaryId, ...variables }, { in: 'items', at: 'start' })]
    },
  })
  // @ts-expect-error what is seen at once is said in operations.
  void tidemark.mutation({ request, optimistic: ({ title }) => ({ title }) })
})

test('operations are of a key, and of what they do', () => {
  expectTypeOf(putValue('/photos/7', { title: 'Boat' })).toExtend<Operation>()
  expectTypeOf(patchItem('/photos', 7, { title: 'Boat' }, { in: 'items' })).toExtend<Operation>()
  expectTypeOf(removeItem('/photos', 7, { in: 'items' })).toExtend<Operation>()
  expectTypeOf(changeValue<Photo>('/photos/7', (photo) => photo)).toExtend<Operation>()
  // @ts-expect-error fields are given by name.
  void patchValue('/photos/7', 'Boat')
  // @ts-expect-error a photo has no such field.
  void changeValue<Photo>('/photos/7', (photo) => ({ ...photo, titel: 'Boat' }))
  // @ts-expect-error an item stands at the start or at the end.
  void insertItem('/photos', { id: 7 }, { in: 'items', at: 'middle' })
})

test('the id of what was created comes from the value', () => {
  void tidemark.mutation({ request, parse: schema, idOf: (photo) => photo.id })
  // @ts-expect-error an id is text or a number.
  void tidemark.mutation({ request, parse: schema, idOf: (photo) => ({ id: photo.id }) })
})

test('options are those that there are', () => {
  void tidemark.mutation({ request, name: 'create', outbox: outbox() })
  // @ts-expect-error a misspelt option would silently do nothing.
  void tidemark.mutation({ request, onSuccess: () => undefined })
  // @ts-expect-error what is sent has to be said.
  void tidemark.mutation({})
})
