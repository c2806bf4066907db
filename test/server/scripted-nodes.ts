// A database of one primary and its replicas that does what a test says, under a virtual clock.
import { integer } from '../../src/core/formats/integer.ts'
import type { DatabaseNode } from '../../src/server/fleet.ts'
import type { Sample } from '../../src/server/version-source.ts'
import { createVersioning } from '../../src/server/versioning.ts'
import type { Next, Versioning } from '../../src/server/versioning.ts'
import type { VersioningEvent, VersioningOptions } from '../../src/server/versioning-options.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'

/** One node, as a test sees and moves it. */
export interface ScriptedNode {
  state: Sample
  /** What the next looks do instead of answering. */
  fault: 'none' | 'down' | 'hangs'
  /** How long a look takes. */
  lookMs: number
  looks: number
  lookingNow: number
  lookingMost: number
}

/** A database under test. */
export interface ScriptedDatabase {
  readonly clock: VirtualClock
  readonly primary: ScriptedNode
  readonly replica: ScriptedNode
  readonly nodes: readonly DatabaseNode<ScriptedNode>[]
  readonly versioning: Versioning<ScriptedNode>
  readonly events: VersioningEvent[]
  /** Asks the API: the body of the answer is the position that the handler has read. */
  readonly ask: (headers?: Record<string, string>, init?: RequestInit & { url?: string }) => Promise<Response>
  readonly run: <T>(task: () => Promise<T>) => Promise<T>
}

export function scriptedDatabase(
  options: Partial<VersioningOptions<ScriptedNode>> = {},
  next: Next<ScriptedNode> = (_, { database }) => new Response(database.state.position),
): ScriptedDatabase {
  const clock = createVirtualClock()
  const primary = scriptedNode({ epoch: 'e', position: '100', isPrimary: true })
  const replica = scriptedNode({ epoch: 'e', position: '90', isPrimary: false })
  const nodes = [nodeOf(clock, 'db-1', primary), nodeOf(clock, 'replica-1', replica)]
  const { now, setTimer } = clock
  const versioning = createVersioning({ nodes, now, setTimer, ...options })
  const events: VersioningEvent[] = []
  versioning.subscribe((event) => void events.push(event))
  return {
    clock,
    primary,
    replica,
    nodes,
    versioning,
    events,
    ask: (headers = {}, { url = 'http://api.test/photos', ...init } = {}) =>
      versioning.handle(new Request(url, { headers, ...init }), next),
    run: (task) => clock.run(task),
  }
}

function scriptedNode(state: Sample): ScriptedNode {
  return { state, fault: 'none', lookMs: 1, looks: 0, lookingNow: 0, lookingMost: 0 }
}

export function nodeOf(
  clock: VirtualClock,
  name: string,
  node: ScriptedNode,
): DatabaseNode<ScriptedNode> {
  const sample = async (): Promise<Sample> => {
    node.looks += 1
    node.lookingNow += 1
    node.lookingMost = Math.max(node.lookingMost, node.lookingNow)
    try {
      if (node.fault === 'hangs') await clock.sleep(1_000_000)
      await clock.sleep(node.lookMs)
      if (node.fault === 'down') throw new Error(`${name} is down`)
      return node.state
    } finally {
      node.lookingNow -= 1
    }
  }
  const distance = (from: string, to: string): number => Number(to) - Number(from)
  return { name, source: { format: integer, sample, distance }, database: node }
}

/** The header that asks for a position of the epoch `e`. */
export function floorAt(position: number | string, epoch = 'e'): Record<string, string> {
  return { 'Min-Version': `main;e="${epoch}";v="${position}"` }
}
