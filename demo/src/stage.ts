// The stage: one visit, with its world, its two columns, and everything on the page that they move.
//
// A1. There is one world. A visitor's action is one request, sent once: by Tidemark's `fetch`, which to
//     the API is a `fetch` like any other. Both histories record it, since one user did it, whatever
//     the screen is read with.
// A2. Reads of the two columns are asked for in the same order each time, so that a seed and the same
//     steps by hand give the same course of events.

import type { TidemarkEvent } from 'tidemark'
import type { Endpoint } from 'tidemark/routing'
import type { WriteOperation } from 'tidemark/testing'
import { rowsOf } from './api-row.ts'
import { createColumn } from './column.ts'
import type { Column, ColumnName } from './column.ts'
import { clientNames, createColumnView } from './column-view.ts'
import type { ColumnView } from './column-view.ts'
import { createDiary } from './diary.ts'
import { find } from './element.ts'
import type { Verdict } from './judge.ts'
import { createLore } from './lore.ts'
import { cart } from './scenes/cart.ts'
import { conversation } from './scenes/conversation.ts'
import { dashboard } from './scenes/dashboard.ts'
import { likes } from './scenes/likes.ts'
import { photos } from './scenes/photos.ts'
import { posts } from './scenes/posts.ts'
import type { Act, Look, Scene, Write } from './scenes/scene.ts'
import { describeDecision, routingChoice } from './routing/choices.ts'
import { createRouteMeter } from './routing/route-meter.ts'
import { showScore } from './score.ts'
import type { Settings } from './settings.ts'
import { createVisitClient, describeRefusal } from './tidemark-column.ts'
import type { VisitClient } from './tidemark-column.ts'
import { createTimeline } from './timeline.ts'
import { describeViolation } from './violation-words.ts'
import type { Visit } from './visit.ts'
import { createWorldClock } from './world-clock.ts'
import type { WorldClock } from './world-clock.ts'
import { createVisitWorld } from './visit-world.ts'
import { send, serverHeader } from './world.ts'
import type { World } from './world.ts'

/** The scenes, in the order of the page. */
export const scenes: readonly Scene[] = [photos, likes, conversation, posts, cart, dashboard]

// Of the scopes of the store, the one whose servers are drawn: positions of two say nothing of each other.
const drawnScope = 'main'

// People answer a little later than they are asked.
const answerAfterMs = 800

/** A visit on the page. */
export interface Stage {
  readonly clock: WorldClock
  readonly world: () => World
  /** Hears every event of the client. Returns the function that ends the subscription. */
  readonly subscribe: VisitClient['subscribe']
  /** Both columns look again at everything. Resolves once they have. */
  readonly readAll: () => Promise<void>
  /** Lets both columns look again, but for what they are still reading. */
  readonly glance: () => void
  /** Does what the button of a scene does, or another of its buttons. */
  readonly act: (scene: Scene, other?: string) => Promise<void>
  /** Makes the read of a scene on which something hangs, in both columns. */
  readonly look: (scene: Scene, look: Look) => Promise<void>
  readonly applySettings: (settings: Settings) => Promise<void>
  /** Draws what changes with time alone. */
  readonly refresh: () => void
  /** What a reload has to bring back. */
  readonly snapshot: () => Omit<Visit, 'isPlaying'>
  readonly close: () => void
}

/** What the stage tells the page. */
export interface StageParts {
  /** Says something to those who listen rather than look. */
  readonly announce: (text: string) => void
}

/** Puts a visit on the page. */
export async function createStage(visit: Visit, { announce }: StageParts): Promise<Stage> {
  const clock = createWorldClock(visit.elapsedMs)
  let world = await createVisitWorld(visit.born, clock, visit.deeds)
  let { born, settings } = visit
  let refused = visit.refused
  let due = [...visit.due]
  let hasBroken = false
  let isClosed = false
  const requests = { ...visit.requests }
  const turns = { ...visit.turns }
  const lore = createLore(visit.lore)
  const timeline = createTimeline()
  const counted =
    (name: ColumnName): typeof globalThis.fetch =>
    (input, init) => {
      requests[name] += 1
      return globalThis.fetch(input, init)
    }
  const meter = createRouteMeter(find('route-figures', HTMLElement), routingChoice(settings.routing).label)
  const client = createVisitClient({
    visitId: visit.id,
    fetch: meter.network(counted('tidemark')),
    level: () => settings.level,
    routing: () => routingChoice(settings.routing).routing(endpointsOf(settings)),
  })
  const diaryOf = (name: ColumnName): Column['diary'] => createDiary(visit.histories[name], clock.now)
  const columns: readonly Column[] = [
    createColumn({
      name: 'plain',
      fetch: counted('plain'),
      diary: diaryOf('plain'),
      lore,
      explain: ({ headers }) => ({ source: headers.get('Served-By') ?? '' }),
      initFor: () => ({}),
      noteOn: () => undefined,
    }),
    createColumn({
      name: 'tidemark',
      diary: diaryOf('tidemark'),
      lore,
      ...client,
      fetch: meter.reads(client.fetch),
    }),
  ]
  const views = new Map(columns.map((column) => [column.name, createColumnView(column, scenes)]))

  // What Tidemark did not let in is told by itself: no history holds what nobody was shown.
  const stopListening = client.subscribe((event) => {
    meter.hear(event)
    tellRouting(event)
    if (event.type !== 'answer:refused') return
    refused += 1
    const { want, got, servedBy } = event
    const lagMs = world.api.inspect().servers.find(({ name }) => name === servedBy)?.lagMs
    const positions = { want: want?.position, got: got?.position }
    const atMs = clock.now()
    const text = describeRefusal(servedBy, positions, lagMs)
    views.get('tidemark')?.happenings.add({ atMs, kind: 'refused', text })
    if (got !== undefined && got.scope.startsWith(`${drawnScope}@`)) {
      timeline.mark('tidemark', { atMs, position: Number(got.position), kind: 'refused' })
    }
  })

  /** Tells where a read was sent, in the chart, and what else routing decided, in the list as well. */
  function tellRouting(event: TidemarkEvent): void {
    const atMs = clock.now()
    if (event.type === 'read:routed') timeline.decide({ atMs, server: event.endpoint })
    const text = describeDecision(event)
    if (text === undefined) return
    timeline.decide({ atMs, server: undefined })
    views.get('tidemark')?.happenings.add({ atMs, kind: 'routing', text })
  }

  /** Reads a scene in a column, has the history judged, and shows what came of it. */
  async function read(column: Column, scene: Scene, how?: Look): Promise<void> {
    const showing = await column.read(scene, how)
    const verdict = await column.diary.judge()
    const view = views.get(column.name)
    // What comes after another visit has begun would be drawn over it.
    if (view === undefined || isClosed) return
    tellVerdict(column, view, verdict)
    view.show(showing)
    showScore(column.name, verdict, {
      requests: requests[column.name],
      refused: column.name === 'tidemark' ? refused : 0,
      latencies: column.latencies,
    })
    refresh()
  }

  /** Tells what is new in the history of a column: in the list, and in the chart. */
  function tellVerdict(column: Column, view: ColumnView, { found, judged }: Verdict): void {
    const told = new Set<number>()
    for (const violation of found) {
      const { key, read: broken } = violation
      // One read may break both guarantees; on the screen it went wrong once.
      if (told.has(broken.id)) continue
      told.add(broken.id)
      const text = describeViolation(violation, lore)
      view.happenings.add({ atMs: broken.completed.atMs, kind: 'violation', text })
      const scene = scenes.find(({ paths }) => paths.some((path) => key.startsWith(path)))
      if (scene !== undefined) view.untold.set(scene.name, text)
      if (!hasBroken) announce(`First violation, with ${clientNames[column.name]}: ${text}`)
      hasBroken = true
    }
    const { operations } = column.diary.history()
    for (const operation of operations.slice(view.marked, judged)) {
      if (operation.kind !== 'read' || operation.asOf === undefined) continue
      if (operation.scope !== drawnScope) continue
      const kind = told.has(operation.id) ? 'violation' : 'shown'
      const { atMs } = operation.completed
      timeline.mark(column.name, { atMs, position: Number(operation.asOf), kind })
    }
    view.marked = Math.max(view.marked, judged)
  }

  async function readAll(): Promise<void> {
    for (const column of columns) {
      await Promise.all(scenes.map((scene) => read(column, scene))) // A2
    }
  }

  function glance(): void {
    answerWhatIsDue()
    for (const column of columns) {
      for (const scene of scenes) if (!column.isReading(scene)) void read(column, scene)
    }
  }

  async function act(scene: Scene, other?: string): Promise<void> {
    const [plain, tidemark] = columns
    const deed = other === undefined ? scene : scene.others?.[other]
    if (plain === undefined || tidemark === undefined || deed === undefined) return
    const button = other === undefined ? scene.name : `${scene.name}-${other}`
    const turn = turns[button] ?? 0
    turns[button] = turn + 1
    const { path, body, method = 'POST' } = deed.act(turn)
    if (deed.actor === 'others') {
      const answered = await send(world, { path, body: JSON.stringify(body), method })
      const posted: unknown = await answered.json()
      lore.note(path, posted, scene.nameRow)
      await follow(scene, answerTo(deed, turn, posted))
      return
    }
    const invoked = plain.diary.recorder.invoke()
    const response = await tidemark.fetch(path, { method, body: JSON.stringify(body) }) // A1
    requests.plain += 1
    const written: unknown = await response.clone().json()
    const record = tidemark.diary.recorder.operations.findLast(isWrite)
    if (record !== undefined) {
      const { kind: _kind, id: _id, completed: _completed, ...facts } = record
      plain.diary.recorder.recordWrite({ ...facts, session: plain.name, invoked })
      lore.note(record.key, written, scene.nameRow)
    }
    await follow(scene, answerTo(deed, turn, written))
  }

  async function look(scene: Scene, what: Look): Promise<void> {
    for (const column of columns) await read(column, scene, what) // A2
  }

  /** What comes of an action: somebody is about to answer, and both columns look again. */
  async function follow(scene: Scene, answer: Write | undefined): Promise<void> {
    if (answer !== undefined) due.push({ atMs: clock.now() + answerAfterMs, write: answer })
    for (const column of columns) await read(column, scene) // A2
  }

  /** Lets others write what they were about to. */
  function answerWhatIsDue(): void {
    const isDue = ({ atMs }: { readonly atMs: number }): boolean => atMs <= clock.now()
    const writes = due.filter(isDue)
    due = due.filter((entry) => !isDue(entry))
    for (const { write } of writes) void sendForOthers(write)
  }

  async function sendForOthers({ path, body, method }: Write): Promise<void> {
    await send(world, { path, body: JSON.stringify(body), method })
  }

  async function applySettings(next: Settings): Promise<void> {
    const previous = settings
    settings = next
    if (next.meanLagMs !== previous.meanLagMs) world.setMeanLag(next.meanLagMs)
    if (next.replicas !== previous.replicas) world.setReplicas(next.replicas)
    if (next.manners !== previous.manners) {
      // The same world, with other manners: all that was done is done again.
      born = { ...born, manners: next.manners }
      world = await createVisitWorld(born, clock, world.deeds)
    }
    // Endpoints are named when a client is made, so other replicas are another client too.
    const isRouted = next.routing !== 'none' && next.replicas !== previous.replicas
    if (next.routing !== previous.routing || isRouted) {
      await client.reroute()
      if (next.routing !== previous.routing) meter.begin(routingChoice(next.routing).label)
    }
    refresh()
  }

  function refresh(): void {
    timeline.sample(world.inspect())
    for (const [name, { chart }] of views) {
      chart.draw({
        nowMs: clock.now(),
        servers: timeline.servers(),
        marks: timeline.marks(name),
        decisions: name === 'tidemark' ? timeline.decisions() : [],
      })
    }
  }

  return {
    clock,
    world: () => world,
    subscribe: client.subscribe,
    async readAll() {
      answerWhatIsDue()
      await readAll()
    },
    glance,
    act,
    look,
    applySettings,
    refresh,
    snapshot: () => ({
      id: visit.id,
      born,
      settings,
      elapsedMs: clock.now(),
      deeds: world.deeds,
      histories: { plain: historyOf(columns, 'plain'), tidemark: historyOf(columns, 'tidemark') },
      requests,
      refused,
      lore: lore.toJSON(),
      turns,
      due,
    }),
    close() {
      isClosed = true
      clock.stop()
      stopListening()
      client.close()
    },
  }
}

function answerTo({ answer }: Act, turn: number, written: unknown): Write | undefined {
  const [row] = rowsOf(written)
  return row && answer?.(row, turn)
}

function endpointsOf({ replicas }: Settings): readonly Endpoint[] {
  const names = ['primary', ...Array.from({ length: replicas }, (_, index) => `replica-${index + 1}`)]
  return names.map((name) => ({ name, isPrimary: name === 'primary', headers: { [serverHeader]: name } }))
}

function isWrite(operation: { readonly kind: string }): operation is WriteOperation {
  return operation.kind === 'write'
}

function historyOf(columns: readonly Column[], name: ColumnName): Visit['histories'][ColumnName] {
  const column = columns.find((candidate) => candidate.name === name)
  return column?.diary.history() ?? { operations: [] }
}
