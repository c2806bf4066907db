// Faults of what tabs tell each other, and of what one user leaves to the next.

import type { World } from '../simulation/plan.ts'
import type { Fault } from './fault.ts'

/** Several tabs, whose users sign out. */
const signingOut: Partial<World> = { tabs: 3, signOuts: true, diskMs: 60 }

/** Faults between tabs, and between users. */
export const tabFaults: readonly Fault[] = [
  {
    name: 'a hint is believed: what it says is a floor (D19)',
    patches: [
      {
        file: 'src/client/sessions/tab-channel.ts',
        found: 'for (const version of hint.floors) if',
        put: 'host.held.session.recordRead(hint.floors)\n    for (const version of hint.floors) if',
      },
    ],
    world: { tabs: 3, channel: 'poor' },
    seedsMax: 30,
  },
  {
    name: 'a sign-out leaves the disk as it is (P2)',
    patches: [{ file: 'src/client/memory/persistence.ts', found: '        await storage.clear()\n', put: '' }],
    world: signingOut,
    seedsMax: 30,
  },
  {
    name: 'a sign-out leaves the mirror as it is (P2)',
    patches: [
      { file: 'src/client/memory/persistence.ts', found: '      end()\n      mirror.clear()\n', put: '      end()\n' },
      { file: 'src/client/memory/persistence.ts', found: 'mirror.clear() // Another', put: '// Another' },
    ],
    world: signingOut,
    seedsMax: 30,
  },
  {
    name: "a tab's late flush fills the disk again after a sign-out (P2)",
    patches: [
      {
        file: 'src/storage/memory-storage.ts',
        found: "      const shelf = open()\n      if (shelf !== own) throw new SessionEndedError({ reason: 'signed-out-elsewhere' }) // M1\n      return commitTo",
        put: '      const shelf = open()\n      return commitTo',
      },
      { file: 'src/client/sessions/lifetime.ts', found: 'if (found === undefined || found === mark) return false', put: 'if (found !== null) return false' },
    ],
    world: signingOut,
    seedsMax: 60,
  },
  {
    name: 'what is in memory is kept for the next session (P2)',
    patches: [
      { file: 'src/client/sessions/lifetime.ts', found: '  const held = createHeld({', put: '  const held = household.kept ?? createHeld({' },
      {
        file: 'src/client/sessions/lifetime.ts',
        found: '    onUnsaved: () => persistence.schedule(),\n  })',
        put: '    onUnsaved: () => persistence.schedule(),\n  })\n  household.kept = held',
      },
    ],
    world: signingOut,
    seedsMax: 10,
  },
  {
    name: 'an answer that comes late is admitted by the session that is there then (P3)',
    patches: [
      { file: 'src/client/sessions/lifetime.ts', found: '      ending.abort(error)\n', put: '' },
      { file: 'src/client/sessions/lifetime.ts', found: '      for (const reject of waiting) reject(error) // L1\n', put: '' },
      { file: 'src/client/sessions/lifetimes.ts', found: '    current = next()\n', put: '    const before = current\n    current = next()\n    Object.assign(before.parts.held, current.parts.held)\n' },
    ],
    world: signingOut,
    isAside: true,
    seedsMax: 30,
  },
  {
    name: 'the floors of one user are sent for the next (I11)',
    patches: [
      { file: 'src/client/sessions/lifetimes.ts', found: '    current = next()\n', put: '    const before = current\n    current = next()\n    for (const [scope, floors] of before.parts.held.session.all) current.parts.held.session.all.set(scope, floors)\n' },
    ],
    world: signingOut,
    seedsMax: 10,
  },
]
