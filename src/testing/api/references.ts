// What the author of a write had seen of other partitions.
//
// R1. A `replyTo` that is a path names a row elsewhere, and its author had read it: as it is now, on
//     the primary of its partition. A reference to nothing is refused.
// R2. The floors of other scopes that came with the write tell how far its session had seen them.
//     What no primary has reached is not believed: nobody could ever show such a row (I14).

import type { Dependency } from '../../core/wire/dependency.ts'
import { primaryName } from '../replicas/replica-simulator.ts'
import { problem } from '../rest/rest-answer.ts'
import type { RestAnswer } from '../rest/rest-answer.ts'
import { merge } from '../rest/rest-depends.ts'
import { resourceAt } from '../rest/rest-resource.ts'
import type { Asked } from './floor-check.ts'
import { storeOf, worldAt } from './lagging-world.ts'
import type { World } from './lagging-world.ts'

/** What came with a write. */
export interface References {
  readonly asked: Asked
  /** The part of a path before the API begins. */
  readonly basePath: string
  /** The path that the body names, if it names one. */
  readonly refersTo: string | undefined
}

/** Returns what a write depends on, or the answer that refuses it. */
export function dependenciesOfWrite(
  world: World,
  { asked, basePath, refersTo }: References,
): readonly Dependency[] | RestAnswer {
  const seen = asked.elsewhere.flatMap((version): Dependency[] => {
    const other = world.all.find(({ scope }) => scope === version.scope)
    if (other === undefined || other === world) return []
    const { epoch, position } = other.simulator.stateOf(primaryName)
    const isReached = version.epoch === epoch && Number(version.position) <= position // R2
    return isReached ? [{ resource: undefined, version }] : []
  })
  if (refersTo === undefined) return merge(seen)
  const path = refersTo.startsWith(`${basePath}/`) ? refersTo.slice(basePath.length) : refersTo
  const referred = referredAt(world, path)
  if (referred === undefined) {
    const detail = `\`replyTo\` names nothing that exists: ${JSON.stringify(refersTo)}.`
    return problem(422, 'Reply to nothing', { detail })
  }
  return merge([...referred, ...seen])
}

/** Tells whether a write was refused for what it refers to. */
export function isRefused(
  depends: readonly Dependency[] | RestAnswer,
): depends is RestAnswer {
  return 'status' in depends
}

/** Returns the dependency on a row, none where it is of the same partition, if the row exists (R1). */
function referredAt(world: World, path: string): readonly Dependency[] | undefined {
  const other = worldAt(world.all, path)
  const resource = resourceAt(path, world.options.collections)
  if (other === undefined || resource?.kind !== 'item') return undefined
  const { epoch, position } = other.simulator.stateOf(primaryName)
  const row = storeOf(other, epoch).row(resource.key, position)
  if (row === undefined) return undefined
  // Within one line of history the position says it already.
  if (other === world) return []
  const version = { scope: other.scope, epoch, position: String(row.position) }
  return [{ resource: resource.key, version }]
}
