// Faults that we plant in watches, mutations and the outbox, each a patch of its sources: the simulator has
// to catch them all. Those of reads, floors, histories and the disk are in `faults.ts`.

import type { Fault } from './fault.ts'

/** Faults of what is seen at once, and of what goes on over a reload. */
export const hookFaults: readonly Fault[] = [
  {
    name: 'a rollback restores a snapshot: what was done since the failed call goes with it (O3)',
    patches: [
      {
        file: 'src/observers/mutations/mutation-log.ts',
        found: '      change(drop(log, id), id)\n    },\n\n    forget',
        put: '      change(log.slice(0, log.findIndex((logged) => logged.id === id)), id)\n    },\n\n    forget',
      },
    ],
    world: { hooks: 'shown', networkErrors: 15 },
    seedsMax: 30,
  },
  {
    name: 'an operation is dropped when it is acknowledged, and not when a read shows it (O2)',
    patches: [
      {
        file: 'src/core/operations/operation-log.ts',
        found: '(showsWrite(formatOf, base, acknowledged) || isOvertaken(formatOf, log, { id, acknowledged, base })) // L2',
        put: 'true',
      },
    ],
    world: { hooks: 'shown', lagMs: 500 },
    seedsMax: 30,
  },
  {
    name: 'operations stand in the order of their answers, and not of their calls (O4)',
    patches: [
      {
        file: 'src/core/operations/operation-log.ts',
        found: 'return log.map((logged) => (logged.id === id ? { ...logged, acknowledged, line } : logged))',
        put: 'return [...log.filter((logged) => logged.id !== id), ...log.filter((logged) => logged.id === id).map((logged) => ({ ...logged, acknowledged, line }))]',
      },
    ],
    world: { hooks: 'shown', lagMs: 500 },
    seedsMax: 30,
  },
  {
    name: 'calls of one line are sent at the same time (O9)',
    patches: [{ file: 'src/observers/mutations/mutation-queue.ts', found: 'line: line(),', put: 'line: id,' }],
    world: { hooks: 'shown', latencyMs: 100 },
    seedsMax: 60,
  },
  {
    name: 'what has failed stays in sight',
    patches: [
      {
        file: 'src/observers/mutations/mutation-log.ts',
        found: '      change(drop(log, id), id)\n    },\n\n    forget',
        put: '    },\n\n    forget',
      },
    ],
    world: { hooks: 'shown', networkErrors: 15 },
    seedsMax: 30,
  },
  {
    name: 'what an earlier page has left lies over what was done since (O4)',
    patches: [
      {
        file: 'src/observers/mutations/mutation-log.ts',
        found: 'earlier ? insert(log, { id, operations }, earlier) : append(log, id, operations)',
        put: 'append(log, id, operations)',
      },
    ],
    world: { hooks: 'kept', diskMs: 300, networkErrors: 15 },
    seedsMax: 65,
  },
  {
    name: 'an operation whose answer told no version lies over what was done after it',
    patches: [
      {
        file: 'src/core/operations/operation-log.ts',
        found: ' || isOvertaken(formatOf, log, { id, acknowledged, base })',
        put: '',
      },
    ],
    world: { hooks: 'shown', versionsLost: 40, latencyMs: 0 },
    seedsMax: 30,
  },
  {
    name: 'an operation whose answer told no version stays for ever (V7)',
    patches: [
      { file: 'src/core/operations/operation-log.ts', found: 'compareWrite(formatOf, base, acknowledged) ?? base.validatedAt > acknowledged.at // L3', put: 'compareWrite(formatOf, base, acknowledged) === true' },
    ],
    world: { hooks: 'shown', versionsLost: 40 },
    seedsMax: 30,
  },
  {
    name: 'a watch tells its listeners of each step, and not once a turn (B3)',
    patches: [
      {
        file: 'src/observers/readables/readable-source.ts',
        found: '    isScheduled = true\n    queueMicrotask(() => {\n      isScheduled = false\n      tell()\n    })\n',
        put: '    tell()\n',
      },
    ],
    world: { hooks: 'shown' },
    seedsMax: 30,
  },
  {
    name: 'a watch that lacks an own write does not say that it is behind (W1)',
    patches: [
      {
        file: 'src/observers/watches/watch.ts',
        found: '    const lack = lackNow()\n    if (lack === undefined) return undefined\n',
        put: '    const lack = shownLack()\n    if (lack === undefined) return undefined\n',
      },
      {
        file: 'src/observers/watches/watch.ts',
        found: '  function lackNow(): Lack | undefined {',
        put: '  function shownLack(): Lack | undefined {\n    return standing.stage.shown()?.lack\n  }\n\n  function lackNow(): Lack | undefined {',
      },
    ],
    world: { hooks: 'shown', lagMs: 500 },
    seedsMax: 30,
  },
  {
    name: 'what an earlier page has left in the outbox is not taken up (O10)',
    patches: [{ file: 'src/observers/outbox/courier.ts', found: 'if (isFirst) void resumeAll()', put: 'if (isFirst) left = []' }],
    world: { hooks: 'kept', networkErrors: 15 },
    seedsMax: 60,
  },
  {
    name: 'a call is forgotten before its answer is there (O10)',
    patches: [
      {
        file: 'src/observers/outbox/courier.ts',
        found: '      const outcome = await attempt(delivery)\n',
        put: '      await store.remove(id)\n      const outcome = await attempt(delivery)\n',
      },
    ],
    world: { hooks: 'kept', networkErrors: 15 },
    seedsMax: 60,
  },
  {
    name: 'what a restored server refuses is given up (V11)',
    patches: [
      { file: 'src/client/writes/writer.ts', found: 'if (ended !== undefined && spare !== undefined) {', put: 'if (spare === null) {' },
      { file: 'src/observers/outbox/courier.ts', found: '  if (isByVersion) return true // The server has not looked at what it asks.\n', put: '' },
    ],
    world: { hooks: 'kept', floors: 'refuse', versions: 'wire', epochs: 'named' },
    incidents: [600, 1200, 1800].map((atMs) => ({ atMs, what: 'restore', back: 3 })),
    seedsMax: 30,
  },
  {
    name: 'a watch shows whatever comes, though it has shown more (S1)',
    patches: [{ file: 'src/observers/watches/shown.ts', found: "return admission.outcome !== 'rejected' // S1", put: 'return true' }],
    world: { hooks: 'shown', lagMs: 1500 },
    look: 'eventual',
    seedsMax: 30,
  },
  {
    name: 'a watch shows what comes of a history that its page has left (S2)',
    patches: [{ file: 'src/observers/watches/shown.ts', found: 'if (!versions.every(isOfEpoch)) return false // S2', put: '' }],
    world: { hooks: 'shown', lagMs: 1500 },
    incidents: [{ atMs: 500, what: 'fail-over', server: 1 }],
    look: 'eventual',
    seedsMax: 30,
  },
]
