// User Timing: reads as measures in the browser's own profiler, each in a track named Tidemark.
//
// U1. Reads are measured by the profiler's clock and not by the times of events, which may be another's.
// U2. The browser keeps every measure until it is cleared, so those of long ago are.

import type { TidemarkEvent } from '../client/events/events.ts'
import type { DevtoolsSource } from './recorder.ts'
import { nameOfKey, wordsOfVersion, wordsOfVersions } from './words.ts'

/** Where reads are measured. */
export interface MeasureOptions {
  /** @default globalThis.performance */
  readonly performance?: Pick<Performance, 'now' | 'mark' | 'measure' | 'clearMarks' | 'clearMeasures'> | undefined
  /**
   * How many measures the browser keeps of ours.
   *
   * @default 1000
   */
  readonly measuresMax?: number | undefined
}

/**
 * Shows each read in the browser's profiler: a measure from its plan to its end, and a mark for each answer
 * that was refused. Chromium draws them in a track of their own. Returns the function that ends it.
 *
 * @example
 * ```ts
 * import { createTidemark, memoryStorage } from 'tidemark'
 * import { measureReads } from 'tidemark/devtools'
 *
 * const tidemark = createTidemark({
 *   origins: ['https://api.example.com'],
 *   storage: memoryStorage(),
 *   fetch: async () => Response.json({}, { headers: { 'Data-Version': 'main;v="45"' } }),
 * })
 * const stop = measureReads(tidemark)
 * await tidemark.fetch('https://api.example.com/photos/7')
 * performance.getEntriesByType('measure').map(({ name }) => name) //=> ['tidemark /photos/7']
 * stop()
 * ```
 */
export function measureReads(source: DevtoolsSource, options: MeasureOptions = {}): () => void {
  const { performance = globalThis.performance, measuresMax = 1000 } = options
  const begun = new Map<number, { readonly startedAt: number; readonly url: string }>()
  const names: { readonly type: 'mark' | 'measure'; readonly name: string }[] = []

  function remember(type: 'mark' | 'measure', name: string): void {
    names.push({ type, name })
    const old = names.length > measuresMax ? names.shift() : undefined
    // By its name all of that name go. They are old as well, or will be drawn again.
    if (old?.type === 'measure') performance.clearMeasures(old.name) // U2
    if (old?.type === 'mark') performance.clearMarks(old.name)
  }

  function end(read: number, words: Ending): void {
    const start = begun.get(read)
    if (start === undefined) return
    begun.delete(read)
    const name = `tidemark ${nameOfKey(start.url)}`
    const detail = { devtools: { dataType: 'track-entry', track: 'Reads', trackGroup: 'Tidemark', ...words } }
    performance.measure(name, { start: start.startedAt, end: performance.now(), detail })
    remember('measure', name)
  }

  return source.subscribe((event: TidemarkEvent) => {
    if (event.type === 'read:planned') begun.set(event.read, { startedAt: performance.now(), url: event.url }) // U1
    if (event.type === 'read:served') {
      const { achieved, source: from, attempts, why, versions } = event.report
      end(event.read, {
        color: achieved === 'fresh' ? 'primary' : 'warning',
        tooltipText: `${achieved}, from ${from}`,
        properties: [
          ['Version', wordsOfVersions(versions)],
          ['Answers', String(attempts)],
          ['Why', why],
        ],
      })
    }
    // It is drawn by the read whose request it shares.
    if (event.type === 'read:joined') begun.delete(event.read)
    if (event.type === 'read:failed') end(event.read, { color: 'error', tooltipText: 'failed', properties: [] })
    if (event.type !== 'answer:refused') return
    const { verdict, want, got, servedBy, key } = event
    const name = `tidemark refused ${nameOfKey(key)}`
    const properties = [
      ['Verdict', verdict],
      ['Wanted', want === undefined ? 'a version' : wordsOfVersion(want)],
      ['Got', got === undefined ? 'no version' : wordsOfVersion(got)],
      ['Served by', servedBy ?? 'unknown'],
    ]
    performance.mark(name, { detail: { devtools: { dataType: 'marker', color: 'error', properties } } })
    remember('mark', name)
  })
}

interface Ending {
  readonly color: 'primary' | 'warning' | 'error'
  readonly tooltipText: string
  readonly properties: readonly (readonly [string, string])[]
}
