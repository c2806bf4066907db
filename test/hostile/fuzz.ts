// Fuzzing: what enters from outside is mutated, and must be taken or refused by an error of ours.
//
// Z1. A throw that is not a Tidemark error is a failure, with the input that caused it.
// Z2. Nothing of an input ever reaches `Object.prototype`.
// Z3. One seed plays the same inputs.

import { isTidemarkError } from '../../src/core/errors.ts'
import { createRandom } from '../../src/testing/determinism/random.ts'
import { targets } from './fuzz-targets.ts'
import type { Target } from './fuzz-targets.ts'
import { mutateText, mutateValue } from './mutate.ts'

/** What was done, and what came of it. */
export interface FuzzReport {
  readonly inputs: number
  readonly taken: number
  readonly refused: number
  /** How many inputs each kind of place was given. */
  readonly byKind: ReadonlyMap<Target['kind'], number>
  /** The longest that one input took, in milliseconds of the processor. */
  readonly slowest: { readonly ms: number; readonly target: string }
  readonly failures: readonly string[]
}

/**
 * Gives each place its share of so many mutated inputs. `onStep` is called after each thousandth, in a turn of its
 * own: what an engine keeps until the end of a turn is no leak.
 */
export async function fuzz(inputs: number, seed: number, onStep: (done: number) => void = () => undefined): Promise<FuzzReport> {
  const random = createRandom(seed)
  const texts = targets.flatMap((target) => (target.of === 'text' ? target.good : []))
  const before = Object.getOwnPropertyNames(Object.prototype).length
  const byKind = new Map<Target['kind'], number>()
  const failures = new Map<string, string>()
  const counts = { taken: 0, refused: 0 }
  let slowest = { ms: 0, target: 'none' }

  for (let done = 0; done < inputs; done += 1) {
    const target = targets[done % targets.length]!
    byKind.set(target.kind, (byKind.get(target.kind) ?? 0) + 1)
    let input: unknown
    const startedAt = cpuMs()
    try {
      if (target.of === 'text') {
        const text = mutateText(random, target.good[random.below(target.good.length)]!, texts)
        input = text
        target.take(text)
      } else {
        input = mutateValue(random, target.good[random.below(target.good.length)])
        if (random.next() < 0.3) input = mutateValue(random, input)
        target.take(input)
      }
      counts.taken += 1
    } catch (error) {
      counts.refused += 1
      if (!isTidemarkError(error) || isTidemarkError(error, 'invariant')) {
        failures.set(`${target.name}: ${String(error)}`.slice(0, 200), describe(input)) // Z1
      }
    }
    const ms = cpuMs() - startedAt
    if (ms > slowest.ms) slowest = { ms, target: target.name }
    if (Object.getOwnPropertyNames(Object.prototype).length !== before) failures.set(`${target.name}: Z2`, describe(input))
    if (done % 1000 !== 999) continue
    await turn()
    onStep(done + 1)
  }
  return { inputs, ...counts, byKind, slowest, failures: [...failures].map(([what, input]) => `${what} of ${input}`) }
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** Other processes of a busy machine are no hang. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function describe(input: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(input)
    return text?.slice(0, 300) ?? typeof input
  } catch {
    return typeof input
  }
}
