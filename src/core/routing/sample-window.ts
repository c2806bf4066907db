// A sliding window of measurements, and its percentiles.
//
// W1. Memory is bounded: the newest `samplesMax` samples stay, and none older than `windowMs`.
// W2. A percentile is a sample that was really seen (nearest rank), and no interpolation.
// W3. Where nothing was measured lately, nothing is known: `undefined`, and not zero (I4).

/** Where a distribution lies, in the unit of its samples. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** How many samples they rest on. */
  readonly count: number
}

/** The measurements of the recent past, oldest first. */
export interface SampleWindow {
  readonly samples: readonly Sample[]
  /** As of the newest sample. */
  readonly percentiles: Percentiles | undefined
}

/** One measurement, and when it was taken. */
export interface Sample {
  readonly atMs: number
  readonly value: number
}

/** A window in which nothing was measured. */
export const emptyWindow: SampleWindow = { samples: [], percentiles: undefined }

/** How long a measurement counts, in milliseconds: long enough for a p95, short enough to forget. */
export const windowMs = 15_000

/** How many measurements count. */
export const samplesMax = 64

/** Returns a window with one measurement more. */
export function addSample({ samples }: SampleWindow, sample: Sample): SampleWindow {
  const recent = samples.filter(({ atMs }) => sample.atMs - atMs <= windowMs).slice(1 - samplesMax)
  const next = [...recent, sample] // W1
  return { samples: next, percentiles: percentilesOf(next) }
}

/** Returns a window without what is above a bound: what a later measurement has disproved. */
export function withoutAbove(window: SampleWindow, bound: number): SampleWindow {
  const samples = window.samples.filter(({ value }) => value <= bound)
  if (samples.length === window.samples.length) return window
  return samples.length === 0 ? emptyWindow : { samples, percentiles: percentilesOf(samples) }
}

/** Returns the percentiles of a window, unless all that was measured has become old. */
export function recentPercentiles(
  { samples, percentiles }: SampleWindow,
  atMs: number,
): Percentiles | undefined {
  const newest = samples.at(-1)
  return newest === undefined || atMs - newest.atMs > windowMs ? undefined : percentiles // W3
}

/** Returns the mean of what was measured lately, or `undefined`. */
export function recentMean({ samples }: SampleWindow, atMs: number): number | undefined {
  const recent = samples.filter((sample) => atMs - sample.atMs <= windowMs)
  if (recent.length === 0) return undefined
  return recent.reduce((sum, { value }) => sum + value, 0) / recent.length
}

function percentilesOf(samples: readonly Sample[]): Percentiles {
  const sorted = samples.map(({ value }) => value).toSorted((left, right) => left - right)
  const count = sorted.length
  const at = (share: number): number => Math.min(...sorted.slice(Math.ceil(share * count) - 1)) // W2
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count }
}
