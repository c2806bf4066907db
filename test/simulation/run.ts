// One run of the whole client in virtual time: a plan, played and judged.
//
// What is run is the client itself, and not a model of it. The plan decides everything: the same plan
// plays the same run, to the last event, which the hash of all of them proves.

import type { TidemarkEvent } from 'tidemark'
import { createHistory, createLaggingApi, laggingApiOrigin } from 'tidemark/testing'
import type { LaggingApi } from 'tidemark/testing'
import { createBrowser } from './browser.ts'
import type { Browser } from './browser.ts'
import { createSimulatedClock } from './clock.ts'
import type { SimulatedClock } from './clock.ts'
import { judgeConvergence } from './convergence.ts'
import { createEpochs } from './epochs.ts'
import type { Epochs } from './epochs.ts'
import { judgeRun } from './judge-run.ts'
import type { Breach, Evidence } from './judge-run.ts'
import { createNetwork } from './network.ts'
import type { Network } from './network.ts'
import { worldOf } from './plan.ts'
import type { Incident, Plan } from './plan.ts'
import { createPrivacy } from './privacy.ts'
import { createRecorder } from './recorder.ts'
import type { State } from './recorder.ts'
import { createScreens } from './screen.ts'
import { actOut } from './user.ts'

/** Which client is run. */
export type Contender = 'plain' | 'tidemark'

/** What a run came to. */
export interface RunResult {
  readonly plan: Plan
  readonly breaches: readonly Breach[]
  readonly reads: number
  readonly writes: number
  readonly requests: number
  /** Reads that ended with an error instead of an answer. */
  readonly failures: number
  /** Reads that were not vouched for. */
  readonly marked: number
  readonly pages: number
  /** What watches have shown and vouched for, and what was done by mutations. */
  readonly shown: number
  readonly deeds: number
  /** How often each event was told, and each way of serving. */
  readonly events: ReadonlyMap<string, number>
  /** A hash of all that happened, in its order. */
  readonly hash: string
}

const startMs = 1_700_000_000_000

/** How a plan is played. */
export interface RunOptions {
  readonly contender?: Contender | undefined
  /** Told what happens, line by line: for people. */
  readonly trace?: ((line: string) => void) | undefined
}

/** Plays a plan, and judges it. */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const clock = createSimulatedClock(startMs)
  try {
    return await clock.run(() => play(plan, clock, options))
  } catch (error) {
    throw new Error(`Seed ${plan.seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

async function play(plan: Plan, clock: SimulatedClock, options: RunOptions): Promise<RunResult> {
  const { contender = 'tidemark', trace: tell } = options
  const world = worldOf(plan)
  const { seed } = plan
  const api = apiOf(plan, clock)
  const trace = createTrace()
  const writtenAtMs = new Map<string, number>()
  const epochBegunAtMs = new Map<string, number>()
  const primaryState = (): State => {
    const { epoch, position } = api.inspect().servers[0]!
    return { epoch, position: String(position) }
  }
  const epochs = createEpochs(primaryState().epoch)
  api.subscribe((event) => {
    if (event.type === 'write:committed') writtenAtMs.set(`${event.epoch} ${event.position}`, event.at)
    if (event.type === 'epoch:begun') epochBegunAtMs.set(event.epoch, event.at)
    trace.note(`${event.at} ${event.type}`)
  })
  const history = createHistory(clock)
  const recorder = createRecorder(history, world, clock.now)
  const network = createNetwork({ api, clock, world, seed, epochs })
  const screens = createScreens({ clock, history, recorder, network, world, epochs })
  const realName = (epoch: string): string =>
    world.epochs === 'ordered' ? (epochs.nameAt(Number(epoch)) ?? epoch) : epoch
  const onEvent = (page: string, event: TidemarkEvent): void => {
    trace.count(event)
    tell?.(`${event.at - startMs} ${page} ${JSON.stringify(event)}`)
    trace.note(`${event.at} ${page} ${event.type}`)
    screens.note(page, event)
    if (event.type !== 'epoch:reset') return
    const { from = '', version } = event
    const [fromEpoch, toEpoch] = [realName(from), realName(version.epoch)]
    history.recordReset({ session: page, scope: 'main', fromEpoch, toEpoch })
  }
  history.subscribe(({ session, kind, completed }) => trace.note(`${completed.atMs} ${session} ${kind}`))
  const browser = createBrowser({ seed, world, clock, network, history, contender, onEvent })
  const privacy = createPrivacy(network, world)
  const users = { browser, clock, history, recorder, screens, privacy, primaryState }

  const stop = plan.incidents.map((incident) =>
    clock.setTimer(() => happen(incident, { api, browser, network, epochs }), incident.atMs),
  )
  await actOut(users, plan.steps, world.tabs)
  for (const cancel of stop) cancel()
  const late = contender === 'plain' ? [] : await judgeConvergence({ ...users, api, network, world, restarts: epochs.count })

  const { operations } = history
  if (tell !== undefined) for (const line of toldBy(plan, { operations, reads: recorder.reads, lessons: browser.lessons })) tell(line)
  const breaches = judgeRun({
    plan,
    operations,
    lessons: browser.lessons,
    reads: recorder.reads,
    shown: recorder.shown,
    unended: recorder.unended,
    sent: network.sent,
    epochs,
    writtenAtMs,
    epochBegunAtMs,
  })
  return {
    plan,
    breaches: [...breaches, ...screens.breaches, ...privacy.breaches, ...late],
    reads: recorder.reads.length,
    writes: operations.filter(({ kind }) => kind === 'write').length,
    requests: network.sent.length,
    failures: recorder.reads.filter(({ error }) => error !== undefined).length,
    marked: recorder.reads.filter(({ report }) => report !== undefined && report.achieved !== 'fresh').length,
    pages: browser.pages.length,
    shown: recorder.shown.size,
    deeds: screens.deeds.length,
    events: trace.counts,
    hash: trace.hash(),
  }
}

function apiOf(plan: Plan, clock: SimulatedClock): LaggingApi {
  const { replicas, lagMs, latencyMs, floors, versions } = worldOf(plan)
  return createLaggingApi({
    seed: plan.seed,
    replicas,
    lag: { kind: 'exponential', meanMs: lagMs },
    latency: { kind: 'uniform', fromMs: 0, toMs: latencyMs },
    floors,
    versions,
    initial: { items: { photos: [{ id: '1', title: 'Dune' }] } },
    now: clock.now,
    sleep: clock.sleep,
  })
}

/** Tells a run as lines for people, in the order in which its operations began. */
function* toldBy(
  { features, incidents }: Plan,
  { operations, reads, lessons }: Pick<Evidence, 'operations' | 'reads' | 'lessons'>,
): Generator<string> {
  yield `world ${JSON.stringify(features)}`
  for (const incident of incidents) yield `incident ${JSON.stringify(incident)}`
  for (const operation of operations.toSorted((left, right) => left.invoked.step - right.invoked.step)) {
    const { id, session, kind, invoked, completed } = operation
    const when = `steps ${invoked.step}-${completed.step}, ${invoked.atMs - startMs}-${completed.atMs - startMs} ms`
    if (kind === 'reset') {
      yield `${id} ${session} reset ${operation.fromEpoch} to ${operation.toEpoch}, ${when}`
      continue
    }
    const { key, epoch } = operation
    const what = kind === 'read' ? `${operation.asOf} ${operation.seen.kind}` : `${operation.position} ${operation.outcome}`
    const report = JSON.stringify(reads.find((read) => read.operation === operation)?.report) ?? ''
    yield `${id} ${session} ${kind} ${key} ${epoch}:${what}, ${when} ${report}`
  }
  for (const { page, way, atStep, known } of lessons) yield `lesson ${page} by ${way} at ${atStep}: ${JSON.stringify([...known])}`
}

interface Stage {
  readonly api: LaggingApi
  readonly browser: Browser
  readonly network: Network
  readonly epochs: Epochs
}

function happen(incident: Incident, { api, browser, network, epochs }: Stage): void {
  const replicas = api.inspect().servers.slice(1)
  const replicaAt = (index: number): string => replicas[index % replicas.length]?.name ?? 'primary'
  switch (incident.what) {
    case 'pause':
      return api.pause(replicaAt(incident.server))
    case 'resume':
      return api.resume(replicaAt(incident.server))
    case 'cut':
      return api.partition(incident.server === 0 ? 'primary' : replicaAt(incident.server - 1))
    case 'heal':
      return api.heal(incident.server === 0 ? 'primary' : replicaAt(incident.server - 1))
    case 'fail-over': {
      const next = replicas.find(({ reach }) => reach === 'reachable')
      const chosen = replicas[incident.server % replicas.length]
      const promoted = chosen?.reach === 'reachable' ? chosen : next
      if (promoted !== undefined) epochs.begin(api.failOver(promoted.name))
      return
    }
    case 'restore': {
      const head = api.inspect().servers[0]?.position ?? 0
      epochs.begin(api.restore(Math.max(0, head - incident.back)))
      return
    }
    case 'others-write': {
      const { path, ...init } = othersWrites[incident.of]
      // Whether it gets through is no matter of this session's.
      api.handle(new Request(laggingApiOrigin + path, { method: 'POST', ...init }), { server: 'primary' }).catch(() => undefined)
      return
    }
    case 'lag':
      return api.setLag({ kind: 'exponential', meanMs: incident.meanMs })
    case 'offline':
    case 'online':
      return network.setOnline(incident.what === 'online')
    case 'disk-fails':
    case 'disk-works':
      return browser.disk.setWorking(incident.what === 'disk-works')
    case 'clock-jumps':
      return browser.jump(incident.byMs)
  }
}

const othersWrites = {
  count: { path: '/counters/likes/increment' },
  create: { path: '/photos', body: '{"title":"Solaris"}' },
  say: { path: '/conversations/guests/messages', body: '{"text":"Good evening"}' },
} as const

interface Trace {
  readonly note: (text: string) => void
  readonly count: (event: TidemarkEvent) => void
  readonly counts: ReadonlyMap<string, number>
  readonly hash: () => string
}

function createTrace(): Trace {
  const counts = new Map<string, number>()
  let hash = 0x811c9dc5
  const add = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)
  return {
    counts,
    hash: () => (hash >>> 0).toString(16).padStart(8, '0'),
    note(text) {
      // FNV-1a, as in `tidemark/testing`.
      for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
    },
    count(event) {
      add(event.type)
      if (event.type === 'read:served') add(`read:served ${event.report.source}, ${event.report.achieved}`)
      if (event.type === 'answer:refused') add(`answer:refused ${event.verdict}`)
      if (event.type === 'entry:rejected') add(`entry:rejected ${event.reason}, ${event.source}`)
    },
  }
}
