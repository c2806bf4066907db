// Chance that repeats: the same seed draws the same numbers, in every engine.
//
// The generator is sfc32 of PractRand 0.94 by Chris Doty-Humphrey: 128 bits of state with a counter
// in it, so that no seed has a period below 2^32, and nothing but 32-bit integer arithmetic.
//
// R1. A substream depends on the seed and on its name alone, and never on how much was drawn
//     before: one more request cannot change the lag of a replica.

import { hashText } from './hash-text.ts'

/** A source of numbers that repeats for a seed. */
export interface Random {
  /** Draws a number from 0 up to, and without, 1. */
  readonly next: () => number
  /** Draws a whole number from 0 up to, and without, `bound`. */
  readonly below: (bound: number) => number
  /** Returns the independent source that this seed has under a name. */
  readonly substream: (name: string) => Random
}

/** Makes the source of a seed. */
export function createRandom(seed: number | string): Random {
  const path = String(seed)
  const draw = createSfc32([hashText(path, 1), hashText(path, 2), hashText(path, 3)])
  const next = (): number => draw() / 2 ** 32
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    substream: (name) => createRandom(`${path}/${name}`), // R1
  }
}

// As in PractRand, so that seeds which differ in one bit have parted before the first draw.
const roundsBeforeUse = 15

/** Returns the generator whose state begins with three words of 32 bits. */
export function createSfc32(seed: readonly [number, number, number]): () => number {
  let [a, b, c] = seed
  let counter = 1
  const draw = (): number => {
    const drawn = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + drawn) | 0
    return drawn >>> 0
  }
  for (let round = 0; round < roundsBeforeUse; round += 1) draw()
  return draw
}
