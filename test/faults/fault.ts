// What a planted fault is.

import type { Level } from 'tidemark'
import type { Incident, World } from '../simulation/plan.ts'

/** One place of the sources, and what stands there instead. */
export interface Patch {
  /** From the root of the checkout, such as `src/core/judge.ts`. */
  readonly file: string
  /** The exact text. It has to stand there once: else the fault is rotten, and its test fails. */
  readonly found: string
  readonly put: string
}

/** What is told of the runs that are to catch a fault, so that it does not take a thousand to meet it. */
export interface Setting {
  readonly world?: Partial<World>
  /** What happens besides what the plan of the seed says. */
  readonly incidents?: readonly Incident[]
  /** The level of every read, or several that take turns. */
  readonly level?: Level | readonly Level[]
  /** Whether users go on before a read has ended, so that reads overlap. */
  readonly isAside?: true
  /** The level of every watch. */
  readonly look?: Level
}

/** A fault that somebody could have made, and that the simulator has to catch. */
export interface Fault extends Setting {
  /** What it does, in a few words. */
  readonly name: string
  readonly patches: readonly Patch[]
  /** Within how many seeds, from the first on, it has to be caught: three times what was measured. */
  readonly seedsMax: number
}
