// Concurrent values: resolved once, at their join.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resolveConcurrent } from '../../src/core/concurrency.ts'
import type { Content } from '../../src/core/concurrency.ts'
import type { Entry, KeyState } from '../../src/core/entry.ts'
import { admit, joinAnswers } from '../../src/core/gate.ts'
import { compareAnswers } from '../../src/core/version.ts'
import type { Versions } from '../../src/core/version.ts'
import { answers, formatOf, permutationsOf, vec, vecVersions } from './sample-versions.ts'

type Writes = ReadonlySet<string>

/** An entry that holds exactly the writes that its vector counts: what a replica at it would show. */
function entryAt(versions: Versions, validatedAt = 0): Entry<Writes> {
  return { kind: 'value', versions, value: writesOf(versions), validatedAt }
}

function writesOf(versions: Versions): Writes {
  const writes = new Set<string>()
  for (const { position } of versions) {
    for (const part of position.split('.')) {
      for (let count = 1; count <= Number(part.slice(1)); count += 1) writes.add(part.slice(0, 1) + count)
    }
  }
  return writes
}

const contentOf = (entry: Entry<Writes>): Writes => (entry.kind === 'value' ? entry.value : new Set())
const union = (held: Entry<Writes>, arrived: Entry<Writes>): Content<Writes> => ({
  kind: 'value',
  value: new Set([...contentOf(held), ...contentOf(arrived)]),
})

/** Lets an entry in as the client does: by the gate, and where it says "concurrent" by the resolver. */
function meet(state: KeyState<Writes> | undefined, incoming: Entry<Writes>, resolve = union): KeyState<Writes> {
  const admission = admit(formatOf, state, incoming)
  if (admission.outcome !== 'rejected' || admission.reason !== 'concurrent' || !state) return admission.state
  return resolveConcurrent(formatOf, { state, incoming }, resolve) ?? admission.state
}

const held = vec('a3')
const arrived = vec('b5')

describe('what is resolved', () => {
  const state: KeyState<Writes> = { floor: [held], entry: entryAt([held], 7) }

  test('V6: the result stands at the join, as old as the older of the two', () => {
    const incoming = entryAt([arrived], 9)
    const resolved = resolveConcurrent(formatOf, { state, incoming }, union)
    expect(resolved?.floor).toEqual([vec('a3.b5')])
    expect(resolved?.entry).toMatchObject({ kind: 'value', versions: [vec('a3.b5')], validatedAt: 7 })
  })

  test('V6: an absence may be the result', () => {
    const incoming = entryAt([arrived])
    const resolved = resolveConcurrent(formatOf, { state, incoming }, () => ({ kind: 'tombstone' }))
    expect(resolved?.entry).toMatchObject({ kind: 'tombstone', versions: [vec('a3.b5')], isAfter: false })
  })

  test.each<[string, KeyState<Writes>, Versions]>([
    ['nothing is held', { floor: [held], entry: undefined }, [arrived]],
    ['what comes in is before it', state, [vec('a2')]],
    ['what comes in is after it', state, [vec('a4')]],
    ['it is the same', state, [held]],
    ['it is of another epoch', state, [vec('b5', 'e2')]],
  ])('nothing is asked where %s', (_, known, versions) => {
    const ask = (): never => expect.unreachable()
    expect(resolveConcurrent(formatOf, { state: known, incoming: entryAt(versions) }, ask)).toBeUndefined()
  })

  test('C3: a resolver that gives nothing changes nothing', () => {
    const incoming = entryAt([arrived])
    expect(resolveConcurrent(formatOf, { state, incoming }, () => undefined)).toBeUndefined()
    expect(meet(state, incoming, () => undefined as never).entry).toBe(state.entry)
  })
})

describe('laws', () => {
  const vectors = fc.array(vecVersions.map((version) => [version]), { minLength: 1, maxLength: 6 })

  test('law: a resolved value shows all that either showed, and no more than its version counts', () => {
    fc.assert(
      fc.property(vectors, (arrivals) => {
        let state: KeyState<Writes> | undefined
        for (const versions of arrivals) {
          state = meet(state, entryAt(versions))
          const { entry } = state
          if (entry?.kind !== 'value') return expect.unreachable()
          expect(entry.value).toEqual(writesOf(entry.versions))
          expect(state.floor).toEqual(entry.versions)
        }
        return undefined
      }),
    )
  })

  test('law: every order of arrival ends at the join of all, with the same value', () => {
    fc.assert(
      fc.property(fc.array(vecVersions.map((version) => [version]), { minLength: 1, maxLength: 4 }), (arrivals) => {
        const joined = arrivals.reduce<Versions>((left, right) => joinAnswers(formatOf, left, right), [])
        for (const order of permutationsOf(arrivals)) {
          const last = order.reduce<KeyState<Writes> | undefined>((state, next) => meet(state, entryAt(next)), undefined)
          expect(last?.entry).toMatchObject({ versions: joined, value: writesOf(joined) })
        }
      }),
      { numRuns: 50 },
    )
  })

  test('law: one pair is resolved once, however often its halves come again', () => {
    fc.assert(
      fc.property(vectors, vectors, (arrivals, again) => {
        const seen = new Set<string>()
        const counting = (left: Entry<Writes>, right: Entry<Writes>): Content<Writes> => {
          const pair = JSON.stringify([left.versions, right.versions])
          expect(seen).not.toContain(pair)
          seen.add(pair)
          return union(left, right)
        }
        const all = [...arrivals, ...again, ...arrivals]
        all.reduce<KeyState<Writes> | undefined>((state, next) => meet(state, entryAt(next), counting), undefined)
      }),
    )
  })

  test('law: nothing held goes back, in any scope', () => {
    fc.assert(
      fc.property(fc.array(answers.filter((found) => found.length > 0), { minLength: 2, maxLength: 8 }), (arrivals) => {
        let state: KeyState<Writes> | undefined
        for (const versions of arrivals) {
          const previous = state
          state = meet(state, entryAt(versions))
          if (previous?.entry === undefined || state.entry === previous.entry) continue
          const order = compareAnswers(formatOf, state.entry?.versions ?? [], previous.entry.versions)
          expect(['before', 'concurrent']).not.toContain(order)
          expect(['after', 'equal']).toContain(compareAnswers(formatOf, state.floor, previous.floor))
        }
      }),
    )
  })
})
