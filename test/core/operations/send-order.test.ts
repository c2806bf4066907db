// Which mutations may leave, and which ids they name.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mayLeave } from '../../../src/core/operations/send-order.ts'
import type { Unsent } from '../../../src/core/operations/send-order.ts'
import { idsIn, replaceIds } from '../../../src/core/operations/temporary-id.ts'

const unsent = (id: string, line: string, more: Partial<Unsent> = {}): Unsent => ({
  id,
  line,
  after: [],
  state: 'waiting',
  ...more,
})

describe('the order of sending', () => {
  test('O9: the first of each line leaves', () => {
    expect(mayLeave([unsent('a', 'x'), unsent('b', 'x'), unsent('c', 'y')])).toEqual(['a', 'c'])
  })

  test('O9: what is under way keeps its line back', () => {
    expect(mayLeave([unsent('a', 'x', { state: 'under-way' }), unsent('b', 'x')])).toEqual([])
  })

  test('S2: what names an id under creation waits for it, and not for ever', () => {
    const rename = unsent('b', 'y', { after: ['a'] })
    expect(mayLeave([unsent('a', 'x', { state: 'under-way' }), rename, unsent('c', 'z')])).toEqual(['c'])
    expect(mayLeave([rename])).toEqual(['b'])
  })

  test('law: whatever ends next, all leave, each line in its order', () => {
    const queue = fc.array(fc.tuple(fc.constantFrom('x', 'y'), fc.option(fc.nat(5), { nil: undefined })), { maxLength: 6 })
    fc.assert(
      fc.property(queue, fc.infiniteStream(fc.nat()), (lines, choices) => {
        let waiting = lines.map(([line, after], index) =>
          unsent(String(index), line, { after: after !== undefined && after < index ? [String(after)] : [] }),
        )
        const left: Unsent[] = []
        const total = waiting.length
        for (let turn = 0; turn < total; turn += 1) {
          const leaving = mayLeave(waiting)
          expect(leaving.length).toBeGreaterThan(0)
          const chosen = leaving[Number(choices.next().value) % leaving.length]
          left.push(...waiting.filter(({ id }) => id === chosen))
          waiting = waiting.filter(({ id }) => id !== chosen)
        }
        for (const line of ['x', 'y']) {
          const order = left.filter((one) => one.line === line).map(({ id }) => Number(id))
          expect(order).toEqual(order.toSorted((one, other) => one - other))
        }
        const places = new Map(left.map(({ id }, index) => [id, index]))
        for (const [index, { after }] of left.entries()) {
          for (const other of after) expect(places.get(other)).toBeLessThan(index)
        }
      }),
    )
  })
})

describe('ids that are not real yet', () => {
  const ids = new Map([['t1', '42']])

  test('are replaced at any depth, and nowhere else', () => {
    const variables = { id: 't1', tags: ['t1', 't10'], deep: { of: [{ id: 't1' }] }, when: new Date(0), n: 1, no: null }
    expect(replaceIds(variables, ids)).toEqual({ ...variables, id: '42', tags: ['42', 't10'], deep: { of: [{ id: '42' }] } })
    expect(variables.id).toBe('t1')
  })

  test.each([['text'], [{ a: [1, { b: 'x' }] }], [[]], [undefined], [new Map([['t1', 't1']])], [Object.create(null)]])(
    'T2: %j names none, and is returned as it is',
    (value) => {
      expect(replaceIds(value, ids)).toBe(value)
      expect(idsIn(value, ids.keys())).toEqual([])
    },
  )

  test('are told', () => {
    expect(idsIn({ list: [{ id: 't1' }] }, ['t0', 't1'])).toEqual(['t1'])
  })

  test('a knot is followed no deeper than any variables are', () => {
    const knot: Record<string, unknown> = {}
    knot['self'] = knot
    expect(replaceIds(knot, ids)).toBe(knot)
  })
})
