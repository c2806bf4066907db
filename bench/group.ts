// What a benchmark is made of.

/** One thing that is measured. */
export interface Variant {
  readonly name: string
  /** Makes ready what `run` uses up. It is not timed. */
  readonly prepare?: (times: number) => Promise<void> | void
  /** Does the work `times` times, one after the other. */
  readonly run: (times: number) => Promise<void> | void
  /** How often it does its work in one round, where that is not what the group says. */
  readonly times?: number
  /** Of how much it does it, such as among how many entries, where that is what tells variants apart. */
  readonly size?: number
}

/** What a variant has to come to, by `docs/performance.md`. */
export interface Target {
  /** The name of the variant. */
  readonly variant: string
  /** What it is measured by: its time as a share of another's, how much more it takes, all it takes, or its longest task. */
  readonly by: 'ratio' | 'thread-ratio' | 'added-us' | 'each-us' | 'task-ms'
  /** The name of the other variant. The floor by default. */
  readonly of?: string
  /** The most that it may be. */
  readonly must: number
  /** The most that it is to be. */
  readonly reach: number
}

/** Counts instead of times: what was seen, and not how fast. */
export interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly name: string; readonly cells: readonly string[] }[]
}

/** Variants that do the same work, the floor first. */
export interface Group {
  readonly name: string
  /** How often each variant does its work in one round. */
  readonly times: number
  readonly rounds: number
  readonly variants: readonly Variant[]
  readonly targets?: readonly Target[]
  /** Whether the work of the page's thread is told as well: in a page alone. */
  readonly showsThread?: boolean
  /** Whether the longest task of the page's thread is told as well: in a page alone. */
  readonly showsTasks?: boolean
  readonly close?: () => Promise<void> | void
}

/** Makes a group, once it is its turn. */
export type MakeGroup = () => Promise<Group> | Group
