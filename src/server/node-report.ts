// How far each node is: for dashboards and alarms.
//
// M1. The primary is looked at first, so what a replica has not applied is never understated.
// M2. A replica that has applied everything has no lag, however long ago the last write was (lessons V18).

import { coversPosition } from '../core/standing.ts'
import type { Point } from '../core/version.ts'
import type { Fleet } from './fleet.ts'

/** How far a node is. */
export interface NodeReport extends Point {
  readonly name: string
  readonly role: 'primary' | 'replica' | 'unknown'
  /** How much history it has yet to apply, in the unit of its database: for PostgreSQL, bytes of log. */
  readonly lagAmount: number | undefined
  /** How old its state is at most, in milliseconds: 0 for what has applied everything. */
  readonly lagMs: number | undefined
}

/** Looks at all nodes. */
export async function measureFleet<T>(
  fleet: Fleet<T>,
  now: () => number,
): Promise<readonly NodeReport[]> {
  await fleet.ready()
  const primary = fleet.primary()
  const head = await primary?.member.sampler.next().catch(ignore) // M1
  return Promise.all(
    fleet.members.map(async ({ name, source, sampler }): Promise<NodeReport> => {
      const isHead = name === primary?.member.name
      const look = isHead ? head : await sampler.next().catch(ignore)
      if (look === undefined) {
        return { name, role: 'unknown', epoch: '', position: '', lagAmount: undefined, lagMs: undefined }
      }
      const { epoch, position, isPrimary } = look
      const role = isPrimary ? 'primary' : 'replica'
      const report = { name, role, epoch, position } as const
      if (head === undefined || head.epoch !== epoch) {
        return { ...report, lagAmount: undefined, lagMs: undefined }
      }
      const hasAll = isHead || coversPosition(source.format, position, head.position)
      const lagMs = hasAll ? 0 : fleet.lagClock.lagMsOf(look, now()) // M2
      return { ...report, lagAmount: hasAll ? 0 : source.distance?.(position, head.position), lagMs }
    }),
  )
}


function ignore(): undefined {
  return undefined
}
