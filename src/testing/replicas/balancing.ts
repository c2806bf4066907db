// Which replica answers a read: what a load balancer does that knows nothing of versions.
//
// It does not look at the health of a replica either: a read may be sent to one that is cut off.

import { OptionsError } from '../../core/errors.ts'
import { hashText } from '../determinism/hash-text.ts'
import type { Random } from '../determinism/random.ts'

/**
 * How reads are spread over the replicas.
 *
 * - `random`: each read by chance, the case in which a page flickers most;
 * - `round-robin`: one after the other;
 * - `sticky`: requests with the same `Authorization` go to the same replica, also while others are
 *   added: monotonic reads by topology, until that replica is replaced (lessons R24);
 * - `weighted`: by chance, in proportion to the weights, the first for `replica-1`.
 */
export type Balancing =
  | 'random'
  | 'round-robin'
  | 'sticky'
  | { readonly kind: 'weighted'; readonly weights: readonly number[] }

/** Chooses among servers, or returns `undefined` where there is none. */
export type Balancer = (servers: readonly string[], request: Request) => string | undefined

/** Makes a balancer that draws from `random`. */
export function createBalancer(balancing: Balancing, random: Random): Balancer {
  if (typeof balancing === 'object') return weighted(balancing.weights, random)
  switch (balancing) {
    case 'random':
      return (servers) => servers[random.below(servers.length)]
    case 'round-robin': {
      let turn = random.below(64)
      return (servers) => servers[turn++ % servers.length]
    }
    case 'sticky': {
      const salt = random.below(2 ** 32)
      return (servers, request) => byRendezvous(servers, request.headers.get('authorization'), salt)
    }
    default: {
      const accepted = "'random', 'round-robin', 'sticky' or { kind: 'weighted', weights }"
      throw new OptionsError({ field: 'balancing', value: balancing, accepted })
    }
  }
}

function weighted(weights: readonly number[], random: Random): Balancer {
  if (!weights.every((weight) => weight >= 0 && weight < Infinity)) {
    const accepted = 'numbers of 0 or more'
    throw new OptionsError({ field: 'balancing.weights', value: String(weights), accepted })
  }
  return (servers) => {
    const total = servers.reduce((sum, _, index) => sum + (weights[index] ?? 0), 0)
    let left = random.next() * total
    const chosen = servers.find((_, index) => (left -= weights[index] ?? 0) < 0)
    return chosen ?? servers[0]
  }
}

/** Highest random weight (Thaler and Ravishankar, 1998): a server more moves only its own share. */
function byRendezvous(
  servers: readonly string[],
  client: string | null,
  salt: number,
): string | undefined {
  let best: { server: string; weight: number } | undefined
  for (const server of servers) {
    const weight = hashText(`${server} ${client ?? ''}`, salt)
    if (best === undefined || weight > best.weight) best = { server, weight }
  }
  return best?.server
}
