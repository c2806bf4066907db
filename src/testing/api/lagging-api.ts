// A REST API that lags: one primary, some replicas, and everything that goes wrong between them.
//
// It keeps its part of the protocol (docs/protocol.md) as exactly as the server kit, so that
// whatever a client gets wrong against it is the client's fault.
//
// L1. Each answer tells the as-of of the server that gave it: errors, refusals and 304 too.
// L2. A read is one look at one server, half of its latency after it was sent: never a mixture.
// L3. Writes go to the primary, whichever server was addressed, and happen at one moment.
// L4. For one seed and one virtual clock there is one course of events.

import { OptionsError } from '../../core/errors.ts'
import { invariant } from '../../core/invariant.ts'
import type { LogEntry } from '../history/server-log.ts'
import { checkDistribution } from '../replicas/distribution.ts'
import type { Distribution } from '../replicas/distribution.ts'
import { primaryName } from '../replicas/replica-simulator.ts'
import type { EpochBeginning, ServerState } from '../replicas/replica-simulator.ts'
import type { Reach } from '../replicas/replica.ts'
import { answerRequest } from './answering.ts'
import type { HandleOptions } from './answering.ts'
import type { LaggingApiEvent } from './api-events.ts'
import { createInProcessFetch } from './in-process-fetch.ts'
import { resolveLaggingOptions } from './lagging-options.ts'
import type { LaggingApiOptions } from './lagging-options.ts'
import { createWorlds, enterEpoch, logOf } from './lagging-world.ts'
import type { World } from './lagging-world.ts'

/** What the servers know at one moment. */
export interface Inspection {
  readonly atMs: number
  /** The primary first, and then the servers of each partition likewise. */
  readonly servers: readonly ServerState[]
}

/** A REST API over lagging replicas, with the switches of its operator. */
export interface LaggingApi {
  /**
   * Answers a request.
   *
   * @throws {TypeError} where a network would have failed: the server is cut off.
   */
  readonly handle: (request: Request, options?: HandleOptions) => Promise<Response>
  /** A `fetch` that reaches this API without a network. Paths such as `/photos` will do. */
  readonly fetch: typeof globalThis.fetch
  /** Sets how a replica lags, or all: from now on, and for what is on its way. */
  readonly setLag: (lag: Distribution, replica?: string) => void
  /** Adds replicas that know everything, or takes the last ones away. */
  readonly setReplicas: (count: number) => void
  /** Lets a replica stand still: it answers, but learns nothing. */
  readonly pause: (replica: string) => void
  readonly resume: (replica: string) => void
  /** Cuts a server off from clients and from the other servers. */
  readonly partition: (server: string, answer?: Exclude<Reach, 'reachable'>) => void
  readonly heal: (server: string) => void
  /** Promotes a replica: a new epoch begins, without the writes that it had not applied. */
  readonly failOver: (replica: string) => EpochBeginning
  /**
   * Restores a backup of a position: a new epoch begins, without the writes after it. Of a partition,
   * where its scope is given.
   */
  readonly restore: (position: number, scope?: string) => EpochBeginning
  /** What all servers committed and applied so far: for `history.recordLog`, and `runWorkload`. */
  readonly log: () => readonly LogEntry[]
  readonly inspect: () => Inspection
  /** Tells every event from now on. Returns the function that ends the subscription. */
  readonly subscribe: (listener: (event: LaggingApiEvent) => void) => () => void
}

/** Where {@link LaggingApi.fetch} finds the API, for paths without an origin. */
export const laggingApiOrigin = 'http://lagging.test'

/**
 * Makes an API whose replicas lag.
 *
 * @throws {OptionsError} for an option that is not accepted.
 * @example
 * ```ts
 * import { createLaggingApi, createVirtualClock } from 'tidemark/testing'
 *
 * const clock = createVirtualClock()
 * const { now, sleep } = clock
 * const api = createLaggingApi({ seed: 7, lag: { kind: 'fixed', ms: 200 }, now, sleep })
 *
 * await clock.run(async () => {
 *   const created = await api.fetch('/photos', { method: 'POST', body: '{"title":"Dune"}' })
 *   const path = created.headers.get('Location') ?? ''
 *   const early = await api.fetch(path)
 *   early.status //=> 404
 *   await clock.sleep(200)
 *   const late = await api.fetch(path)
 *   late.status //=> 200
 * })
 * ```
 */
export function createLaggingApi(options: LaggingApiOptions = {}): LaggingApi {
  const resolved = resolveLaggingOptions(options)
  const worlds = createWorlds(resolved)
  const { events } = mainOf(worlds)
  const changed = (
    change: Extract<LaggingApiEvent, { type: 'topology:changed' }>['change'],
    server?: string,
  ): void => events.emit({ type: 'topology:changed', change, server })
  const handle: LaggingApi['handle'] = (request, to = {}) => answerRequest(worlds, request, to)
  return {
    handle,
    fetch: createInProcessFetch(handle, laggingApiOrigin),
    setLag(lag, replica) {
      checkDistribution('lag', lag)
      for (const { simulator } of worldsOf(worlds, replica)) simulator.setLag(lag, replica)
      changed('lag', replica)
    },
    setReplicas(count) {
      for (const { simulator } of worlds) simulator.setReplicas(count)
      changed('replicas')
    },
    pause(replica) {
      worldOf(worlds, replica).simulator.pause(replica)
      changed('paused', replica)
    },
    resume(replica) {
      worldOf(worlds, replica).simulator.resume(replica)
      changed('resumed', replica)
    },
    partition(server, how = 'network-error') {
      worldOf(worlds, server).simulator.setReach(server, how)
      changed('partitioned', server)
    },
    heal(server) {
      worldOf(worlds, server).simulator.setReach(server, 'reachable')
      changed('healed', server)
    },
    failOver(replica) {
      const world = worldOf(worlds, replica)
      return enterEpoch(world, world.simulator.failOver(replica))
    },
    restore(position, scope = resolved.scope) {
      const world = worldOf(worlds, scope === resolved.scope ? '' : `${scope}/`)
      return enterEpoch(world, world.simulator.restore(position))
    },
    inspect: () => ({
      atMs: resolved.now(),
      servers: worlds.flatMap(({ simulator }) =>
        [primaryName, ...simulator.replicas()].map(simulator.stateOf),
      ),
    }),
    log: () => worlds.flatMap(logOf).toSorted((left, right) => left.atMs - right.atMs),
    subscribe: events.subscribe,
  }
}

function mainOf([main]: readonly World[]): World {
  invariant(main !== undefined, 'an API has a world that takes what no partition does')
  return main
}

/** Returns the world that a server is of, by the partition that its name begins with. */
function worldOf(worlds: readonly World[], server: string): World {
  const prefix = server.slice(0, server.lastIndexOf('/') + 1)
  const world = worlds.find((each) => each.prefix === prefix)
  if (world !== undefined) return world
  const accepted = worlds.map((each) => `'${each.prefix}${primaryName}'`).join(', ')
  throw new OptionsError({ field: 'server', value: server, accepted: `${accepted} and replicas` })
}

/** Returns the worlds that a change concerns: that of a server, or all. */
function worldsOf(worlds: readonly World[], server: string | undefined): readonly World[] {
  return server === undefined ? worlds : [worldOf(worlds, server)]
}
