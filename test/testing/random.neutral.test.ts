// Chance that repeats, and the durations that are drawn from it.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkDistribution, drawMs } from '../../src/testing/replicas/distribution.ts'
import type { Distribution } from '../../src/testing/replicas/distribution.ts'
import { hashText } from '../../src/testing/determinism/hash-text.ts'
import { createRandom, createSfc32 } from '../../src/testing/determinism/random.ts'

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const modulus = 2n ** 32n

/** The recurrence of sfc32 as PractRand states it, in exact arithmetic. */
function* exactSfc32(seed: readonly number[]): Generator<number> {
  let [a = 0n, b = 0n, c = 0n, counter = 1n] = seed.map(BigInt)
  for (let round = 0; ; round += 1) {
    const drawn = (a + b + counter) % modulus
    counter = (counter + 1n) % modulus
    a = b ^ (b >> 9n)
    b = (c + c * 8n) % modulus
    c = ((((c * 2n ** 21n) % modulus) | (c >> 11n)) + drawn) % modulus
    if (round >= 15) yield Number(drawn)
  }
}

test('law: draws what sfc32 draws', () => {
  fc.assert(
    fc.property(fc.tuple(word, word, word), (seed) => {
      const draw = createSfc32(seed)
      const exact = exactSfc32(seed)
      for (let count = 0; count < 40; count += 1) expect(draw()).toBe(exact.next().value)
    }),
  )
})

test('draws the same numbers in every engine', () => {
  const random = createRandom('tide')
  expect(Array.from({ length: 4 }, () => random.below(1000))).toEqual([823, 504, 322, 936])
})

test('law: R1: a substream does not depend on what was drawn before', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(50), (seed, name, drawn) => {
      const early = createRandom(seed)
      const late = createRandom(seed)
      for (let count = 0; count < drawn; count += 1) late.next()
      expect(late.substream(name).next()).toBe(early.substream(name).next())
    }),
  )
})

test('streams that differ in their seed or name differ', () => {
  const random = createRandom(1)
  const firsts = [
    random,
    createRandom(2),
    random.substream('a'),
    random.substream('b'),
    random.substream('a').substream('b'),
  ].map(({ next }) => next())
  expect(new Set(firsts).size).toBe(firsts.length)
})

test('law: `below` stays below', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 1000 }), (seed, bound) => {
      const drawn = createRandom(seed).below(bound)
      expect(Number.isInteger(drawn) && drawn >= 0 && drawn < bound).toBe(true)
    }),
  )
})

test('spreads evenly: 10,000 draws into 100 boxes', () => {
  const random = createRandom(7)
  const boxes = Array.from({ length: 100 }, () => 0)
  for (let count = 0; count < 10_000; count += 1) boxes[random.below(100)]! += 1
  const chiSquare = boxes.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0)
  // 99 degrees of freedom: the middle 99.8 % lie between.
  expect(chiSquare).toBeGreaterThan(60)
  expect(chiSquare).toBeLessThan(149)
})

test('hashes of texts that differ in one character are far apart', () => {
  const hashes = Array.from({ length: 1000 }, (_, index) => hashText(`replica-${index}`))
  expect(new Set(hashes).size).toBe(1000)
  const inLowerHalf = hashes.filter((hash) => hash < 2 ** 31).length
  expect(Math.abs(inLowerHalf - 500)).toBeLessThan(60)
})

describe('distributions', () => {
  const meanOf = (distribution: Distribution): number => {
    const random = createRandom(3)
    const draws = Array.from({ length: 20_000 }, () => drawMs(random, distribution))
    return draws.reduce((sum, ms) => sum + ms, 0) / draws.length
  }

  test.each<[Distribution, number]>([
    [{ kind: 'fixed', ms: 200 }, 200],
    [{ kind: 'uniform', fromMs: 100, toMs: 300 }, 200],
    [{ kind: 'exponential', meanMs: 200 }, 200],
    [{ kind: 'lognormal', medianMs: 200, sigma: 0.5 }, 200 * Math.exp(0.125)],
  ])('%o has a mean of %d ms', (distribution, mean) => {
    expect(Math.abs(meanOf(distribution) / mean - 1)).toBeLessThan(0.03)
  })

  test('law: never draws anything but a duration', () => {
    const ms = fc.double({ min: 0, max: 1e6, noNaN: true })
    const distribution = fc.oneof(
      fc.record({ kind: fc.constant('fixed' as const), ms }),
      fc
        .tuple(ms, ms)
        .map(([fromMs, more]) => ({ kind: 'uniform' as const, fromMs, toMs: fromMs + more })),
      fc.record({ kind: fc.constant('exponential' as const), meanMs: ms }),
    )
    fc.assert(
      fc.property(distribution, fc.integer(), (spread, seed) => {
        checkDistribution('lag', spread)
        const drawn = drawMs(createRandom(seed), spread)
        expect(drawn >= 0 && Number.isFinite(drawn)).toBe(true)
      }),
    )
  })

  test.each<[unknown, string]>([
    [{ kind: 'fixed', ms: -1 }, '`lag.ms` is -1. Accepted: a number of 0 or more.'],
    [{ kind: 'fixed', ms: '5' }, '`lag.ms` is "5". Accepted: a number of 0 or more.'],
    [
      { kind: 'fixed' },
      "`lag.ms` is undefined. Accepted: a number of 0 or more, for kind 'fixed'.",
    ],
    [
      { kind: 'gauss', ms: 1 },
      "`lag.kind` is \"gauss\". Accepted: 'fixed', 'uniform', 'exponential' or 'lognormal'.",
    ],
    [{ kind: 'uniform', fromMs: 5, toMs: 4 }, '`lag.toMs` is 4. Accepted: 5 (`fromMs`) or more.'],
  ])('%o is refused', (wrong, message) => {
    expect(() => checkDistribution('lag', wrong as Distribution)).toThrow(message)
  })
})
