// Where the time of a variant goes: by function, from samples of the browser's own profiler.

import type { CDPSession } from 'playwright-core'

/** What a profile has of one function. */
export interface Share {
  /** Its name, and the line of the bundle. */
  readonly name: string
  /** Of all samples, those in which it was running itself. */
  readonly self: number
  /** Those in which it was running, or anything that it called. */
  readonly within: number
}

/** The parts of a profile that are looked at, as the DevTools protocol has them. */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly lineNumber: number }
    readonly children?: readonly number[]
  }[]
  readonly samples?: readonly number[]
}

/** Profiles some work. */
export async function profileOf(session: CDPSession, work: () => Promise<void>): Promise<readonly Share[]> {
  await session.send('Profiler.enable')
  await session.send('Profiler.setSamplingInterval', { interval: 100 })
  await session.send('Profiler.start')
  await work()
  const { profile } = await session.send('Profiler.stop')
  return sharesOf(profile)
}

/** Returns the functions of a profile, those within which most of the time goes first. */
export function sharesOf({ nodes, samples = [] }: Profile): readonly Share[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const own = new Map<number, number>()
  for (const id of samples) own.set(id, (own.get(id) ?? 0) + 1)
  const self = new Map<string, number>()
  const within = new Map<string, number>()
  const add = (to: Map<string, number>, name: string, count: number): void => void to.set(name, (to.get(name) ?? 0) + count)

  /** Returns the samples at a node and below. Those of a function that calls itself count once. */
  function visit(id: number, above: ReadonlySet<string>): number {
    const node = byId.get(id)
    if (node === undefined) return 0
    const name = `${node.callFrame.functionName || '(anonymous)'}:${node.callFrame.lineNumber + 1}`
    let count = own.get(id) ?? 0
    add(self, name, count)
    for (const child of node.children ?? []) count += visit(child, new Set([...above, name]))
    if (!above.has(name)) add(within, name, count)
    return count
  }

  const children = new Set(nodes.flatMap((node) => node.children ?? []))
  for (const { id } of nodes) if (!children.has(id)) visit(id, new Set())
  const all = samples.length
  return [...within]
    .map(([name, count]) => ({ name, self: (self.get(name) ?? 0) / all, within: count / all }))
    .toSorted((left, right) => right.within - left.within)
}
