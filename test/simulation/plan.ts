// Plans: all that is decided before a run begins, as one JSON document.
//
// A seed makes a plan, and a plan plays one course of events. So a run can be shrunk by leaving parts
// of its plan out, and frozen as a file that plays the same fault again when the seeds of that day have
// long come to mean other plans.
//
// P1. What is not in a plan comes from its `seed`, by substreams of their own: a step less does not
//     change the chance of the others, as far as they still ask the same.
// P2. A world is named by what is unusual in it. Without features it is `calmWorld`, in which nothing
//     is wrong but the lag.

import type { Level } from 'tidemark'
import { createRandom } from 'tidemark/testing'
import type { FloorPolicy, Random } from 'tidemark/testing'

/** What a run consists of. */
export interface Plan {
  readonly seed: number
  readonly features: Partial<World>
  /** What the users of each tab do, tab by tab, one after the other. */
  readonly steps: readonly Step[]
  /** What happens to the world meanwhile. */
  readonly incidents: readonly Incident[]
}

/** The world of a run. */
export interface World {
  readonly tabs: number
  readonly replicas: number
  /** The mean of an exponential distribution. */
  readonly lagMs: number
  readonly latencyMs: number
  readonly floors: FloorPolicy
  /** Where the API tells versions: in our headers, or only in the JSON of a row. */
  readonly versions: 'wire' | 'body'
  /** Whether versions name their epoch, and whether the names tell which came first. */
  readonly epochs: 'named' | 'ordered' | 'untold'
  /** A cache in front that answers GETs with a copy, for so long. */
  readonly cdn: { readonly ttlMs: number; readonly honoursModes: boolean } | undefined
  /** How many answers of a hundred have lost their version on the way, or have it garbled. */
  readonly versionsLost: number
  readonly versionsGarbled: number
  /** How many requests of a hundred fail, before the server has heard of them or afterwards. */
  readonly networkErrors: number
  /** `absent`: the browser grants none. `fallback`: one that goes on in memory once it has failed. */
  readonly disk: 'plain' | 'fallback' | 'absent'
  readonly diskMs: number
  /** How many calls of a hundred the disk fails, after it has done them or before; or never ends. */
  readonly diskFailures: number
  readonly diskHangs: number
  readonly diskBytesMax: number | undefined
  readonly mirror: 'kept' | 'none' | 'failing'
  readonly memoryBytesMax: number | undefined
  /** `reuse`: held values answer for a while. `affects`: writes bring the new representation. */
  readonly rules: readonly ('reuse' | 'affects')[]
  readonly onUnavailable: 'throw' | 'serve-stale'
  readonly budgetMs: number
  /** `shown`: the users look at watches and make mutations. `kept`: and an outbox keeps some of these. */
  readonly hooks: 'none' | 'shown' | 'kept'
  /** By what tabs tell each other that there is something new. A `poor` one loses, delays, repeats and forges. */
  readonly channel: 'none' | 'kept' | 'poor'
  /** Whether users sign out, and others come after them. */
  readonly signOuts: boolean
}

/** The world without features. */
export const calmWorld: World = {
  tabs: 1,
  replicas: 3,
  lagMs: 200,
  latencyMs: 20,
  floors: 'wait-then-primary',
  versions: 'wire',
  epochs: 'named',
  cdn: undefined,
  versionsLost: 0,
  versionsGarbled: 0,
  networkErrors: 0,
  disk: 'plain',
  diskMs: 5,
  diskFailures: 0,
  diskHangs: 0,
  diskBytesMax: undefined,
  mirror: 'kept',
  memoryBytesMax: undefined,
  rules: [],
  onUnavailable: 'throw',
  budgetMs: 2000,
  hooks: 'none',
  channel: 'none',
  signOuts: false,
}

/** Returns the world of a plan. */
export function worldOf({ features }: Plan): World {
  return { ...calmWorld, ...features }
}

/** What is read and written. */
export type Subject = 'photo' | 'photos' | 'gone' | 'counter' | 'messages'

/** What is done to it. */
export type WriteKind = 'create' | 'change' | 'delete' | 'count' | 'say'

/** What is done by a mutation: one of two marks on a photo, or a photo of one's own. */
export type ActKind = 'mark' | 'remark' | 'add'

/** What one user does in one tab. */
export type Step = { readonly tab: number; readonly afterMs: number } & (
  | {
      readonly do: 'read'
      readonly of: Subject
      /** Which of several, from 0 up to 1. */
      readonly pick: number
      readonly level?: Level
      /** Whether the user goes on before it has ended. */
      readonly isAside?: boolean
      readonly abortAfterMs?: number
    }
  | {
      readonly do: 'write'
      readonly of: WriteKind
      readonly pick: number
      readonly isAside?: boolean
    }
  /** `hide`: as the browser tells the page. `crash`: without a word. */
  | { readonly do: 'reload'; readonly how: 'hide' | 'crash' }
  /** A screen shows a watch, for so long. */
  | { readonly do: 'look'; readonly of: Subject; readonly pick: number; readonly forMs: number; readonly level?: Level }
  | { readonly do: 'act'; readonly of: ActKind; readonly pick: number; readonly isKept?: boolean }
  | { readonly do: 'flush' }
  /** The user signs out, in all tabs, and another comes. */
  | { readonly do: 'sign-out' }
  /** The session is handed from this tab to another as a token. */
  | { readonly do: 'hand-over'; readonly to: number }
  /** Another tab is told of the last write, as by a push channel, and whether with its value. */
  | { readonly do: 'push'; readonly to: number; readonly what: 'version' | 'value' }
)

/** What happens to the world. */
export type Incident = { readonly atMs: number } & (
  | { readonly what: 'pause' | 'resume' | 'cut' | 'heal' | 'fail-over'; readonly server: number }
  | { readonly what: 'restore'; readonly back: number }
  /** Somebody else writes, of whom this session hears by reading alone. */
  | { readonly what: 'others-write'; readonly of: 'count' | 'create' | 'say' }
  | { readonly what: 'lag'; readonly meanMs: number }
  | { readonly what: 'offline' | 'online' }
  | { readonly what: 'disk-fails' | 'disk-works' }
  | { readonly what: 'clock-jumps'; readonly byMs: number }
)

/** How many reads a plan has, unless more are asked for. Many short runs meet more than a few long ones. */
export const readsUsual = 24

/**
 * Returns the plan of a seed, with about so many reads. Half of the seeds have hooks, unless it is said
 * whether there are any; some have sign-outs, and some a channel between tabs.
 */
export function planOf(seed: number, reads = readsUsual, given: Partial<Pick<World, 'hooks' | 'channel' | 'signOuts'>> = {}): Plan {
  const random = createRandom(seed).substream('plan')
  const hooks = given.hooks ?? oneOf(random.substream('hooks'), ['none', 'none', 'shown', 'kept'])
  const usualFeatures = { ...featuresOf(random.substream('features')), ...(hooks !== 'none' && { hooks }) }
  const shared = tabsOf(random.substream('tabs'), { ...calmWorld, ...usualFeatures })
  const features = { ...usualFeatures, ...(given.signOuts === true && signable), ...shared, ...given }
  const world = { ...calmWorld, ...features }
  const usual = stepsOf(random.substream('steps'), world, reads)
  const seen = hooks === 'none' ? usual : withHooks(random.substream('hooks'), usual, hooks)
  const steps = world.signOuts ? withSignOuts(random.substream('sign-outs'), seen) : seen
  const lengthMs = (steps.reduce((sum, { afterMs }) => sum + afterMs, 0) / world.tabs) * 1.2
  const usualIncidents = incidentsOf(random.substream('incidents'), world, lengthMs)
  // A disk that cannot be wiped keeps what it has, and the client says so.
  const incidents = usualIncidents.filter(({ what }) => !world.signOuts || !what.startsWith('disk'))
  return { seed, features, steps, incidents }
}

function oneOf<T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[random.below(choices.length)] ?? choices[0]
}

/** Chooses features. Most worlds have a few, so that one does not hide another (swarm testing). */
function featuresOf(random: Random): Partial<World> {
  const share = oneOf(random, [0, 0.15, 0.3, 0.5])
  const features: { -readonly [Name in keyof World]?: World[Name] } = {
    tabs: oneOf(random, [1, 1, 2, 2, 3, 4]),
    replicas: oneOf(random, [1, 2, 3, 5]),
    lagMs: oneOf(random, [50, 200, 500, 1500]),
    latencyMs: oneOf(random, [0, 20, 100]),
    floors: oneOf(random, ['ignore', 'wait-then-primary', 'refuse']),
  }
  const maybe = <Name extends keyof World>(name: Name, value: World[Name]): void => {
    if (random.next() < share) features[name] = value
  }
  maybe('versions', 'body')
  maybe('epochs', oneOf(random, ['ordered', 'ordered', 'untold']))
  // Without epochs, tabs cannot tell each other which of two histories a position is of.
  if (features.epochs === 'untold') features.tabs = 1
  maybe('cdn', { ttlMs: oneOf(random, [100, 400, 1500]), honoursModes: random.next() < 0.7 })
  maybe('versionsLost', oneOf(random, [3, 10, 40]))
  maybe('versionsGarbled', oneOf(random, [2, 10]))
  maybe('networkErrors', oneOf(random, [3, 15]))
  maybe('disk', oneOf(random, ['fallback', 'fallback', 'absent']))
  maybe('diskMs', oneOf(random, [0, 60, 300, 700]))
  maybe('diskFailures', oneOf(random, [5, 30]))
  maybe('diskHangs', oneOf(random, [3, 10]))
  maybe('diskBytesMax', oneOf(random, [0, 600, 2000]))
  maybe('mirror', oneOf(random, ['none', 'none', 'failing']))
  maybe('memoryBytesMax', oneOf(random, [0, 600, 2000]))
  maybe('rules', oneOf(random, [['reuse'], ['affects'], ['reuse', 'affects']]))
  maybe('onUnavailable', 'serve-stale')
  maybe('budgetMs', oneOf(random, [0, 150, 600]))
  return features
}

/** What a world has to be like for a sign-out to leave nothing behind. */
const signable = {
  versions: 'wire',
  // What a cache in front gives of one user to the next no client can know.
  cdn: undefined,
  disk: 'plain',
  diskFailures: 0,
  diskHangs: 0,
  mirror: 'kept',
  hooks: 'none',
} satisfies Partial<World>

/** Chooses what tabs have in common besides the disk, where there can be such a thing. */
function tabsOf(random: Random, world: World): Partial<World> {
  const channel = oneOf<World['channel']>(random, ['none', 'kept', 'poor'])
  const isSignable = Object.entries(signable).every(([name, value]) => Reflect.get(world, name) === value)
  const signOuts = isSignable && random.next() < 0.7
  return { ...(world.tabs > 1 && channel !== 'none' && { channel }), ...(signOuts && { signOuts }) }
}

/** Puts sign-outs among other steps. What one user has, another is not handed. */
function withSignOuts(random: Random, usual: readonly Step[]): readonly Step[] {
  const share = oneOf(random, [0.03, 0.1])
  return usual.flatMap((step): readonly Step[] => {
    if (step.do === 'hand-over' || step.do === 'push') return []
    return random.next() < share ? [step, { tab: step.tab, afterMs: oneOf(random, [0, 0, 30]), do: 'sign-out' }] : [step]
  })
}

function stepsOf(random: Random, { tabs, versions }: World, reads: number): readonly Step[] {
  const paceMs = oneOf(random, [10, 40, 120])
  const writes = oneOf(random, [0.15, 0.3, 0.6])
  const reloads = oneOf(random, [0, 0.03, 0.1])
  const extras = oneOf(random, [0, 0, 0.05])
  const levels = random.next() < 0.3
  const asides = oneOf(random, [0, 0, 0.15, 0.5])
  const steps: Step[] = []
  for (let read = 0; read < reads; ) {
    const tab = random.below(tabs)
    const afterMs = Math.round(-Math.log(1 - random.next()) * paceMs)
    const to = (tab + 1 + random.below(Math.max(1, tabs - 1))) % tabs
    const kind = random.next()
    if (kind < reloads) {
      steps.push({ tab, afterMs, do: 'reload', how: oneOf(random, ['hide', 'crash']) })
    } else if (kind < reloads + extras) {
      steps.push({ tab, afterMs, ...extraStep(random, to, versions) })
    } else if (kind < reloads + extras + writes * (1 - reloads - extras)) {
      const isAside = random.next() < asides
      const of = oneOf<WriteKind>(random, ['create', 'create', 'change', 'change', 'delete', 'count', 'say'])
      steps.push({ tab, afterMs, do: 'write', of, pick: short(random), ...(isAside && { isAside }) })
    } else {
      read += 1
      steps.push({ tab, afterMs, ...readStep(random, levels, asides) })
    }
  }
  return steps
}

/** Puts steps with hooks among others: screens that show something, and bursts of changes. */
function withHooks(random: Random, usual: readonly Step[], hooks: World['hooks']): readonly Step[] {
  const levels = random.next() < 0.3
  const share = oneOf(random, [0.2, 0.4])
  return usual.flatMap((step): readonly Step[] => {
    const { tab, afterMs } = step
    if (random.next() >= share) return [step]
    if (random.next() < 0.5) return [lookStep(random, { tab, afterMs: 0, levels }), step]
    const burst = oneOf(random, [1, 1, 2, 4])
    const acts = Array.from({ length: burst }, (_, index): Step => {
      const isKept = hooks === 'kept' && random.next() < 0.5
      const of = oneOf<ActKind>(random, ['mark', 'mark', 'remark', 'add'])
      const pause = index === 0 ? Math.floor(afterMs / 2) : oneOf(random, [0, 0, 10])
      return { tab, afterMs: pause, do: 'act', of, pick: short(random), ...(isKept && { isKept }) }
    })
    return [...acts, step]
  })
}

function lookStep(
  random: Random,
  { tab, afterMs, levels }: { readonly tab: number; readonly afterMs: number; readonly levels: boolean },
): Step {
  const of = oneOf<Subject>(random, ['photo', 'photo', 'photos', 'photos', 'counter', 'messages'])
  const level = oneOf<Level>(random, ['eventual', 'monotonic-reads', 'read-your-writes', 'session', 'strong'])
  const forMs = oneOf(random, [100, 500, 2500])
  return { tab, afterMs, do: 'look', of, pick: short(random), forMs, ...(levels && { level }) }
}

function readStep(
  random: Random,
  levels: boolean,
  asides: number,
): Extract<Step, { do: 'read' }> extends infer Read ? Omit<Read & { do: 'read' }, 'tab' | 'afterMs'> : never {
  const of = oneOf<Subject>(random, ['photo', 'photo', 'photos', 'gone', 'counter', 'messages'])
  const level = oneOf<Level>(random, [
    'eventual',
    'monotonic-reads',
    'read-your-writes',
    'session',
    'strong',
    { maxStalenessMs: oneOf(random, [100, 1000]) },
  ])
  const isAside = random.next() < asides
  const aborts = isAside && random.next() < 0.2
  const abortAfterMs = random.below(150)
  return {
    do: 'read',
    of,
    pick: short(random),
    ...(levels && { level }),
    ...(isAside && { isAside }),
    ...(aborts && { abortAfterMs }),
  }
}

function extraStep(
  random: Random,
  to: number,
  versions: World['versions'],
): { readonly do: 'flush' } | { readonly do: 'hand-over'; readonly to: number } | { readonly do: 'push'; readonly to: number; readonly what: 'version' | 'value' } {
  const kind = oneOf(random, ['flush', 'hand-over', 'push'])
  if (kind === 'flush' || versions === 'body') return { do: 'flush' }
  if (kind === 'hand-over') return { do: 'hand-over', to }
  return { do: 'push', to, what: oneOf(random, ['version', 'value']) }
}

/** Draws a number that is short to write down. */
function short(random: Random): number {
  return random.below(100) / 100
}

function incidentsOf(random: Random, world: World, lengthMs: number): readonly Incident[] {
  const count = oneOf(random, [0, 0, 0, 1, 2, 4])
  const incidents: Incident[] = []
  for (let index = 0; index < count; index += 1) {
    const atMs = Math.round(random.next() * lengthMs)
    const lastsMs = oneOf(random, [100, 500, 3000])
    incidents.push(...incidentOf(random, world, { atMs, endMs: atMs + lastsMs }))
  }
  const others = oneOf(random.substream('others'), [0, 0, 4, 16])
  for (let index = 0; index < others; index += 1) incidents.push(othersWrite(random.substream(`other ${index}`), lengthMs))
  return incidents.toSorted((left, right) => left.atMs - right.atMs)
}

function othersWrite(random: Random, lengthMs: number): Incident {
  return { atMs: Math.round(random.next() * lengthMs), what: 'others-write', of: oneOf(random, ['count', 'create', 'say']) }
}

function incidentOf(
  random: Random,
  { versions, tabs }: World,
  { atMs, endMs }: { readonly atMs: number; readonly endMs: number },
): readonly Incident[] {
  const server = random.below(5)
  const kinds = ['pause', 'cut', 'lag', 'offline', 'disk', 'clock', 'fail-over', 'fail-over', 'restore'] as const
  const kind = kinds[random.below(versions === 'body' && tabs > 1 ? 6 : 9)] ?? 'pause'
  switch (kind) {
    case 'pause':
      return [
        { atMs, what: 'pause', server },
        { atMs: endMs, what: 'resume', server },
      ]
    case 'cut':
      return [
        { atMs, what: 'cut', server },
        { atMs: endMs, what: 'heal', server },
      ]
    case 'lag':
      return [{ atMs, what: 'lag', meanMs: oneOf(random, [0, 100, 1000, 5000]) }]
    case 'offline':
      return [
        { atMs, what: 'offline' },
        { atMs: endMs, what: 'online' },
      ]
    case 'disk':
      return [
        { atMs, what: 'disk-fails' },
        { atMs: endMs, what: 'disk-works' },
      ]
    case 'clock':
      return [{ atMs, what: 'clock-jumps', byMs: oneOf(random, [-3_600_000, -5_000, 5_000, 3_600_000]) }]
    case 'fail-over':
      return [{ atMs, what: 'fail-over', server }]
    case 'restore':
      return [{ atMs, what: 'restore', back: random.below(6) }]
  }
}
