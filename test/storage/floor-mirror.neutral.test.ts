import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ScopeFloors } from '../../src/core/session.ts'
import { floorMirror } from '../../src/storage/floor-mirror.ts'
import type { FloorMirror, FloorMirrorOptions } from '../../src/storage/floor-mirror.ts'
import { formatOf, version } from '../conformance/storage-suite.ts'

type Store = NonNullable<FloorMirrorOptions['storage']>

/** A storage of the platform that holds one page's data. */
function store(): Store & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>()
  return {
    texts,
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => void texts.set(key, text),
    removeItem: (key) => void texts.delete(key),
  }
}

function mirrorOn(storage: Store | undefined, parts: Partial<FloorMirrorOptions> = {}): FloorMirror {
  return floorMirror({ storage, name: 'tidemark', principal: 'ada', formatOf, ...parts })
}

function floors(made: Record<string, ScopeFloors>): ReadonlyMap<string, ScopeFloors> {
  return new Map(Object.entries(made))
}

const both = floors({
  main: { read: version(5), write: version(4) },
  other: { write: version(7, 'other') },
})

test('what was written is read by the next page', () => {
  const shared = store()
  mirrorOn(shared).write(both, 'all')
  const { floors: found, isComplete } = mirrorOn(shared).read()
  expect(isComplete).toBe(true)
  expect(found.get('main')).toEqual(both.get('main'))
  expect(found.get('other')?.write).toEqual(version(7, 'other'))
})

test('M1: what is written joins what stands', () => {
  const shared = store()
  mirrorOn(shared).write(both, 'all')
  mirrorOn(shared).write(floors({ main: { read: version(3), write: version(6) } }))
  const { floors: found } = mirrorOn(shared).read()
  expect(found.get('main')).toEqual({ read: version(5), write: version(6) })
  expect(found.get('other')?.write).toEqual(version(7, 'other'))
})

test('a new epoch replaces the old, unless it is known to be older', () => {
  const mirror = mirrorOn(store())
  mirror.write(floors({ main: { read: version(50) } }))
  mirror.write(floors({ main: { read: version(2, 'main', 'e2') } }))
  expect(mirror.read().floors.get('main')).toEqual({ read: version(2, 'main', 'e2') })
  mirror.write(floors({ ordered: { read: version(5, 'ordered', '7') } }))
  mirror.write(floors({ ordered: { read: version(9, 'ordered', '6') } }))
  expect(mirror.read().floors.get('ordered')?.read).toEqual(version(5, 'ordered', '7'))
})

describe('M2: it is complete', () => {
  test('only once somebody who knows all has written', () => {
    const mirror = mirrorOn(store())
    expect(mirror.read()).toEqual({ floors: new Map(), isComplete: false })
    mirror.write(both)
    expect(mirror.read().isComplete).toBe(false)
    mirror.write(both, 'all')
    expect(mirror.read().isComplete).toBe(true)
    mirror.write(floors({ main: { read: version(9) } }))
    expect(mirror.read().isComplete).toBe(true)
  })

  test('also when all is nothing', () => {
    const mirror = mirrorOn(store())
    mirror.write(new Map(), 'all')
    expect(mirror.read()).toEqual({ floors: new Map(), isComplete: true })
  })

  test('not when a scope is of a format that these rules do not have', () => {
    const shared = store()
    mirrorOn(shared).write(both, 'all')
    const mirror = mirrorOn(shared, {
      formatOf(scope) {
        if (scope === 'other') throw new Error('no such format')
        return formatOf(scope)
      },
    })
    const { floors: found, isComplete } = mirror.read()
    expect([[...found.keys()], isComplete]).toEqual([['main'], false])
  })
})

test('too long: write floors before read floors, those raised last first, and not complete', () => {
  const mirror = mirrorOn(store(), { lengthMax: 120 })
  const scopes = ['a', 'b', 'c', 'd']
  for (const scope of scopes) {
    mirror.write(
      floors({ [scope]: { read: version(1, scope), write: version(1, scope) } }),
      'all',
    )
  }
  const { floors: found, isComplete } = mirror.read()
  expect(isComplete).toBe(false)
  expect([...found].flatMap(([scope, { write }]) => (write ? [scope] : []))).toEqual([...scopes].toReversed())
  const reads = [...found].flatMap(([scope, { read }]) => (read ? [scope] : []))
  expect(reads.length).toBeGreaterThan(0)
  expect(reads.length).toBeLessThan(4)
  expect(reads[0], 'raised last').toBe('d')
  mirror.write(floors({ e: { write: version(1, 'e') } }))
  expect(mirror.read().isComplete, 'and stays so').toBe(false)
})

test('principals and names are apart, whatever their characters', () => {
  const shared = store()
  const names = ['a', 'a:"b"', 'a:', '']
  const principals = ['', 'b', '"b"', 'b":"c', '\ud800']
  const all = names.flatMap((name) => principals.map((principal) => ({ name, principal })))
  for (const [index, parts] of all.entries()) {
    mirrorOn(shared, parts).write(floors({ main: { read: version(index) } }))
  }
  for (const [index, parts] of all.entries()) {
    expect(mirrorOn(shared, parts).read().floors.get('main')?.read).toEqual(version(index))
  }
  mirrorOn(shared, { name: 'a', principal: 'b' }).clear()
  expect(shared.texts.size).toBe(all.length - 1)
})

describe('M3: it does not throw', () => {
  const deny = (): never => {
    throw new DOMException('denied', 'SecurityError')
  }

  test('where there is no storage, or one that refuses all', () => {
    const denied = { getItem: deny, setItem: deny, removeItem: deny }
    for (const storage of [undefined, denied]) {
      const mirror = mirrorOn(storage)
      mirror.write(both, 'all')
      mirror.clear()
      expect(mirror.read()).toEqual({ floors: new Map(), isComplete: false })
    }
  })

  test('M4: where it is full: nothing is left rather than something old', () => {
    const shared = store()
    mirrorOn(shared).write(both, 'all')
    const mirror = mirrorOn({ ...shared, setItem: deny })
    mirror.write(floors({ main: { write: version(9) } }))
    expect(mirrorOn(shared).read()).toEqual({ floors: new Map(), isComplete: false })
  })

  const garbage = [
    '',
    'null',
    '7',
    '{}',
    '[]',
    '[2]',
    '[1',
    '[1,["w","main","e1","5"]] ,',
    '[true]',
    '[1,"w"]',
    '[1,["w","main","e1"]]',
    '[1,["x","main","e1","5"]]',
    '[1,["w","main","e1",5]]',
    '[1,["w","main","e1","05"]]',
    '[1,["w",null,"e1","5"]]',
    '[1,["w","main","e1","5"],["w","main","e1","6"]]',
    '[1,["w","main","e1","5"],["r","main","e2","6"]]',
    `[1,["w","main","${'e'.repeat(200)}","5"]]`,
    `[1,["w","main","e1","${'1'.repeat(20_000)}"]]`,
  ]

  test.each(garbage)('over garbage: %.60s', (text) => {
    const shared = store()
    const mirror = mirrorOn(shared)
    mirror.write(both, 'all')
    const [key = ''] = shared.texts.keys()
    shared.texts.set(key, text)
    expect(mirror.read()).toEqual({ floors: new Map(), isComplete: false })
    mirror.write(both)
    expect(mirror.read().isComplete).toBe(false)
    expect(mirror.read().floors.get('main')).toEqual(both.get('main'))
  })

  test('law: over any text', () => {
    const shared = store()
    const mirror = mirrorOn(shared)
    mirror.write(both)
    const [key = ''] = shared.texts.keys()
    const member = fc.array(fc.oneof(fc.constantFrom('w', 'r', 'main', 'e1', '5'), fc.jsonValue()))
    const list = fc.array(fc.oneof(fc.constantFrom(0, 1), member)).map((made) => JSON.stringify(made))
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), list), (text) => {
        shared.texts.set(key, text)
        mirror.read()
        mirror.write(both)
        expect(mirror.read().floors.has('main')).toBe(true)
      }),
    )
  })
})

test('law: whatever tabs write, in any order, no floor falls and the last is their join', () => {
  const write = fc.record({
    scope: fc.constantFrom('a', 'b'),
    kind: fc.constantFrom('read', 'write'),
    position: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
      const shared = store()
      for (const { scope, kind, position } of writes) {
        mirrorOn(shared).write(floors({ [scope]: { [kind]: version(position, scope) } }))
      }
      const { floors: found } = mirrorOn(shared).read()
      for (const scope of ['a', 'b']) {
        for (const kind of ['read', 'write'] as const) {
          const told = writes.filter((one) => one.scope === scope && one.kind === kind)
          const highest = Math.max(-1, ...told.map((one) => one.position))
          expect(Number(found.get(scope)?.[kind]?.position ?? -1)).toBe(highest)
        }
      }
    }),
  )
})
