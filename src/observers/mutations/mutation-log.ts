// The mutations of one client: their log, the ids that their answers tell, and what a watch sees of both.
//
// M1. What a mutation lays over its keys is there in the step in which it is called.
// M2. Once a real id is known, the operations that name the temporary one are stated anew, in their places.
// M3. What the held base of every key shows is forgotten, some time later: a watch that is about to show what has
//     just been admitted must not find the operation gone before. Where memory has let go of a base, a watch may still
//     show it, so what the disk holds counts, and without either the operation stays. And there is a bound on what is
//     remembered, of operations as of what temporary ids have become.
// M4. Where no version can be compared, it counts what came first (L3). A clock that is set back meanwhile puts
//     an acknowledgement into the future: for what is read since, it came when that was noticed.

import type { ClientParts } from '../../client/exchanges/parts.ts'
import { pathBase } from '../../client/paths/path-base.ts'
import { OptionsError } from '../../core/errors.ts'
import {
  acknowledge,
  append,
  drop,
  insert,
  operationsOver,
  restate,
  send,
  showsWrite,
} from '../../core/operations/operation-log.ts'
import type { Base, Logged, OperationLog } from '../../core/operations/operation-log.ts'
import type { Operation } from '../../core/operations/operation.ts'
import { idsIn, replaceIds } from '../../core/operations/temporary-id.ts'
import type { Versions } from '../../core/version.ts'
import { callSafely } from '../readables/listeners.ts'
import type { OperationView } from '../watches/operation-view.ts'

/** A mutation that was called. */
export interface Job {
  readonly id: string
  readonly variables: unknown
  /** Returns what it lays over its keys, by variables and ids as they are known now. */
  readonly operations: (variables: unknown, temporaryId: () => string) => readonly Operation[]
  /** The line in which an outbox sends it, by ids as they are known now; `undefined` where it has none. */
  readonly line: (() => string) | undefined
}

/** The mutations of a client, in the order of their calls. */
export interface MutationLog {
  readonly view: OperationView
  /** `earlier` are the calls before one that another page has left. Without it, it is the newest of all. */
  readonly begin: (job: Job, earlier?: readonly string[]) => void
  /** The request of a mutation leaves, for the first time or again. */
  readonly send: (id: string) => void
  readonly acknowledge: (id: string, versions: Versions | undefined) => void
  /** Tells the real id of what a mutation has created. */
  readonly learnId: (id: string, real: string) => void
  readonly fail: (id: string, reason: unknown) => void
  /** Forgets everything, with the session. */
  readonly forget: () => void
  /** Tells whether something that is held is what a mutation has changed, and all of that shows it. */
  readonly isShown: (id: string) => boolean
  /** Returns variables with the real ids, as far as they are known. */
  readonly resolved: (variables: unknown) => unknown
  /** The mutations whose answers will tell ids that variables name. */
  readonly creationsIn: (variables: unknown) => string[]
  /** Returns why a creation that variables name has failed, in a box. */
  readonly failedCreation: (variables: unknown) => { readonly reason: unknown } | undefined
}

/** How long an operation is remembered that all that is held shows, in milliseconds. */
const rememberedMs = 60_000

/** How many acknowledged mutations are remembered whose keys no read has shown. */
const acknowledgedMax = 1000

/** How many creations are remembered by the ids that the page had made up for them. */
const createdMax = 1000

/** Returns the id by which the page calls what a mutation creates, until the real one is known. */
export function temporaryIdOf(id: string): string {
  return `temporary-${id}`
}

/** Makes the log of a client's mutations. */
export function createMutationLog(parts: ClientParts): MutationLog {
  const { options } = parts
  const { formatOf } = parts.scopes
  let log: OperationLog = []
  const jobs = new Map<string, Job>()
  /** Mutations that have called something by their temporary id. */
  const creations = new Set<string>()
  const realIds = new Map<string, string>()
  const failures = new Map<string, unknown>()
  /** When it was noticed of an acknowledgement that it lies in the future (M4). */
  const noticedAt = new Map<string, number>()
  const listeners = new Set<(key: string) => void>()

  function change(next: OperationLog, id: string): void {
    const before = keysOf(log, id)
    log = next
    tell([...before, ...keysOf(log, id)])
  }

  function tell(keys: readonly string[]): void {
    for (const key of new Set(keys)) {
      // A copy: who listens may leave meanwhile.
      for (const listener of Array.from(listeners)) callSafely(() => listener(key))
    }
  }

  function stated(job: Job): Operation[] {
    const temporaryId = temporaryIdOf(job.id)
    const operations = job.operations(resolved(job.variables), () => {
      creations.add(job.id)
      return realIds.get(temporaryId) ?? temporaryId
    })
    return operations.map((operation) => ({
      key: keyOf(parts, operation.key),
      apply: (value) => operation.apply(value),
    }))
  }

  function resolved(variables: unknown): unknown {
    return realIds.size === 0 ? variables : replaceIds(variables, realIds)
  }

  /** The log, with acknowledgements by the clock that a base was vouched for by (M4). */
  function logFor(base: Base | undefined): OperationLog {
    const now = options.now()
    if (base === undefined || base.validatedAt > now) return log // By the clock of before: as those are.
    for (const { id, acknowledged } of log) {
      // Anew each time that the clock is set back: it may be so more than once.
      if (acknowledged !== undefined && (noticedAt.get(id) ?? acknowledged.at) > now) noticedAt.set(id, now)
    }
    if (noticedAt.size === 0) return log
    return log.map((logged) => {
      const at = logged.acknowledged && noticedAt.get(logged.id)
      return at === undefined ? logged : { ...logged, acknowledged: { versions: logged.acknowledged?.versions, at } }
    })
  }

  function isForgettable(logged: Logged): boolean {
    const { acknowledged } = logged
    if (acknowledged === undefined || options.now() - acknowledged.at < rememberedMs) return false
    return logged.operations.every(({ key }) => {
      const { entry, onDisk } = parts.held.slotOf(key) ?? {}
      const base = entry ?? onDisk
      return base !== undefined && showsWrite(formatOf, base, acknowledged)
    })
  }

  /** Returns what is held of all that a mutation has changed. */
  function basesOf({ operations }: Logged): readonly Base[] {
    return operations.flatMap(({ key }) => parts.held.slotOf(key)?.entry ?? [])
  }

  /** Forgets what is shown everywhere, and what is too much (M3). */
  function tidy(): void {
    const acknowledged = log.filter((logged) => logged.acknowledged !== undefined)
    const surplus = acknowledged.slice(0, Math.max(0, acknowledged.length - acknowledgedMax))
    for (const logged of acknowledged) {
      if (!isForgettable(logged) && !surplus.includes(logged)) continue
      log = drop(log, logged.id)
      jobs.delete(logged.id)
      creations.delete(logged.id)
      noticedAt.delete(logged.id)
    }
  }

  return {
    view: {
      over: (key, base) => (log.length === 0 ? none : operationsOver(formatOf, logFor(base), { key, base })),
      subscribe(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },

    begin(job, earlier) {
      tidy()
      const { id } = job
      const operations = stated(job)
      jobs.set(id, job)
      change(earlier ? insert(log, { id, operations }, earlier) : append(log, id, operations), id) // M1
      parts.events.emit({ type: 'operation:begun', id: job.id, keys: operations.map(({ key }) => key) })
    },

    send(id) {
      log = send(log, id, jobs.get(id)?.line?.())
    },

    acknowledge(id, versions) {
      change(acknowledge(log, id, { versions, at: options.now() }, jobs.get(id)?.line?.()), id)
    },

    learnId(id, real) {
      const temporaryId = temporaryIdOf(id)
      if (!creations.has(id) || realIds.has(temporaryId)) return
      remember(realIds, temporaryId, real)
      for (const job of jobs.values()) {
        const isConcerned = job.id === id || idsIn(job.variables, [temporaryId]).length > 0
        if (isConcerned) change(restate(log, job.id, stated(job)), job.id) // M2
      }
    },

    fail(id, reason) {
      if (creations.has(id)) remember(failures, temporaryIdOf(id), reason)
      creations.delete(id)
      jobs.delete(id)
      change(drop(log, id), id)
    },

    forget() {
      const keys = log.flatMap(({ operations }) => operations.map(({ key }) => key))
      log = []
      for (const known of [jobs, creations, realIds, failures, noticedAt]) known.clear()
      tell(keys)
    },

    isShown(id) {
      return log.some((logged) => {
        const { acknowledged } = logged
        if (logged.id !== id || acknowledged === undefined) return false
        const bases = basesOf(logged)
        return bases.length > 0 && bases.every((base) => showsWrite(formatOf, base, acknowledged))
      })
    },

    resolved,
    creationsIn(variables) {
      const unknown = [...creations].filter((id) => jobs.has(id) && !realIds.has(temporaryIdOf(id)))
      const named = new Set(idsIn(variables, unknown.map(temporaryIdOf)))
      return unknown.filter((id) => named.has(temporaryIdOf(id)))
    },
    failedCreation(variables) {
      const [failed] = idsIn(variables, failures.keys())
      return failed === undefined ? undefined : { reason: failures.get(failed) }
    },
  }
}

const none: readonly Operation[] = []

/** Notes what has become of a creation, and forgets the oldest where there are too many (M3). */
function remember<T>(creations: Map<string, T>, temporaryId: string, end: T): void {
  creations.set(temporaryId, end)
  const [oldest] = creations.keys()
  if (creations.size > createdMax && oldest !== undefined) creations.delete(oldest)
}

function keysOf(log: OperationLog, id: string): string[] {
  return log.filter((logged) => logged.id === id).flatMap(({ operations }) => operations.map(({ key }) => key))
}

/** Returns the key under which a resource is held: by its address, or as a rule calls it. */
function keyOf(parts: ClientParts, target: string): string {
  if (!/^(\/|https?:)/i.test(target)) return target
  const base = pathBase(parts.options.origins)
  const request = URL.canParse(target, base) ? parts.classify(new URL(target, base), undefined) : undefined
  if (request !== undefined) return request.key
  const accepted = `a URL or path on ${[...parts.options.origins].join(', ')}, or a key that a rule names`
  throw new OptionsError({ field: 'operation.key', value: target, accepted })
}
