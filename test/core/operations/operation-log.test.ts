// The log of operations: what is seen is a fold over the newest base, and nothing else is kept.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { primed } from '../../../src/core/epoch.ts'
import {
  insertItem,
  patchItem,
  removeItem,
} from '../../../src/core/operations/item-operations.ts'
import {
  acknowledge,
  append,
  drop,
  fold,
  insert,
  operationsOver,
  restate,
  send,
  showsWrite,
} from '../../../src/core/operations/operation-log.ts'
import type { Acknowledgement, Base, OperationLog } from '../../../src/core/operations/operation-log.ts'
import { changeValue, eraseValue, patchValue, putValue } from '../../../src/core/operations/operation.ts'
import type { Operation } from '../../../src/core/operations/operation.ts'
import type { Versions } from '../../../src/core/version.ts'
import { at, formatOf, vec } from '../sample-versions.ts'

const noFault = (fault: unknown): never => expect.unreachable(String(fault))

function see(log: OperationLog, key: string, value: unknown, base: Base | undefined): unknown {
  return fold(operationsOver(formatOf, log, { key, base }), value, noFault)
}

const baseAt = (position: number, validatedAt = 0): Base => ({ versions: [at(position)], validatedAt })
const acknowledgedAt = (position: number): Acknowledgement => ({ versions: [at(position)], at: 0 })
const liked = patchValue('photo', { liked: true })
const unliked = patchValue('photo', { liked: false })

describe('what is seen of a key', () => {
  test('O1: operations are applied in the order of the log, over whatever the base is', () => {
    const log = append(append([], 'a', [liked]), 'b', [unliked])
    expect(see(log, 'photo', { title: 'x' }, baseAt(1))).toEqual({ title: 'x', liked: false })
    expect(see(log, 'photo', { title: 'y' }, baseAt(2))).toEqual({ title: 'y', liked: false })
    expect(see(log, 'other', { title: 'x' }, baseAt(1))).toEqual({ title: 'x' })
  })

  test('O2: an acknowledged operation lies over a base until that base covers the write', () => {
    const log = acknowledge(append([], 'a', [liked]), 'a', acknowledgedAt(7))
    expect(see(log, 'photo', { liked: false }, baseAt(6))).toEqual({ liked: true })
    expect(see(log, 'photo', { liked: false }, baseAt(7))).toEqual({ liked: false })
    expect(see(log, 'photo', undefined, undefined)).toBeUndefined()
  })

  test('O2: the list is asked for itself, and not by what the entry shows', () => {
    const operations = [putValue('photo', { id: 1 }), insertItem('photos', { id: 1 })]
    const log = acknowledge(append([], 'a', operations), 'a', acknowledgedAt(7))
    expect(operationsOver(formatOf, log, { key: 'photo', base: baseAt(7) })).toEqual([])
    expect(see(log, 'photos', [{ id: 0 }], baseAt(6))).toEqual([{ id: 0 }, { id: 1 }])
    expect(see(log, 'photos', [{ id: 0 }], baseAt(7))).toEqual([{ id: 0 }])
  })

  test('I10: a failure takes its operation out, whatever was done before and after it', () => {
    const count = changeValue<number>('count', (value = 0) => value + 1)
    let log = append(append(append([], 'a', [count]), 'b', [count]), 'c', [putValue('other', 1)])
    expect(see(log, 'count', 5, baseAt(1))).toBe(7)
    log = drop(log, 'a')
    expect(see(log, 'count', 6, baseAt(2))).toBe(7)
    expect(log.map(({ id }) => id)).toEqual(['b', 'c'])
  })

  test('an operation may be restated in its place', () => {
    const log = append(append([], 'a', [putValue('photo', 'temporary')]), 'b', [])
    expect(see(restate(log, 'a', [putValue('photo', 'real')]), 'photo', 'base', undefined)).toBe('real')
    expect(restate(log, 'a', []).map(({ id }) => id)).toEqual(['a', 'b'])
  })

  test('L1: what another page has left lies under what was done since, and over what was left before it', () => {
    const log = append([], 'here', [liked])
    const left = insert(insert(log, { id: 'first', operations: [unliked] }, []), { id: 'second', operations: [] }, ['first'])
    expect(left.map(({ id }) => id)).toEqual(['first', 'second', 'here'])
    expect(see(left, 'photo', {}, baseAt(1))).toEqual({ liked: true })
    expect(insert(left, { id: 'third', operations: [] }, ['first', 'here']).map(({ id }) => id)).toEqual(['first', 'second', 'here', 'third'])
  })

  describe('L6: a write whose answer told no version', () => {
    const silent: Acknowledgement = { versions: undefined, at: 50 }
    const log = append(append([], 'a', [liked]), 'b', [unliked])
    const later = acknowledge(send(acknowledge(send(log, 'a'), 'a', silent), 'b'), 'b', acknowledgedAt(7))

    test('does not lie over a base that covers what was sent after its answer', () => {
      expect(see(later, 'photo', { liked: false }, baseAt(7))).toEqual({ liked: false })
      expect(see(later, 'photo', {}, baseAt(6)), 'both are lacking').toEqual({ liked: false })
      const repeated = acknowledge(send(send(later, 'b'), 'a'), 'b', acknowledgedAt(7))
      expect(see(repeated, 'photo', { liked: false }, baseAt(7)), 'sent again').toEqual({ liked: false })
    })

    test('lies over one that covers what was under way with it, or is not there', () => {
      const together = acknowledge(acknowledge(send(send(log, 'a'), 'b'), 'a', silent), 'b', acknowledgedAt(7))
      expect(see(together, 'photo', { liked: false }, baseAt(7))).toEqual({ liked: true })
      expect(operationsOver(formatOf, later, { key: 'photo', base: undefined })).toHaveLength(2)
    })

    test('lies over one of several scopes: the other may be the one it changed', () => {
      const base: Base = { versions: [at(7), at(1, 'other')], validatedAt: 0 }
      expect(see(later, 'photo', { liked: false }, base)).toEqual({ liked: true })
    })

  })

  describe('L6: a write that told a later version than one that was sent after its answer', () => {
    // As where a server that names no history was restored between the two.
    const log = send(acknowledge(send(append(append([], 'a', [liked]), 'b', [unliked]), 'a'), 'a', acknowledgedAt(9)), 'b')

    test('does not lie over a base that covers the other', () => {
      const restored = acknowledge(log, 'b', acknowledgedAt(7))
      expect(see(restored, 'photo', { liked: false }, baseAt(8))).toEqual({ liked: false })
      expect(see(restored, 'photo', {}, baseAt(6)), 'both are lacking').toEqual({ liked: false })
    })

    test('lies over one where it told the earlier version, as usual', () => {
      const usual = acknowledge(log, 'b', acknowledgedAt(10))
      expect(see(usual, 'photo', {}, baseAt(8))).toEqual({ liked: false })
      expect(operationsOver(formatOf, usual, { key: 'photo', base: baseAt(8) })).toHaveLength(2)
    })
  })

  describe('L6: what an outbox has, answered as it was when another page had sent it', () => {
    const answeredIn = (log: OperationLog, lines: readonly [string | undefined, string]): OperationLog => {
      const first = acknowledge(send(log, 'a', lines[0]), 'a', acknowledgedAt(9), lines[0])
      return acknowledge(send(first, 'b', lines[1]), 'b', acknowledgedAt(7), lines[1])
    }
    const log = append(append([], 'a', [liked]), 'b', [])

    test('takes nothing off a base that this page has done or that was in another line', () => {
      expect(see(answeredIn(log, [undefined, 'photo']), 'photo', {}, baseAt(8))).toEqual({ liked: true })
      expect(see(answeredIn(log, ['other', 'photo']), 'photo', {}, baseAt(8))).toEqual({ liked: true })
    })

    test('nor what was done after it, in the same line', () => {
      const left = insert(append([], 'a', [liked]), { id: 'b', operations: [] }, [])
      expect(see(answeredIn(left, ['photo', 'photo']), 'photo', {}, baseAt(8))).toEqual({ liked: true })
    })

    test('but what was before it in its line: every page has sent that first', () => {
      expect(see(answeredIn(log, ['photo', 'photo']), 'photo', {}, baseAt(8))).toEqual({})
    })
  })

  test('an operation that throws is left out, and told', () => {
    const faults: unknown[] = []
    const broken = changeValue('photo', () => {
      throw new Error('unexpected')
    })
    const value = fold([liked, broken, patchValue('photo', { title: 'y' })], {}, (fault) => faults.push(fault))
    expect(value).toEqual({ liked: true, title: 'y' })
    expect(faults).toEqual([new Error('unexpected')])
  })
})

describe('whether a base shows a write', () => {
  const caused: Versions = [at(7), at(3, 'other')]
  test.each<[string, boolean, Base | undefined, Versions | undefined]>([
    ['nothing is there', false, undefined, caused],
    ['it is before', false, { versions: [at(6)], validatedAt: 99 }, caused],
    ['it is equal', true, { versions: [at(7)], validatedAt: 0 }, caused],
    ['it is after', true, { versions: [at(8)], validatedAt: 0 }, caused],
    ['one scope of two is before', false, { versions: [at(8), at(2, 'other')], validatedAt: 99 }, caused],
    ['it is concurrent', false, { versions: [vec('b1')], validatedAt: 99 }, [vec('a1')]],
    ['V5: its history is a new one', true, { versions: [at(1, 'main', 'e2')], validatedAt: 0 }, caused],
    ['E2: it is of an older epoch', false, { versions: [{ scope: 'log', epoch: '1', position: '9/0' }], validatedAt: 99 }, [{ scope: 'log', epoch: '2', position: '1/0' }]],
    ['E4: it is of a history before one that has no name', false, { versions: [at(8, 'main', 'e1')], validatedAt: 99 }, [at(3, 'main', primed('e1'))]],
    ['E4: it is of the one after that, which has none either', true, { versions: [at(1, 'main', primed('e1'))], validatedAt: 0 }, [at(3, 'main', 'e1')]],
    ['V7: other scopes, vouched for later', true, { versions: [at(1, 'third')], validatedAt: 51 }, caused],
    ['V7: other scopes, vouched for earlier', false, { versions: [at(1, 'third')], validatedAt: 50 }, caused],
    ['V7: no versions, vouched for later', true, { versions: undefined, validatedAt: 51 }, undefined],
    ['V7: the base tells none', true, { versions: undefined, validatedAt: 51 }, caused],
    ['V7: the write told none', false, { versions: [at(8)], validatedAt: 50 }, undefined],
  ])('%s: %s', (_, expected, base, versions) => {
    expect(showsWrite(formatOf, base, { versions, at: 50 })).toBe(expected)
  })
})

describe('operations', () => {
  const list = [{ id: 1 }, { id: 2 }]
  const row = { id: 9, t: 'new' }
  test.each<[string, Operation, unknown, unknown]>([
    ['a value', putValue('k', 1), undefined, 1],
    ['a patch of what is there', patchValue('k', { b: 2 }), { a: 1 }, { a: 1, b: 2 }],
    ['a patch of nothing', patchValue('k', { b: 2 }), undefined, undefined],
    ['a patch of a text', patchValue('k', { b: 2 }), 'text', 'text'],
    ['a deletion', eraseValue('k'), { a: 1 }, undefined],
    ['an item at the end', insertItem('k', row), list, [...list, row]],
    ['an item at the start', insertItem('k', row, { at: 'start' }), list, [row, ...list]],
    ['an item before another', insertItem('k', row, { at: (item) => item === list[1] }), list, [list[0], row, list[1]]],
    ['an item before none', insertItem('k', row, { at: () => false }), list, [...list, row]],
    ['an item in an object', insertItem('k', row, { in: 'rows' }), { rows: list, n: 2 }, { rows: [...list, row], n: 2 }],
    ['an item in no list', insertItem('k', row), undefined, undefined],
    ['an item in no object', insertItem('k', row, { in: 'rows' }), 'text', 'text'],
    ['an item of another id', insertItem('k', { slug: 'a' }, { id: 'slug' }), [{ slug: 'a' }], [{ slug: 'a' }]],
    ['I1: an item that is there', insertItem('k', { id: '2', t: 'mine' }), list, list],
    ['a changed item', patchItem('k', '2', { t: 'y' }), list, [{ id: 1 }, { id: 2, t: 'y' }]],
    ['a changed item that is not there', patchItem('k', '3', { t: 'y' }), list, list],
    ['a changed item, by the number that JSON has', patchItem('k', 2, { t: 'y' }), list, [{ id: 1 }, { id: 2, t: 'y' }]],
    ['a removed item, by the number that JSON has', removeItem('k', 1), list, [{ id: 2 }]],
    ['a removed item', removeItem('k', '1'), list, [{ id: 2 }]],
    ['items without ids stay', removeItem('k', '1'), ['text', null, {}], ['text', null, {}]],
  ])('%s', (_, operation, value, expected) => {
    const before = structuredClone(value)
    expect(operation.apply(value)).toEqual(expected)
    expect(value).toEqual(before)
  })

  test.each([
    putValue('k', 1), patchValue('k', { a: 1 }), eraseValue('k'), insertItem('k', row), patchItem('k', '1', { a: 1 }), removeItem('k', '1'),
  ])('A3: twice is once (%#)', (operation) => {
    for (const value of [undefined, {}, list, 'text']) {
      expect(operation.apply(operation.apply(value))).toEqual(operation.apply(value))
    }
  })
})

// A course of events: mutations begin, are acknowledged, fail, and bases move. Each operation writes its
// own name behind what is there, so that a value tells exactly which were applied, and in which order.
type Step =
  | { readonly do: 'begin' | 'fail' | 'acknowledge'; readonly which: number }
  | { readonly do: 'move' }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constantFrom('begin', 'fail', 'acknowledge'), which: fc.nat(4) }),
    fc.constant<Step>({ do: 'move' }),
  ),
  { maxLength: 20 },
)

/** The world: what the server has, in order, and what the page's base shows of it. */
interface World {
  log: OperationLog
  readonly server: string[]
  baseLength: number
}

const named = (name: string): Operation => changeValue<string>('k', (value = '') => `${value}${name} `)

function take(world: World, step: Step): void {
  if (step.do === 'move') {
    world.baseLength = world.server.length
    return
  }
  const id = `m${step.which}`
  const logged = world.log.find((found) => found.id === id)
  if (step.do === 'begin' && logged === undefined && !world.server.includes(id)) {
    world.log = append(world.log, id, [named(id)])
  } else if (step.do === 'fail' && logged?.acknowledged === undefined) {
    world.log = drop(world.log, id)
  } else if (step.do === 'acknowledge' && logged !== undefined && logged.acknowledged === undefined) {
    world.server.push(id)
    world.log = acknowledge(world.log, id, acknowledgedAt(world.server.length))
  }
}

const baseOf = ({ baseLength }: World): Base => baseAt(baseLength)
const textOf = (names: readonly string[]): string => names.map((name) => `${name} `).join('')

function seen(world: World): string {
  return String(see(world.log, 'k', textOf(world.server.slice(0, world.baseLength)), baseOf(world)))
}

describe('laws', () => {
  test('law: what is seen is the newest base, then what it lacks in the order of the log, each once', () => {
    fc.assert(
      fc.property(steps, (course) => {
        const world: World = { log: [], server: [], baseLength: 0 }
        for (const step of course) {
          take(world, step)
          const shown = world.server.slice(0, world.baseLength)
          const lacking = world.log.map(({ id }) => id).filter((id) => !shown.includes(id))
          expect(seen(world)).toBe(textOf([...shown, ...lacking]))
        }
      }),
    )
  })

  test('O3: law: to remove and to move the base commute: there is no snapshot to restore', () => {
    fc.assert(
      fc.property(steps, fc.nat(4), (course, which) => {
        const worlds = [0, 1].map((): World => ({ log: [], server: [], baseLength: 0 }))
        for (const world of worlds) for (const step of course) take(world, step)
        const [first, second] = worlds
        if (first === undefined || second === undefined) return
        const fail: Step = { do: 'fail', which }
        const move: Step = { do: 'move' }
        for (const step of [fail, move]) take(first, step)
        for (const step of [move, fail]) take(second, step)
        expect(seen(first)).toBe(seen(second))
      }),
    )
  })

  test('law: no acknowledgement and no move of the base takes an operation from the screen', () => {
    fc.assert(
      fc.property(steps, (course) => {
        const world: World = { log: [], server: [], baseLength: 0 }
        for (const step of course) {
          const before = new Set(seen(world).split(' '))
          take(world, step)
          if (step.do === 'fail') continue
          const after = seen(world).split(' ')
          for (const name of before) expect(after).toContain(name)
        }
      }),
    )
  })

  test('law: nothing that was given is changed', () => {
    const freeze = (log: OperationLog): OperationLog => Object.freeze(log.map((logged) => Object.freeze(logged)))
    const log = freeze(append(append([], 'a', Object.freeze([liked])), 'b', [unliked]))
    const base = Object.freeze({ title: 'x' })
    see(log, 'photo', base, baseAt(1))
    expect(drop(acknowledge(restate(log, 'a', []), 'a', acknowledgedAt(1)), 'b')).toHaveLength(1)
    expect(log).toHaveLength(2)
  })
})
