// What a benchmark is made of.

/** One thing that is measured. */
export interface Variant {
  readonly name: string
  /** Does the work `times` times, one after the other. */
  readonly run: (times: number) => Promise<void> | void
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
  readonly close?: () => Promise<void> | void
}
