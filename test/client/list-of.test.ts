// What an app may say of a list, and what is refused.
import { describe, expect, test } from 'vitest'
import { createTidemark, listOf, OptionsError } from '../../src/index.ts'
import type { ListOptions } from '../../src/index.ts'

const order = (): number => 0
const includes = (): boolean => true

function refusalOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError)
    return (error as OptionsError).message
  }
  throw new Error('It was not refused.')
}

describe('what is refused, with the field, the value and what is accepted', () => {
  test.each<[string, unknown, RegExp]>([
    ['an unknown field', { item: '/photos/:id', itmes: 'x' }, /list\.itmes.*only item, items, id/s],
    ['no item', {}, /list\.item.*"\/photos\/:id"/s],
    ['an item that is no path', { item: 'photo/:id' }, /list\.item.*"\/photos\/:id"/s],
    ['an item without its id', { item: '/photos' }, /list\.item.*":id" in it/s],
    ['a place that is none', { item: '/photos/:id', items: '$.items.' }, /list\.items.*"data\.items"/s],
    ['an id that is no place', { item: '/photos/:id', id: 7 }, /list\.id.*a place in JSON/s],
    ['a version that is no place', { item: '/photos/:id', version: '' }, /list\.version.*a place in JSON/s],
    ['what is no function', { item: '/photos/:id', toRow: 'x' }, /list\.toRow.*a function/s],
    ['membership without order', { item: '/photos/:id', includes }, /list\.includes.*together with `order`/s],
    ['order without membership', { item: '/photos/:id', order }, /list\.order.*together with `includes`/s],
    ['two memberships', { item: '/photos/:id', includes, order, members: () => [] }, /list\.members.*either/s],
    ['pages that are none', { item: '/photos/:id', pages: 'cursor' }, /list\.pages.*nextCursor/s],
    ['pages without a next', { item: '/photos/:id', pages: { parameter: 'cursor' } }, /list\.pages\.next.*place/s],
    ['an unknown field of pages', { item: '/photos/:id', pages: { parameter: 'c', next: 'n', size: 2 } }, /list\.pages\.size.*only parameter/s],
    ['a first page that is no text', { item: '/photos/:id', pages: { parameter: 'page', next: 'n', first: 1 } }, /list\.pages\.first.*"1"/s],
  ])('%s', (_, options, message) => {
    expect(refusalOf(() => listOf(options as ListOptions<unknown>))).toMatch(message)
  })

  test('a list that listOf did not make', () => {
    const rules = [{ match: '/photos', list: { items: 'items' } as never }]
    const make = (): unknown => createTidemark({ origins: ['https://api.test'], rules })
    expect(refusalOf(make)).toMatch(/rules\[0\]\.list.*listOf\(\{ … \}\)/s)
  })
})

test('a list may be given to several clients, and to several rules', () => {
  const list = listOf({ item: '/photos/:id' })
  const options = { origins: ['https://api.test'], rules: [{ match: '/photos', list }, { match: '/best', list }] }
  for (const _ of [1, 2]) createTidemark(options).close()
  expect(Object.isFrozen(list)).toBe(true)
})
