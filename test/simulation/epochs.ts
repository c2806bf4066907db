// The epochs of a run as they really followed each other, which no client is ever told.

import type { EpochBeginning } from 'tidemark/testing'

/** How the epochs of a run followed each other. */
export interface Epochs {
  readonly begin: (beginning: EpochBeginning) => void
  /** How many began after the first. */
  readonly count: () => number
  /** The place of an epoch in their order, or `undefined` for one that never was. */
  readonly indexOf: (epoch: string) => number | undefined
  readonly nameAt: (index: number) => string | undefined
  /** The epochs in which a state of one lives on: what was forked off after it. */
  readonly heirsOf: (epoch: string, position: number) => readonly string[]
}

/** Begins with the epoch that the API began with. */
export function createEpochs(first: string): Epochs {
  const names = [first]
  const beginnings: EpochBeginning[] = []
  const heirsOf = (epoch: string, position: number): string[] =>
    beginnings
      .filter((beginning) => beginning.parent === epoch && position <= beginning.position)
      .flatMap((beginning) => [beginning.epoch, ...heirsOf(beginning.epoch, position)])
  return {
    begin(beginning) {
      names.push(beginning.epoch)
      beginnings.push(beginning)
    },
    count: () => beginnings.length,
    indexOf(epoch) {
      const index = names.indexOf(epoch)
      return index < 0 ? undefined : index
    },
    nameAt: (index) => names[index],
    heirsOf,
  }
}
