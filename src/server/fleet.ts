// The nodes of one database, as far as they are known: which takes the writes, and which replica can
// answer for what.
//
// F1. Roles are what the nodes say of themselves, look by look, so a failover needs no configuration. Of
//     two that claim to take the writes, the one of the higher term does.
// F2. A node that did not answer the last time is left out, and looked at again in the background.

import { standingTo } from '../core/standing.ts'
import type { Point } from '../core/version.ts'
import { createLagClock } from './lag-clock.ts'
import type { LagClock } from './lag-clock.ts'
import { createSampler } from './sampler.ts'
import type { Look, Sampler, SamplerOptions } from './sampler.ts'
import type { VersionSource } from './version-source.ts'

/** One node of a database. */
export interface DatabaseNode<T> {
  /** What it is called in `Served-By` and in events, such as `replica-2`. */
  readonly name: string
  readonly source: VersionSource
  /** What the handler is given to read from or write to it, such as a connection pool. */
  readonly database: T
}

/** A node, with what is known of it. */
export interface Member<T> extends DatabaseNode<T> {
  readonly sampler: Sampler
}

/** A node that has been looked at. */
export interface Known<T> {
  readonly member: Member<T>
  readonly look: Look
}

/** The nodes of one database. */
export interface Fleet<T> {
  readonly members: readonly Member<T>[]
  readonly lagClock: LagClock
  /** Resolves when every node has been looked at, or has failed to answer, for the first time. */
  readonly ready: () => Promise<void>
  readonly primary: () => Known<T> | undefined
  /** The replicas that answer, each in its turn the first. */
  readonly replicas: () => readonly Known<T>[]
}

/** What a {@link Fleet} tells. */
export interface FleetEvents {
  readonly onFailure: (node: string, cause: unknown) => void
  readonly onPrimary: (node: string, epoch: string) => void
}

// A look this old says little of what a node holds now, and of who takes the writes.
const refreshAfterMs = 1000

/** Puts nodes together. */
export function createFleet<T>(
  nodes: readonly DatabaseNode<T>[],
  options: Omit<SamplerOptions, 'onLook' | 'onFailure'>,
  events: FleetEvents,
): Fleet<T> {
  const { format } = nodes[0]?.source ?? {}
  if (format === undefined) throw new TypeError('A fleet without nodes has no format.')
  const lagClock = createLagClock(format)
  let told = ''
  let turn = 0
  let readiness: Promise<void> | undefined

  const members: readonly Member<T>[] = nodes.map((node) => ({
    ...node,
    sampler: createSampler(node.source, {
      ...options,
      onLook(look) {
        if (primary()?.look !== look) return
        lagClock.note(look, look.startedAt)
        const now = `${node.name} ${look.epoch}`
        if (told !== now) events.onPrimary(node.name, look.epoch)
        told = now
      },
      onFailure: (cause) => events.onFailure(node.name, cause),
    }),
  }))

  function answering(): Known<T>[] {
    return members.flatMap((member) => {
      const look = member.sampler.latest()
      member.sampler.refresh(refreshAfterMs) // F2
      return look === undefined || member.sampler.isFailing() ? [] : [{ member, look }]
    })
  }

  function primary(): Known<T> | undefined {
    return answering()
      .filter(({ look }) => look.isPrimary)
      .toSorted((left, right) => (right.look.term ?? 0) - (left.look.term ?? 0))[0] // F1
  }

  return {
    members,
    lagClock,
    primary,
    ready() {
      readiness ??= Promise.allSettled(members.map(({ sampler }) => sampler.next())).then(ignore)
      return readiness
    },
    replicas() {
      const replicas = answering().filter(({ look }) => !look.isPrimary)
      turn = (turn + 1) % Math.max(1, replicas.length)
      return [...replicas.slice(turn), ...replicas.slice(0, turn)]
    },
  }
}

/** Tells whether a node covers a floor, as far as its latest look tells. */
export function coversFloor<T>({ member, look }: Known<T>, floor: Point | undefined): boolean {
  return floor === undefined || standingTo(member.source.format, look, floor) === 'met'
}

function ignore(): void {}
