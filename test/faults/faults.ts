// Faults that we plant in the client, each a patch of its sources: the simulator has to catch them all.
//
// They are the faults of such clients that others have made (lessons 10, T3), and those that we made
// ourselves. What cannot be seen from outside is no fault here: a floor that is not sent, for example, is
// still judged by, and costs a request more.

import type { Incident } from '../simulation/plan.ts'
import type { Fault } from './fault.ts'

/** One primary after the other, as nobody would wish it. */
const failingOver: readonly Incident[] = [200, 500, 800, 1100].map((atMs) => {
  return { atMs, what: 'fail-over', server: atMs / 100 }
})

/** The same restored again and again. */
const restoring: readonly Incident[] = Array.from({ length: 4 }, (_, index) => {
  return { atMs: 200 + 400 * index, what: 'restore', back: 1 }
})

/** Somebody else writes all the time. */
const othersWriting: readonly Incident[] = Array.from({ length: 20 }, (_, index) => {
  return { atMs: 50 * index, what: 'others-write', of: 'count' }
})

/** Faults of what a session knows, and of how it is judged by. */
export const floorFaults: readonly Fault[] = [
  {
    name: 'the floor is read too early: answers are judged by what was known when they were asked for',
    patches: [
      {
        file: 'src/client/reads/fetch-fresh.ts',
        found: 'course.departedAt = held.session.moment()',
        put: 'course.departedAt = held.session.moment(); Object.assign(course.request, { early: new Map(held.session.all) })',
      },
      {
        file: 'src/client/exchanges/floors.ts',
        found: 'scope: held.session.requiredOf(scope)',
        put: 'scope: request.early === undefined ? held.session.requiredOf(scope) : (request.early.get(scope) ?? {})',
      },
    ],
    world: { latencyMs: 200 },
    seedsMax: 10,
  },
  {
    name: 'a missing version is zero: an answer that says nothing forgets the floors',
    patches: [
      {
        file: 'src/client/reads/fetch-fresh.ts',
        found: 'course.isHeard ||= told !== undefined',
        put: 'if (answer.versions === undefined) held.session.all.clear()',
      },
    ],
    world: { versionsLost: 10 },
    seedsMax: 20,
  },
  {
    name: 'unknown counts as fresh: an answer that says nothing is believed',
    patches: [
      {
        file: 'src/core/judge.ts',
        found: "{ verdict: isSilent ? 'unknown' : 'fresh' }",
        put: "{ verdict: 'fresh' }",
      },
      {
        file: 'src/core/judge.ts',
        found: "if (floor !== undefined) consider({ verdict: 'unknown', want: floor })",
        put: '',
      },
    ],
    world: { versionsLost: 10 },
    seedsMax: 10,
  },
  {
    name: 'epochs are compared by position',
    patches: [
      {
        file: 'src/core/version.ts',
        found: "if (left.scope !== right.scope || left.epoch !== right.epoch) return 'foreign'",
        put: "if (left.scope !== right.scope) return 'foreign'",
      },
    ],
    seedsMax: 120,
  },
  {
    name: 'the join is the lesser: a floor falls to what came last',
    patches: [
      {
        file: 'src/core/version.ts',
        found: "    case 'after':\n      return left\n    case 'before':\n      return right\n",
        put: "    case 'after':\n      return right\n    case 'before':\n      return left\n",
      },
    ],
    seedsMax: 10,
  },
  {
    name: 'reads raise no floor (S2)',
    patches: [{ file: 'src/client/memory/held.ts', found: '      session.recordRead(answered)\n', put: '' }],
    seedsMax: 60,
  },
  {
    name: 'the session level forgets own writes',
    patches: [
      {
        file: 'src/core/guarantee.ts',
        found: 'return readAndWriteFloor(formatOf, floors.scope)',
        put: 'return floors.scope.read',
      },
    ],
    seedsMax: 10,
  },
  {
    name: 'read-your-writes goes by no floor',
    patches: [{ file: 'src/core/guarantee.ts', found: 'return floors.scope.write', put: 'return undefined' }],
    seedsMax: 10,
  },
  {
    name: 'monotonic reads go by no floor',
    patches: [{ file: 'src/core/guarantee.ts', found: 'return floors.key\n', put: 'return undefined\n' }],
    seedsMax: 90,
  },
  {
    name: 'the floor of a write rises after its answer was handed over (W2)',
    patches: [
      {
        file: 'src/client/writes/writer.ts',
        found: 'held.session.recordWrite(versions) // W2',
        put: 'options.setTimer(() => held.session.recordWrite(versions), 30)',
      },
    ],
    seedsMax: 10,
  },
  {
    name: 'the floor of a key goes with its value (I6)',
    patches: [
      {
        file: 'src/client/memory/held.ts',
        found: '      slot.entry = undefined\n      sort(key, slot)\n    }',
        put: '      slots.delete(key)\n      values.delete(key)\n    }',
      },
    ],
    world: { memoryBytesMax: 0, disk: 'absent' },
    seedsMax: 80,
  },
  {
    name: 'a token raises nothing (S10)',
    patches: [{ file: 'src/client/sessions/session.ts', found: '      floors().join(raised)\n', put: '' }],
    world: { tabs: 2, mirror: 'none', disk: 'absent' },
    seedsMax: 160,
  },
]

/** Faults of reads: what is served, and what is asked for. */
export const readFaults: readonly Fault[] = [
  {
    name: 'what is behind is served as fresh',
    patches: [
      { file: 'src/core/judge.ts', found: "return { verdict: 'behind', want, got } // J3", put: "return { verdict: 'fresh', want, got }" },
    ],
    seedsMax: 10,
  },
  {
    name: 'a stale absence counts as absent (R8)',
    patches: [
      {
        file: 'src/client/exchanges/answer-judgement.ts',
        found: "if (judgement.verdict === 'unknown' && isAbsence(response) && isKnownAbsence(parts, request)) {",
        put: 'if (isAbsence(response)) {',
      },
    ],
    seedsMax: 10,
  },
  {
    name: 'what is served below the floor is not marked (S5)',
    patches: [
      { file: 'src/client/reads/refusal.ts', found: "const achieved = isUnknown ? 'unverified' : 'behind'", put: "const achieved = 'fresh'" },
    ],
    world: { onUnavailable: 'serve-stale', budgetMs: 150 },
    seedsMax: 10,
  },
  {
    name: 'what said nothing is not marked (S5)',
    patches: [
      {
        file: 'src/client/reads/refusal.ts',
        found: "return serveAnswer(parts, course, answer, { achieved: 'unverified', why, want })",
        put: "return serveAnswer(parts, course, answer, { achieved: 'fresh', why, want })",
      },
    ],
    world: { versionsLost: 40 },
    seedsMax: 10,
  },
  {
    name: 'a strong read is served from what is held',
    patches: [
      { file: 'src/core/read-plan.ts', found: 'if (!holdsEnough || requirement.asksPrimary)', put: 'if (!holdsEnough)' },
    ],
    world: { rules: ['reuse'] },
    seedsMax: 10,
  },
  {
    name: 'a strong read asks any server',
    patches: [{ file: 'src/core/guarantee.ts', found: "strong: { floor: 'session', asksPrimary: true", put: "strong: { floor: 'session', asksPrimary: false" }],
    seedsMax: 150,
  },
  {
    name: 'a bound on staleness is ignored',
    patches: [
      { file: 'src/client/exchanges/answer-judgement.ts', found: "servedBy.lagMs > maxStalenessMs ? 'beyond' : 'within'", put: "'within'" },
    ],
    world: { lagMs: 1500, floors: 'ignore' },
    level: { maxStalenessMs: 100 },
    incidents: othersWriting,
    seedsMax: 10,
  },
  {
    name: 'a held value is as young as its answer, however late its source was',
    patches: [{ file: 'src/client/reads/admission.ts', found: ' - (servedBy?.lagMs ?? 0)', put: '' }],
    world: { rules: ['reuse'], lagMs: 1500, floors: 'ignore' },
    level: { maxStalenessMs: 100 },
    incidents: othersWriting,
    seedsMax: 60,
  },
  {
    name: 'the ladder never reaches the primary',
    patches: [{ file: 'src/transport/retry.ts', found: 'const asksPrimary = canAskPrimary && !isClose', put: 'const asksPrimary = false' }],
    world: { lagMs: 1500 },
    seedsMax: 20,
  },
  {
    name: 'the ladder takes more than its budget',
    patches: [
      {
        file: 'src/client/reads/fetch-fresh.ts',
        found: 'createDeadline(leftMsOf(course), course.caller, options)\n      const attempt',
        put: 'createDeadline(leftMsOf(course) * 20 + 5000, course.caller, options)\n      const attempt',
      },
    ],
    world: { lagMs: 1500, floors: 'refuse', budgetMs: 150 },
    seedsMax: 30,
  },
  {
    name: 'the ladder has no end but its budget, and hardly a pause',
    patches: [
      { file: 'src/transport/retry.ts', found: 'const answersMax = 8', put: 'const answersMax = 100' },
      { file: 'src/transport/retry.ts', found: 'const primaryAnswersMax = 2', put: 'const primaryAnswersMax = 100' },
      { file: 'src/transport/retry.ts', found: '2 ** (answers - 1)', put: '1' },
    ],
    world: { versions: 'body', lagMs: 1500, versionsLost: 0 },
    seedsMax: 10,
  },
  {
    name: 'reads of two levels share one request',
    patches: [
      {
        file: 'src/client/reads/flights.ts',
        found: 'const ways = `${method} ${levelText} ${budgetMs}',
        put: 'const ways = `${method} ${budgetMs}',
      },
    ],
    world: { latencyMs: 100, disk: 'absent' },
    level: ['eventual', 'session'],
    isAside: true,
    seedsMax: 10,
  },
  {
    name: 'a strong read joins one that began before it (R3)',
    patches: [
      {
        file: 'src/client/reads/flights.ts',
        found: 'if (requirementOf(request.level).asksPrimary) queueMicrotask(() => close(key, flight)) // L4',
        put: '',
      },
    ],
    world: { latencyMs: 100 },
    level: 'strong',
    isAside: true,
    seedsMax: 15,
  },
  {
    name: 'a clock that is set back lends time',
    patches: [
      {
        file: 'src/client/waits/deadline.ts',
        found: 'controller.signal.aborted ? 0 : Math.min(budgetMs, Math.max(0, budgetMs - (now() - startedAt)))',
        put: 'Math.max(0, budgetMs - (now() - startedAt))',
      },
      { file: 'src/client/waits/deadline.ts', found: "else signal.addEventListener('abort', end, { once: true }) // D1", put: '' },
    ],
    world: { lagMs: 1500, floors: 'refuse' },
    incidents: [{ atMs: 300, what: 'clock-jumps', byMs: -3_600_000 }],
    seedsMax: 30,
  },
]

/** Faults of histories: how they are left, and how not. */
export const historyFaults: readonly Fault[] = [
  {
    name: 'a replica may lead into another history',
    patches: [
      { file: 'src/client/exchanges/healing.ts', found: 'if (!isPrimarys(course, answer) && !(canAgree && doAgree(got))) return false', put: '' },
    ],
    world: { tabs: 1 },
    incidents: failingOver,
    seedsMax: 10,
  },
  {
    name: 'no history is ever left',
    patches: [{ file: 'src/client/exchanges/healing.ts', found: 'if (got === undefined) return false', put: 'if (course.nevers > 0) return false' }],
    seedsMax: 10,
  },
  {
    name: 'what the primary said before its history ended leads back',
    patches: [
      { file: 'src/client/exchanges/healing.ts', found: 'if (held.session.hasLeft(got.scope, got.epoch) && !isAskedSince) return false', put: '' },
    ],
    world: { tabs: 1, latencyMs: 100, replicas: 5 },
    incidents: restoring,
    seedsMax: 320,
  },
  {
    name: 'a history is left without its values and the floors of its keys',
    patches: [
      { file: 'src/client/memory/held.ts', found: 'if (old === undefined || old.epoch === version.epoch) continue', put: 'continue' },
    ],
    seedsMax: 10,
  },
  {
    name: 'a history without names is never left',
    patches: [{ file: 'src/client/exchanges/healing.ts', found: 'if (count >= agreeingMin) begin(', put: 'if (count < 0) begin(' }],
    world: { epochs: 'untold', tabs: 1 },
    seedsMax: 120,
  },
  {
    name: 'a history without names is never left where nobody can be asked for the primary (V11)',
    patches: [{ file: 'src/client/exchanges/healing.ts', found: 'if (isLate && got !== undefined) begin(', put: 'if (isLate && got === undefined) begin(' }],
    world: { versions: 'body', tabs: 1 },
    incidents: restoring,
    seedsMax: 60,
  },
  {
    name: 'an older epoch replaces a newer one in the mirror, and is followed',
    patches: [
      { file: 'src/storage/floor-mirror.ts', found: "    case 'older':\n      return known\n", put: "    case 'older':\n" },
      { file: 'src/client/memory/session-floors.ts', found: 'if (isOld || unsaved.resets.has(scope)) return', put: '' },
      { file: 'src/client/memory/session-floors.ts', found: "return own !== undefined && formatOf(scope).compareEpochs?.(epoch, own) === 'before'", put: 'return own === epoch && false' },
    ],
    world: { epochs: 'ordered', tabs: 3 },
    incidents: failingOver,
    seedsMax: 120,
  },
]

/** Faults of what outlives a page. */
export const diskFaults: readonly Fault[] = [
  {
    name: 'nothing is mirrored, though the mirror calls itself complete',
    patches: [{ file: 'src/client/memory/persistence.ts', found: 'if (changed.size > 0) mirror.write(changed)', put: '' }],
    seedsMax: 10,
  },
  {
    name: 'loading puts old floors over newer ones in memory (D16)',
    patches: [{ file: 'src/client/memory/session-floors.ts', found: 'const joined = joinFloors(formatOf, own, found)', put: 'const joined = found' }],
    seedsMax: 10,
  },
  {
    name: 'a flush puts old floors over newer ones on disk (D9)',
    patches: [
      {
        file: 'src/storage/commit.ts',
        found: 'const next = (isRestart ? said : joinWithin(formatOf, stands, said)) ?? said',
        put: 'const next = said',
      },
    ],
    world: { mirror: 'none', tabs: 3 },
    seedsMax: 160,
  },
  {
    name: 'a flush puts old floors of keys over newer ones on disk (D9)',
    patches: [{ file: 'src/storage/commit.ts', found: 'const joined = joinAnswers(formatOf, told, floor) // C2', put: 'const joined = told' }],
    world: { tabs: 3, lagMs: 1500 },
    level: 'monotonic-reads',
    seedsMax: 70,
  },
  {
    name: 'what could not be written is forgotten (P3)',
    patches: [{ file: 'src/client/memory/persistence.ts', found: 'restore(held, batch) // P3', put: '' }],
    world: { diskFailures: 30, tabs: 2, lagMs: 1500 },
    level: 'monotonic-reads',
    seedsMax: 120,
  },
  {
    name: 'nothing is loaded from the disk',
    patches: [{ file: 'src/client/memory/persistence.ts', found: '      held.adopt(found)\n', put: '' }],
    world: { mirror: 'none' },
    seedsMax: 10,
  },
]
