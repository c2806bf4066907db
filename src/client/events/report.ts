// Reports: what a read can say of itself, so that no level is ever weakened silently (lessons S4, S5).

import type { Source } from '../../core/entry.ts'
import type { Level } from '../../core/guarantee.ts'
import type { Version, Versions } from '../../core/version.ts'

/** What was laid over a list: see docs/lists.md. */
export interface OverlayReport {
  /** How many rows gave way to a newer state of their item. */
  readonly replaced: number
  /** How many own creations were added. */
  readonly added: number
  /** How many rows went: deleted, or changed so that they do not belong any more. */
  readonly hidden: number
}

/** How one read was answered. */
export interface ReadReport {
  /** The level that was asked for. */
  readonly level: Level
  /**
   * What was achieved: `fresh`, the level is kept; `behind`, an answer below the floor was accepted, as
   * `onUnavailable: 'serve-stale'` asks; `unverified`, the answer carried no version to judge by.
   */
  readonly achieved: 'fresh' | 'behind' | 'unverified'
  readonly source: Source
  /** The versions of what was served, if it carried any. */
  readonly versions: Versions | undefined
  /** The floor that decided, if the read had one. */
  readonly want: Version | undefined
  /** How many answers of the network it took. */
  readonly attempts: number
  readonly servedBy: string | undefined
  /** What was laid over a list that its source did not cover: see docs/lists.md. */
  readonly overlaid?: OverlayReport | undefined
  /** In words, such as `an answer behind the floor; the held value covers it`. */
  readonly why: string
}

/** An answered read. */
export interface Served {
  readonly response: Response
  readonly report: ReadReport
}

/** Remembers the reports of responses, for as long as the responses live. */
export interface Reports {
  readonly set: (response: Response, report: ReadReport) => void
  readonly get: (response: Response) => ReadReport | undefined
}

/** Makes a memory of reports. */
export function createReports(): Reports {
  const reports = new WeakMap<Response, ReadReport>()
  return {
    set: (response, report) => void reports.set(response, Object.freeze(report)),
    get: (response) => reports.get(response),
  }
}
