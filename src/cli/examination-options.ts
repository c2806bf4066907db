// What to examine, and how; and what the parts of an examination share.

import type { Observation } from './observation.ts'

/** What to examine, and how. */
export interface ExaminationOptions {
  readonly url: URL
  /** Headers of each request, such as `Authorization`. */
  readonly headers: Readonly<Record<string, string>>
  /** The origin of the page that will use the API, where it is another. */
  readonly pageOrigin: string | undefined
  /** How many reads are made. */
  readonly reads: number
  /** How many requests are made in a second, at most. */
  readonly ratePerSecond: number
  readonly timeoutMs: number
  readonly write: WriteOptions | undefined
}

/** What may be written, and how often. */
export interface WriteOptions {
  readonly method: string
  readonly url: URL
  readonly body: string
  readonly times: number
  /** How long a write may take to be shown, in milliseconds. */
  readonly shownWithinMs: number
}

/** What an examination tells while it goes on. */
export interface Progress {
  readonly step: string
  readonly done: number
  readonly of: number
}

/** Asks once, at the rate of an examination. */
export type Ask = (probe: {
  readonly method?: string
  readonly url?: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}) => Promise<Observation>
