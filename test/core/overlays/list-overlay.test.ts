// The list overlay: what a list shows that does not cover what the session holds.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { overlayList } from '../../../src/core/overlays/list-overlay.ts'
import type { KnownItem, ListRow, OverlaidList, Overlay, Placement } from '../../../src/core/overlays/list-overlay.ts'
import { compareAnswers } from '../../../src/core/version.ts'
import type { Versions } from '../../../src/core/version.ts'
import { at, formatOf, permutationsOf, vec } from '../sample-versions.ts'

interface Photo {
  readonly id: string
  readonly rank: number
  readonly album?: string
}

const row = (id: string, rank: number, position = 5): ListRow<Photo> => ({
  id,
  item: { id, rank },
  versions: [at(position)],
})
const value = (id: string, rank: number, more: Partial<KnownItem<Photo>> & { album?: string } = {}): [string, KnownItem<Photo>] => {
  const { album, versions = [at(7)], isOwn = true } = more
  return [id, { kind: 'value', versions, isOwn, item: { id, rank, ...(album && { album }) } }]
}
const tombstone = (id: string, position = 7, isAfter = false): [string, KnownItem<Photo>] => [
  id,
  { kind: 'tombstone', versions: [at(position)], isAfter, isOwn: true },
]
const whole: Placement<Photo> = {
  includes: ({ album }) => album !== 'other',
  order: (left, right) => left.rank - right.rank,
  isFirstPage: true,
  isLastPage: true,
}
const list = (more: Partial<OverlaidList<Photo>>): OverlaidList<Photo> => ({
  asOf: [at(5)],
  rows: [row('a', 10), row('b', 20), row('c', 30)],
  known: new Map(),
  placement: whole,
  ...more,
})
const lay = (more: Partial<OverlaidList<Photo>>): Overlay<Photo> => overlayList(formatOf, list(more))
const shown = ({ rows }: Overlay<Photo>): string => rows.map(({ id, item }) => id + item.rank).join(' ')
const counts = ({ replaced, added, hidden, isWhole }: Overlay<Photo>) => ({ replaced, added, hidden, isWhole })

describe('rows and what is held of their items', () => {
  test('R11: no row replaces a newer item', () => {
    const overlay = lay({ known: new Map([value('b', 21, { isOwn: false })]) })
    expect(shown(overlay)).toBe('a10 b21 c30')
    expect(counts(overlay)).toEqual({ replaced: 1, added: 0, hidden: 0, isWhole: true })
  })

  test('R11: a row that is newer than the item stays', () => {
    expect(shown(lay({ known: new Map([value('b', 21, { versions: [at(4)] })]) }))).toBe('a10 b20 c30')
  })

  test('R11: an own deletion is hidden, until the as-of covers it', () => {
    expect(shown(lay({ known: new Map([tombstone('b')]) }))).toBe('a10 c30')
    expect(shown(lay({ known: new Map([tombstone('b', 5)]) }))).toBe('a10 b20 c30')
    expect(shown(lay({ known: new Map([tombstone('b', 5, true)]) }))).toBe('a10 c30')
  })

  test('R11: an own creation is added in its place, unless the as-of covers it', () => {
    expect(shown(lay({ known: new Map([value('n', 15)]) }))).toBe('a10 n15 b20 c30')
    expect(shown(lay({ known: new Map([value('n', 99)]) }))).toBe('a10 b20 c30 n99')
    // The list had the chance to show it: somebody else has deleted it.
    expect(shown(lay({ known: new Map([value('n', 15, { versions: [at(5)] })]) }))).toBe('a10 b20 c30')
  })

  test('R11: what the session has merely seen is not added', () => {
    expect(shown(lay({ known: new Map([value('n', 15, { isOwn: false })]) }))).toBe('a10 b20 c30')
  })

  test('R11: an own change moves a row in, out, and about', () => {
    expect(shown(lay({ known: new Map([value('b', 20, { album: 'other' })]) }))).toBe('a10 c30')
    expect(shown(lay({ known: new Map([value('a', 25)]) }))).toBe('b20 a25 c30')
    expect(shown(lay({ known: new Map([value('n', 5, { album: 'other' })]) }))).toBe('a10 b20 c30')
  })

  test('O5: what sorts as it did stays, whatever the server orders by besides', () => {
    const rows = [row('a', 10), row('b', 10), row('c', 10)]
    const edited: [string, KnownItem<Photo>] = ['a', { kind: 'value', versions: [at(7)], isOwn: true, item: { id: 'a', rank: 10, album: 'x' } }]
    expect(lay({ rows, known: new Map([edited]) }).rows.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })

  test('O5: where the order does not tell two own items apart, their ids do', () => {
    const known = [value('m', 15), value('n', 15)]
    expect(shown(lay({ known: new Map(known) }))).toBe('a10 m15 n15 b20 c30')
    expect(shown(lay({ known: new Map(known.toReversed()) }))).toBe('a10 m15 n15 b20 c30')
  })

  test('V6: of concurrent states none is picked, and the list is not whole', () => {
    const rows = [{ id: 'a', item: { id: 'a', rank: 1 }, versions: [vec('a1')] }]
    const overlay = lay({ asOf: [vec('a1')], rows, known: new Map([value('a', 2, { versions: [vec('b1')] })]) })
    expect(shown(overlay)).toBe('a1')
    expect(overlay.isWhole).toBe(false)
  })

  test('I4: against a row without a version only own writes stand', () => {
    const rows = [{ id: 'a', item: { id: 'a', rank: 1 }, versions: undefined }]
    const of = (isOwn: boolean) => shown(lay({ asOf: undefined, rows, known: new Map([value('a', 2, { isOwn }), value('n', 3)]) }))
    expect(of(true)).toBe('a2 n3')
    expect(of(false)).toBe('a1 n3')
  })

  test('O4: an id that the server gives twice stands once', () => {
    expect(shown(lay({ rows: [row('a', 10), row('a', 11), row('b', 20)] }))).toBe('a10 b20')
  })
})

describe('where membership and order are not declared', () => {
  test('R11: rows give way and go, but nothing is added, and the list stands for no own write', () => {
    const known = new Map([value('b', 21, { isOwn: false }), tombstone('c'), value('n', 15)])
    const overlay = lay({ known, placement: undefined })
    expect(shown(overlay)).toBe('a10 b21')
    expect(counts(overlay)).toEqual({ replaced: 1, added: 0, hidden: 1, isWhole: false })
  })

  test('R11: an own change may have moved its row elsewhere', () => {
    expect(lay({ known: new Map([value('b', 21)]), placement: undefined }).isWhole).toBe(false)
    expect(lay({ known: new Map([value('b', 21, { isOwn: false })]), placement: undefined }).isWhole).toBe(true)
    expect(lay({ known: new Map([tombstone('b')]), placement: undefined }).isWhole).toBe(true)
  })
})

describe('pages', () => {
  const page = (more: Partial<Placement<Photo>>): Placement<Photo> => ({ ...whole, ...more })
  const pageBefore = row('z', 8)

  test.each([
    ['the first page takes what comes before it', { isLastPage: false }, 5, 'n5 a10 b20 c30', true],
    ['a page leaves what comes after it to the next', { isLastPage: false }, 35, 'a10 b20 c30', true],
    ['the last page takes what comes after it', { isFirstPage: false, pageBefore }, 35, 'a10 b20 c30 n35', true],
    ['a page takes what follows the page before', { isFirstPage: false, pageBefore }, 9, 'n9 a10 b20 c30', true],
    ['a page leaves what the page before has', { isFirstPage: false, pageBefore }, 5, 'a10 b20 c30', true],
    ['between two pages of which one is unknown there is no place', { isFirstPage: false }, 5, 'a10 b20 c30', false],
    ['inside a page there is, whatever came before', { isFirstPage: false }, 15, 'a10 n15 b20 c30', true],
  ])('R13: %s', (_, more, rank, expected, isWhole) => {
    const overlay = lay({ known: new Map([value('n', rank)]), placement: page(more) })
    expect([shown(overlay), overlay.isWhole]).toEqual([expected, isWhole])
  })

  test('R13: an empty page in the middle has no place for anything', () => {
    const of = (more: Partial<Placement<Photo>>) => lay({ rows: [], known: new Map([value('n', 9)]), placement: page(more) }).isWhole
    expect(of({ isLastPage: false })).toBe(false)
    expect(of({ isFirstPage: false })).toBe(false)
    expect(of({})).toBe(true)
  })

  test('R13: the last row of the page before is not shown again', () => {
    const known = new Map([value('z', 8)])
    expect(shown(lay({ known, placement: page({ isFirstPage: false, pageBefore }) }))).toBe('a10 b20 c30')
  })

  test('R13: what an own change moved to another page goes, what others moved stays until they show it', () => {
    const placement = page({ isLastPage: false })
    expect(shown(lay({ known: new Map([value('b', 99)]), placement }))).toBe('a10 c30')
    expect(shown(lay({ known: new Map([value('b', 99, { isOwn: false })]), placement }))).toBe('a10 b99 c30')
  })
})

describe('laws', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  const positions = fc.nat({ max: 8 })
  const knownItems: fc.Arbitrary<Map<string, KnownItem<Photo>>> = fc
    .uniqueArray(
      fc.record({
        id: fc.constantFrom(...ids),
        rank: fc.nat({ max: 4 }),
        position: positions,
        kind: fc.constantFrom('value', 'tombstone'),
        isAfter: fc.boolean(),
        isOwn: fc.boolean(),
        album: fc.constantFrom('this', 'other'),
      }),
      { selector: ({ id }) => id },
    )
    .map((found) => {
      const entries = found.map(({ id, rank, position, kind, isAfter, isOwn, album }): [string, KnownItem<Photo>] => {
        const versions = [at(position)]
        if (kind === 'tombstone') return [id, { kind: 'tombstone', versions, isAfter, isOwn }]
        return [id, { kind: 'value', versions, isOwn, item: { id, rank, album } }]
      })
      return new Map(entries)
    })
  const lists: fc.Arbitrary<OverlaidList<Photo>> = fc
    .record({
      asOf: fc.option(positions, { nil: undefined }),
      // Each row is at least as of its list, and a total order among them: what a server gives.
      rows: fc.uniqueArray(fc.record({ id: fc.constantFrom(...ids), rank: fc.nat({ max: 4 }), own: fc.option(positions, { nil: undefined }) }), { selector: ({ id }) => id }),
      known: knownItems,
      isPlaced: fc.boolean(),
      isFirstPage: fc.boolean(),
      isLastPage: fc.boolean(),
    })
    .map(({ asOf, rows, known, isPlaced, isFirstPage, isLastPage }) => ({
      asOf: asOf === undefined ? undefined : [at(asOf)],
      rows: rows
        .toSorted((left, right) => left.rank - right.rank || (left.id < right.id ? -1 : 1))
        .map(({ id, rank, own }) => {
          const position = Math.max(asOf ?? -1, own ?? -1)
          return { id, item: { id, rank }, versions: position < 0 ? undefined : [at(position)] }
        }),
      known,
      placement: isPlaced
        ? {
            ...whole,
            order: (left, right) => left.rank - right.rank || (left.id < right.id ? -1 : Number(left.id > right.id)),
            isFirstPage,
            isLastPage,
          }
        : undefined,
    }))

  const deepFreeze = <T>(found: T): T => {
    if (typeof found !== 'object' || found === null) return found
    for (const part of Object.values(found)) deepFreeze(part)
    return Object.freeze(found)
  }
  const compared = (left: Versions, right: Versions | undefined) =>
    right === undefined ? 'foreign' : compareAnswers(formatOf, left, right)

  test('law: an overlay laid twice is laid once', () => {
    fc.assert(
      fc.property(lists, ({ placement, ...rest }) => {
        // A page has its range from what the server gave, and is laid over anew each time (O6).
        const before = { ...rest, placement: placement && { ...placement, isFirstPage: true, isLastPage: true } }
        const once = overlayList(formatOf, before)
        const twice = overlayList(formatOf, { ...before, rows: once.rows })
        expect(shown(twice)).toBe(shown(once))
      }),
    )
  })

  test('law: the order of arrival changes nothing', () => {
    fc.assert(
      fc.property(lists, (before) => {
        const entries = [...before.known].slice(0, 4)
        const all = permutationsOf(entries).map((known) => shown(overlayList(formatOf, { ...before, known: new Map(known) })))
        expect(new Set(all).size).toBe(1)
      }),
    )
  })

  test('law: no row goes but by a tombstone or a newer state of it', () => {
    fc.assert(
      fc.property(lists, (before) => {
        const after = new Set(overlayList(formatOf, before).rows.map(({ id }) => id))
        for (const { id, versions } of before.rows) {
          if (after.has(id)) continue
          const item = before.known.get(id)!
          expect(['after', 'equal', 'foreign']).toContain(compared(item.versions, versions))
          const belongs = item.kind === 'value' && before.placement?.includes(item.item)
          // A member goes from a page only where the page that it moved to adds it, as an own item.
          if (belongs === true) expect([item.isOwn, before.placement?.isFirstPage === true && before.placement.isLastPage]).toEqual([true, false])
        }
      }),
    )
  })

  test('law: no id stands twice, and none that nobody knows', () => {
    fc.assert(
      fc.property(lists, (before) => {
        const after = overlayList(formatOf, before).rows.map(({ id }) => id)
        expect(new Set(after).size).toBe(after.length)
        for (const id of after) expect(before.known.has(id) || before.rows.some((found) => found.id === id)).toBe(true)
      }),
    )
  })

  test('law: no row is older than what is held of it', () => {
    fc.assert(
      fc.property(lists, (before) => {
        for (const { id, versions } of overlayList(formatOf, before).rows) {
          const item = before.known.get(id)
          if (item !== undefined) expect(compared(item.versions, versions)).not.toBe('after')
        }
      }),
    )
  })

  test('law: rows that nothing was laid over keep the order of the server', () => {
    fc.assert(
      fc.property(lists, (before) => {
        const untouched = before.rows.filter(({ id }) => !before.known.has(id)).map(({ id }) => id)
        const after = overlayList(formatOf, before).rows.map(({ id }) => id)
        expect(after.filter((id) => untouched.includes(id))).toEqual(untouched)
      }),
    )
  })

  test('law: a whole list shows each own item that it does not cover, if it belongs', () => {
    fc.assert(
      fc.property(lists, (before) => {
        const { rows, isWhole } = overlayList(formatOf, before)
        const isAllPages = before.placement?.isFirstPage === true && before.placement.isLastPage
        if (!isWhole || !isAllPages) return
        for (const [id, item] of before.known) {
          if (!item.isOwn || compared(item.versions, before.asOf) !== 'after') continue
          if (before.rows.some((found) => found.id === id && compared(item.versions, found.versions) !== 'after')) continue
          const belongs = item.kind === 'value' && before.placement.includes(item.item)
          expect(rows.some((found) => found.id === id)).toBe(belongs)
        }
      }),
    )
  })

  test('law: what goes in stays as it is', () => {
    fc.assert(
      fc.property(lists, (before) => {
        const frozen = { ...before, rows: deepFreeze(before.rows), asOf: deepFreeze(before.asOf) }
        for (const item of before.known.values()) deepFreeze(item)
        expect(shown(overlayList(formatOf, frozen))).toBe(shown(overlayList(formatOf, frozen)))
      }),
    )
  })
})
