// How long things take: the lag of a replica, the latency of a server.

import { OptionsError } from '../../core/errors.ts'
import type { Random } from '../determinism/random.ts'

/** How durations in milliseconds are spread, such as `{ kind: 'exponential', meanMs: 200 }`. */
export type Distribution =
  | { readonly kind: 'fixed'; readonly ms: number }
  | { readonly kind: 'uniform'; readonly fromMs: number; readonly toMs: number }
  /** Mostly short, now and then several times the mean: how replicas behave in good health. */
  | { readonly kind: 'exponential'; readonly meanMs: number }
  /** A heavy tail: `sigma` 1 makes one in a hundred ten times the median. */
  | { readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number }

/** Draws a duration in milliseconds. One draw takes the same amount of chance whatever the kind. */
export function drawMs(random: Random, distribution: Distribution): number {
  const first = random.next()
  const second = random.next()
  switch (distribution.kind) {
    case 'fixed':
      return distribution.ms
    case 'uniform':
      return distribution.fromMs + first * (distribution.toMs - distribution.fromMs)
    case 'exponential':
      return -Math.log(1 - first) * distribution.meanMs
    case 'lognormal': {
      // Box and Muller, 1958: two uniform numbers make a normal one.
      const normal = Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second)
      return distribution.medianMs * Math.exp(distribution.sigma * normal)
    }
  }
}

/** @throws {OptionsError} when the distribution could draw anything but a duration. */
export function checkDistribution(field: string, distribution: Distribution): void {
  for (const [name, value] of Object.entries(distribution)) {
    if (name === 'kind' || (typeof value === 'number' && value >= 0 && value < Infinity)) continue
    throw new OptionsError({ field: `${field}.${name}`, value, accepted: 'a number of 0 or more' })
  }
  const names = namesOf[distribution.kind] as readonly string[] | undefined
  if (names === undefined) {
    const accepted = "'fixed', 'uniform', 'exponential' or 'lognormal'"
    throw new OptionsError({ field: `${field}.kind`, value: distribution.kind, accepted })
  }
  const missing = names.find((name) => !Object.hasOwn(distribution, name))
  if (missing !== undefined) {
    const accepted = `a number of 0 or more, for kind '${distribution.kind}'`
    throw new OptionsError({ field: `${field}.${missing}`, value: undefined, accepted })
  }
  if (distribution.kind === 'uniform' && distribution.toMs < distribution.fromMs) {
    const accepted = `${distribution.fromMs} (\`fromMs\`) or more`
    throw new OptionsError({ field: `${field}.toMs`, value: distribution.toMs, accepted })
  }
}

const namesOf = {
  fixed: ['ms'],
  uniform: ['fromMs', 'toMs'],
  exponential: ['meanMs'],
  lognormal: ['medianMs', 'sigma'],
} as const
