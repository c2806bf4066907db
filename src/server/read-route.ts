// Where a read goes.
//
//   a replica that covers the floor ── yes ──────────────────────────────────────────► that replica
//     │ no
//   can the primary ever cover it? ── never ──────────────────────────────────────────► 409, at once
//     │ yes, or nobody knows
//   wait for the foremost replica, briefly ── it came ────────────────────────────────► that replica
//     │ it did not
//   the primary ── it answers ────────────────────────────────────────────────────────► the primary
//     └ it does not ──────────────────────────────────────────────────────────────────► 503
//
// R1. A floor that the primary cannot cover waits for nothing, and costs one look that all such floors
//     of the moment share (lessons P6).
// R2. Nobody waits longer than the server allows, nor than the request can, and no more than
//     `waitersMax` wait at a time.
// R3. *Never* rests on a look at the primary that began after the request had come.

import { standingTo } from '../core/standing.ts'
import type { Standing } from '../core/standing.ts'
import type { Point } from '../core/version.ts'
import type { Asked } from './asked.ts'
import { coversFloor } from './fleet.ts'
import type { Fleet, Known } from './fleet.ts'
import type { Look } from './sampler.ts'

/** Why a read goes where it goes. */
export type RouteReason = 'covered' | 'waited' | 'escalated' | 'strong' | 'no-replica'

/** Where a read goes, or why it goes nowhere. */
export type ReadRoute<T> =
  | { readonly kind: 'to'; readonly why: RouteReason; readonly known: Known<T>; readonly waitedMs: number }
  | { readonly kind: 'behind' | 'never'; readonly have: Known<T>; readonly want: Point; readonly waitedMs: number }
  | { readonly kind: 'down' }

/** What a route is chosen by. */
export interface RoutingOptions {
  readonly waitMs: number
  readonly waitersMax: number
  readonly now: () => number
}

/** Chooses where reads go. */
export function createReadRouting<T>(
  fleet: Fleet<T>,
  options: RoutingOptions,
): (asked: Asked) => Promise<ReadRoute<T>> {
  let waiters = 0

  /** Has a replica wait for the floor (R2). */
  async function waitFor({ member }: Known<T>, asked: Asked, floor: Point): Promise<Look | undefined> {
    const waitMs = Math.min(options.waitMs, asked.waitMs)
    if (waiters >= options.waitersMax || waitMs <= 0) return undefined
    waiters += 1
    try {
      const isCovered = (look: Look): boolean => coversFloor({ member, look }, floor)
      return await member.sampler.until(isCovered, { waitMs, position: floor.position })
    } finally {
      waiters -= 1
    }
  }

  return async (asked) => {
    const startedAt = options.now()
    const waitedMs = (): number => options.now() - startedAt
    const { floor, isStrong } = asked
    const replicas = isStrong ? [] : await recentReplicas(fleet, asked, options.now)
    const covering = replicas.find((replica) => coversFloor(replica, floor))
    if (covering !== undefined) return { kind: 'to', why: 'covered', known: covering, waitedMs: 0 }
    let standing: Standing = 'behind'
    let primary = fleet.primary()
    if (primary !== undefined) {
      const checked = await check(primary, floor) // R1
      standing = checked.standing
      primary = checked.known
      if (standing === 'never' && primary !== undefined && floor !== undefined) {
        return { kind: 'never', have: primary, want: floor, waitedMs: waitedMs() }
      }
    }
    const foremost = floor === undefined ? undefined : foremostOf(replicas)
    if (foremost !== undefined && floor !== undefined) {
      const look = await waitFor(foremost, asked, floor)
      if (look !== undefined) {
        const known = { member: foremost.member, look }
        return { kind: 'to', why: 'waited', known, waitedMs: waitedMs() }
      }
    }
    if (primary !== undefined) {
      const why = isStrong ? 'strong' : foremost === undefined ? 'no-replica' : 'escalated'
      return { kind: 'to', why, known: primary, waitedMs: waitedMs() }
    }
    const have = foremost ?? foremostOf(fleet.replicas())
    if (have === undefined) return { kind: 'down' }
    // Without a floor it was the primary itself that was asked for, or an answer more recent than any.
    return { kind: 'behind', have, want: floor ?? have.look, waitedMs: waitedMs() }
  }
}

/** Tells how the primary stands to a floor, looking anew where its latest position does not cover it. */
export async function check<T>(
  primary: Known<T>,
  floor: Point | undefined,
): Promise<{ readonly standing: Standing; readonly known: Known<T> | undefined }> {
  if (coversFloor(primary, floor) || floor === undefined) return { standing: 'met', known: primary }
  const { member } = primary
  try {
    const look = await member.sampler.next() // R3
    return { standing: standingTo(member.source.format, look, floor), known: { member, look } }
  } catch {
    return { standing: 'behind', known: undefined } // It does not answer: told by the fleet.
  }
}

/** Returns the replicas that are recent enough for a bound on staleness, looking anew where none is. */
async function recentReplicas<T>(
  fleet: Fleet<T>,
  { maxStalenessMs }: Asked,
  now: () => number,
): Promise<readonly Known<T>[]> {
  if (maxStalenessMs === undefined) return fleet.replicas()
  const areRecent = (): readonly Known<T>[] =>
    fleet.replicas().filter(({ look }) => {
      const lagMs = fleet.lagClock.lagMsOf(look, now())
      return lagMs !== undefined && lagMs <= maxStalenessMs
    })
  const known = areRecent()
  const foremost = foremostOf(fleet.replicas())
  const primary = fleet.primary()
  if (known.length > 0 || foremost === undefined || primary === undefined) return known
  // First the primary, then the replica: what covers the former's position is as recent as that look.
  await primary.member.sampler.next().catch(ignore)
  await foremost.member.sampler.next().catch(ignore)
  return areRecent()
}

/** Returns the replica that has applied most. Of concurrent ones, any. */
function foremostOf<T>(replicas: readonly Known<T>[]): Known<T> | undefined {
  return replicas.reduce<Known<T> | undefined>((best, next) => {
    if (best === undefined) return next
    if ((next.look.term ?? 0) !== (best.look.term ?? 0)) {
      return (next.look.term ?? 0) > (best.look.term ?? 0) ? next : best
    }
    const { format } = next.member.source
    const order = format.comparePositions(next.look.position, best.look.position)
    return order === 'after' ? next : best
  }, undefined)
}

function ignore(): void {}
