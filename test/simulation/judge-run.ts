// The judge of runs: what must not happen, whatever the world was like.
//
// Sessions are judged by the checker of `tidemark/testing`, which shares no comparison with the client.
// What it cannot see is judged here, from what the simulator knows and no client does: the truth about
// epochs and ages, the requests that were sent, and the time that passed.

import { isTidemarkError } from 'tidemark'
import type { Level } from 'tidemark'
import { checkGuarantees } from 'tidemark/testing'
import type { Operation, ResetOperation } from 'tidemark/testing'
import type { Epochs } from './epochs.ts'
import { judgedOperations } from './judged-history.ts'
import type { Lesson } from './knowledge.ts'
import type { SentRequest } from './network.ts'
import { worldOf } from './plan.ts'
import type { Plan, World } from './plan.ts'
import type { BegunRead, ReadFact, State } from './recorder.ts'

/** What must hold, by name, and what it says. */
export const promises = {
  'read-your-writes': 'a read shows what its session had written before, across reloads and tabs',
  'monotonic-reads': 'a read shows no less than its session was shown before',
  'forward-epochs': 'no session goes back to a history that has ended',
  'founded-resets': 'a history is given up only when it has ended',
  honesty: 'a level that is claimed was kept, and one that was kept is claimed',
  strong: 'a strong read shows all that was written before it began',
  'bounded-staleness': 'a bounded read shows nothing that was older than its bound',
  availability: 'a read whose primary can be reached is answered',
  liveness: 'a read ends within its budget, beside the time of the network',
  'bounded-requests': 'a read sends no more than eight requests',
  'steady-views': 'no watch shows a key going back, and it tells its listeners once a turn, and of changes alone',
  'steady-operations': 'what was done by a mutation is shown until a read shows it, or it has failed',
  privacy: 'nothing that was known of one user is shown to the next, or judged by',
  delivery: 'each call of a mutation ends, and what an outbox has kept is done, in whatever page',
  convergence: 'once lag has ended, every tab reaches the newest state',
  soundness: 'a call fails only in the ways that are documented',
} as const

/** The name of what must hold. */
export type PromiseName = keyof typeof promises

/** A broken promise. */
export interface Breach {
  readonly promise: PromiseName
  readonly message: string
}

/** What is known of a run. */
export interface Evidence {
  readonly plan: Plan
  readonly operations: readonly Operation[]
  readonly lessons: readonly Lesson[]
  readonly reads: readonly ReadFact[]
  /** What watches have shown and vouched for, with the level of each. */
  readonly shown: ReadonlyMap<number, Level>
  /** Reads that have not ended, because their pages are gone. */
  readonly unended: Iterable<BegunRead>
  readonly sent: readonly SentRequest[]
  readonly epochs: Epochs
  /** When each position of each epoch was written, as `epoch position`. */
  readonly writtenAtMs: ReadonlyMap<string, number>
  readonly epochBegunAtMs: ReadonlyMap<string, number>
}

/** Returns the promises that a run has broken. */
export function judgeRun(evidence: Evidence): readonly Breach[] {
  const world = worldOf(evidence.plan)
  const { reads } = evidence
  return [
    ...judgeSessions(evidence, world),
    ...judgeEpochs(evidence, world),
    ...reads.flatMap((read) => [
      ...judgeHonesty(read, world),
      ...judgeStrong(evidence, read, world),
      ...judgeStaleness(evidence, read, world),
      ...judgeError(evidence.plan, read, world),
      ...judgeEffort(evidence, read, world),
    ]),
  ]
}

// --- Sessions ------------------------------------------------------------------------------------

/** Tells whether the histories of a world have no names, so that nobody can tell one from another. */
export function isNameless({ epochs, versions }: World): boolean {
  return epochs === 'untold' || versions === 'body'
}

/** The guarantees of reads, of which the session's own operations are the only witness. */
type ReadGuarantee = 'read-your-writes' | 'monotonic-reads'

const promisedBy: Record<ReadGuarantee, (level: Level) => boolean> = {
  'read-your-writes': (level) => level !== 'eventual' && level !== 'monotonic-reads',
  'monotonic-reads': (level) => level === 'session' || level === 'strong' || typeof level === 'object',
}

function judgeSessions(evidence: Evidence, world: World): Breach[] {
  const { epochs, reads, shown } = evidence
  const levels = new Map(reads.map(({ operation, level }) => [operation?.id, level]))
  const operations = world.epochs === 'ordered' ? evidence.operations : withoutDoubt(evidence.operations, epochs)
  // Nobody can tell tabs that have met different histories which of them goes on, unless epochs are
  // ordered: what one knows is then no duty of the others.
  const isShared = world.epochs === 'ordered' || world.tabs === 1 || epochs.count() === 0
  const lessons = isShared ? evidence.lessons : []
  const judged = judgedOperations(operations, lessons, epochs)
  const deleted = new Set(
    operations.flatMap((operation) => (operation.kind === 'write' && operation.isDelete && operation.outcome !== 'refused' ? [operation.key] : [])),
  )
  const firstRestartMs = Math.min(...evidence.epochBegunAtMs.values())
  const isRestarted = epochs.count() > 0
  const find = (
    history: readonly Operation[],
    granularity: 'key' | 'scope',
    isPromised: (guarantee: ReadGuarantee, level: Level) => boolean,
  ): Breach[] =>
    checkGuarantees({ operations: history }, { granularity })
      .violations.flatMap((violation) => {
        if (violation.guarantee !== 'read-your-writes' && violation.guarantee !== 'monotonic-reads') return []
        const { guarantee, read, message } = violation
        // A watch falls behind by what its session has done, and not by what it has merely seen elsewhere.
        const level = levels.get(read.id) ?? (guarantee === 'read-your-writes' ? shown.get(read.id) : undefined)
        // An absence that told nothing may be one of the new history.
        const isOfAny = isRestarted && read.epoch === '' && world.versions === 'wire'
        // Nor does it go back behind an old sighting, which a weaker level may give, of what was deleted.
        const isDeleted = read.seen.kind === 'absent' && read.asOf === undefined && deleted.has(read.key)
        // Where epochs have no names, nobody can tell the histories apart once one has restarted.
        const isUntold = isNameless(world) && read.completed.atMs >= firstRestartMs
        const isJudged = read.id > 0 && !isUntold && !isOfAny && !isDeleted
        return isJudged && level !== undefined && isPromised(guarantee, level) ? [{ promise: guarantee, message }] : []
      })
  const byResource = (): readonly Operation[] =>
    judgedOperations(operations, lessons.filter(({ way }) => way === 'loading'), epochs).map((operation) => {
      if (operation.kind === 'reset') return operation
      return { ...operation, scope: `main ${operation.key}` }
    })
  if (world.versions === 'body') {
    return find(byResource(), 'scope', (guarantee, level) => promisedBy[guarantee](level))
  }
  const found = [
    ...find(judged, 'scope', (guarantee, level) => promisedBy[guarantee](level)),
    ...find(judged, 'key', (guarantee, level) => promisedBy[guarantee](level)),
  ]
  const isPerKey = reads.some(({ level }) => level === 'monotonic-reads')
  if (!isPerKey) return found
  const isOfKey = (guarantee: ReadGuarantee, level: Level): boolean =>
    guarantee === 'monotonic-reads' && level === 'monotonic-reads'
  return [...found, ...find(byResource(), 'scope', isOfKey)]
}

/**
 * Begins a new session where a page has followed another tab to a history that had ended, without having
 * seen that end itself: nothing could have told it.
 */
function withoutDoubt(operations: readonly Operation[], epochs: Epochs): readonly Operation[] {
  const parts = new Map<string, number>()
  const left = new Set<string>()
  return operations.flatMap((operation) => {
    const { session } = operation
    const isReset = operation.kind === 'reset'
    if (isReset && isDoubtful(operation, epochs, left)) {
      parts.set(session, (parts.get(session) ?? 0) + 1)
      return []
    }
    if (isReset) left.add(`${session} ${operation.fromEpoch}`)
    const part = parts.get(session) ?? 0
    // No name of a page's next session, such as `tab-1/0~1` (`browser.ts`): that one knows nothing of this.
    return part === 0 ? operation : { ...operation, session: `${session}, history ${part + 1}` }
  })
}

function isDoubtful({ session, fromEpoch, toEpoch }: ResetOperation, epochs: Epochs, left: ReadonlySet<string>): boolean {
  const [from = 0, to = 0] = [epochs.indexOf(fromEpoch), epochs.indexOf(toEpoch)]
  return to < from && !left.has(`${session} ${toEpoch}`)
}

// --- Epochs --------------------------------------------------------------------------------------

function judgeEpochs({ operations, epochs }: Evidence, world: World): Breach[] {
  const left = new Set<string>()
  return operations.flatMap((operation): Breach[] => {
    if (operation.kind !== 'reset') return []
    const { session, fromEpoch, toEpoch, completed } = operation
    const says = `${session} gave up the epoch "${fromEpoch}" for "${toEpoch}" at ${completed.atMs} ms`
    if (isNameless(world)) {
      // One restart may be met more than once: a replica that has yet to hear of it speaks in the same name.
      return epochs.count() > 0 ? [] : [{ promise: 'founded-resets', message: `${says}, but no history had ended.` }]
    }
    const [from, to] = [epochs.indexOf(fromEpoch), epochs.indexOf(toEpoch)]
    if (to === undefined) return [{ promise: 'founded-resets', message: `${says}, which never began.` }]
    const isDoubt = world.epochs === 'named' && isDoubtful(operation, epochs, left)
    left.add(`${session} ${fromEpoch}`)
    if (from === undefined || to > from || isDoubt) return []
    return [{ promise: 'forward-epochs', message: `${says}, which had ended before.` }]
  })
}

// --- Single reads --------------------------------------------------------------------------------

function judgeHonesty({ page, path, report, level, status, isVersioned, endedAtMs }: ReadFact, world: World): Breach[] {
  if (report === undefined) return []
  const { achieved, source, why } = report
  const says = `${page} at ${endedAtMs} ms: ${path} (${JSON.stringify(level)}) was ${achieved} from ${source}, "${why}"`
  const breach = (message: string): Breach[] => [{ promise: 'honesty', message: `${says}, but ${message}.` }]
  const isJudged = status === 200 || status === 404
  const isNetworks = source === 'network'
  if (achieved === 'behind' && world.onUnavailable !== 'serve-stale') return breach('nobody had asked for stale answers')
  if (world.versions === 'body') return []
  if (achieved === 'fresh' && status === 200 && isNetworks && !isVersioned) return breach('it told no version')
  // Where the disk has not told its floors in time, nothing can be vouched for.
  const isBlind = why.includes('the disk has not told its floors yet')
  if (isBlind && world.disk !== 'absent' && world.diskMs + world.diskHangs === 0) {
    return breach('the floors were there')
  }
  const isWeaker = achieved === 'unverified' && isVersioned && isJudged && !isBlind && typeof level !== 'object'
  return isWeaker ? breach('it told its version') : []
}

function judgeStrong(
  { epochs }: Evidence,
  { page, path, level, report, state, primaryAtStart, endedAtMs }: ReadFact,
  world: World,
): Breach[] {
  // A cache that knows nothing of the level answers in the name of the primary, and nobody can tell.
  const isJudgeable = level === 'strong' && report?.achieved === 'fresh' && state !== undefined
  if (!isJudgeable || world.cdn !== undefined || world.versions === 'body') return []
  const [own, its] = [epochs.indexOf(primaryAtStart.epoch) ?? 0, epochs.indexOf(state.epoch) ?? 0]
  if (its > own || (its === own && Number(state.position) >= Number(primaryAtStart.position))) return []
  const message = `${page} at ${endedAtMs} ms: a strong read of ${path} showed ${print(state)}, but the primary had been at ${print(primaryAtStart)}.`
  return [{ promise: 'strong', message }]
}

function judgeStaleness(evidence: Evidence, read: ReadFact, world: World): Breach[] {
  const { page, path, level, report, state, isVersioned, startedAtMs, endedAtMs } = read
  if (!isVersioned || typeof level !== 'object' || report?.achieved !== 'fresh' || state === undefined) return []
  const jumps = evidence.plan.incidents.some(({ what }) => what === 'clock-jumps')
  if (jumps || world.cdn !== undefined || world.versions === 'body') return []
  const staleSinceMs = staleSince(evidence, state)
  if (staleSinceMs === undefined) return []
  // On its way an answer grows older, and nobody can know by how much.
  const ageMs = startedAtMs - staleSinceMs
  if (ageMs <= level.maxStalenessMs + world.latencyMs) return []
  const message = `${page} at ${endedAtMs} ms: ${path} from ${report.source} showed ${print(state)}, which had been stale for ${Math.round(ageMs)} ms when the read began; its bound was ${level.maxStalenessMs} ms.`
  return [{ promise: 'bounded-staleness', message }]
}

/** Returns when the first write was made that a state lacks. */
function staleSince({ writtenAtMs, epochs, epochBegunAtMs }: Evidence, { epoch, position }: State): number | undefined {
  const index = epochs.indexOf(epoch) ?? 0
  const ended = [...epochBegunAtMs].find(([other]) => epochs.indexOf(other) === index + 1)?.[1]
  const following = Number(position) + 1
  // A write that was lost with its history is missed by nobody.
  const isLost = ended !== undefined && epochs.heirsOf(epoch, following).length === 0
  const next = isLost ? undefined : writtenAtMs.get(`${epoch} ${following}`)
  if (next === undefined || ended === undefined) return next ?? ended
  return Math.min(next, ended)
}

function judgeError(plan: Plan, { page, path, error, endedAtMs }: ReadFact, world: World): Breach[] {
  if (error === undefined) return []
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `a ${typeof error}`
  const says = `${page} at ${endedAtMs} ms: ${path} failed with ${text}`
  const isAbort = error instanceof DOMException && error.name === 'AbortError'
  const isNetwork = error instanceof TypeError && error.message.startsWith('Failed to fetch')
  // Whoever waits for something of a session hears of its end.
  if (world.signOuts && isTidemarkError(error, 'session-ended')) return []
  if (isAbort || (error instanceof Error && error.message.startsWith('Nothing came within'))) return []
  if (!isNetwork && !isTidemarkError(error, 'version-unavailable')) return [{ promise: 'soundness', message: says }]
  return isServable(plan, world) ? [{ promise: 'availability', message: says }] : []
}

/** Tells whether nothing in a world can keep a read from the primary. */
function isServable({ incidents }: Plan, world: World): boolean {
  const isWhole = world.versionsLost + world.versionsGarbled + world.networkErrors === 0 && world.cdn === undefined
  const isTold = world.versions === 'wire' && world.epochs !== 'untold'
  const isCut = incidents.some(({ what }) => ['cut', 'offline', 'clock-jumps'].includes(what))
  return isWhole && isTold && !isCut && world.budgetMs >= 2000
}

const requestsMax = 8
const floorsWithinMs = 400

function judgeEffort({ sent, reads, unended }: Evidence, read: ReadFact, world: World): Breach[] {
  const { page, path, startedAtMs, endedAtMs } = read
  const own = sent.filter(
    (request) =>
      request.page === page &&
      request.path === path &&
      request.method === 'GET' &&
      request.sentAtMs <= endedAtMs &&
      (request.endedAtMs ?? Infinity) >= startedAtMs,
  )
  const takenMs = endedAtMs - startedAtMs
  const longestMs = Math.max(0, ...own.map((request) => (request.endedAtMs ?? endedAtMs) - request.sentAtMs))
  const allowedMs = longestMs + world.budgetMs + floorsWithinMs + world.diskMs + 1
  const says = `${page} at ${endedAtMs} ms: the read of ${path}`
  const breaches: Breach[] = []
  if (takenMs > allowedMs) {
    breaches.push({ promise: 'liveness', message: `${says} took ${Math.round(takenMs)} ms, of ${Math.round(allowedMs)} ms that it may take.` })
  }
  // What a watch of it has asked for meanwhile is bounded by what happens, and not by the reads of users.
  if (world.hooks !== 'none') return breaches
  const since = own.filter(({ sentAtMs }) => sentAtMs >= startedAtMs).length
  if (since <= requestsMax) return breaches
  const isAlike = (other: { readonly page: string; readonly path: string }): boolean => other.page === page && other.path === path
  const companions = [
    ...reads.filter((other) => isAlike(other) && other.startedAtMs <= endedAtMs && other.endedAtMs >= startedAtMs),
    ...[...unended].filter((other) => isAlike(other) && other.invoked.atMs <= endedAtMs),
  ]
  // Behind each read that is answered from what is held, another may renew it.
  const shares = companions.length * (world.rules.includes('reuse') ? 2 : 1)
  if (since > requestsMax * shares) {
    breaches.push({ promise: 'bounded-requests', message: `${says} sent ${since} requests.` })
  }
  return breaches
}

function print({ epoch, position }: State): string {
  return `${epoch}:${position}`
}
