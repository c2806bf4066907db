// The recorder: a bounded log of what a client tells, and what the log adds up to.
//
// R1. It consumes events only, and changes nothing: a client with a recorder answers as one without.
// R2. It is bounded, whatever passes: the events longest ago go first.
// R3. Each event takes two steps, in the order in which they were told: an operation that is known by one
//     event alone has a beginning and an end all the same.

import type { TidemarkEvent } from '../client/events/events.ts'
import { partsOf } from '../client/exchanges/parts.ts'
import type { ScopeFloors } from '../core/session.ts'
import type { FormatOf } from '../core/version.ts'
import { historyOf } from './history-document.ts'
import type { RecordedHistory } from './history-document.ts'
import { createDrawing } from './picture.ts'
import type { Picture } from './picture.ts'

/** What can be recorded: a client, or anything else that tells its events. */
export interface DevtoolsSource {
  readonly subscribe: (listener: (event: TidemarkEvent) => void) => () => void
  /** Where the floors are that were raised before. */
  readonly session?: { readonly floors: () => ReadonlyMap<string, ScopeFloors> } | undefined
}

/** How much is recorded. */
export interface RecorderOptions {
  /**
   * How many events the log keeps.
   *
   * @default 5000
   */
  readonly eventsMax?: number | undefined
  /**
   * How many reads, and how many writes, refused answers and notes, are kept with their way.
   *
   * @default 500
   */
  readonly rowsMax?: number | undefined
}

/** A recorder of one client. */
export interface Recorder {
  /** What the events add up to. It changes with each of them. */
  readonly picture: () => Picture
  /** The log: the last events, oldest first. */
  readonly events: () => readonly TidemarkEvent[]
  /** How many events there were. */
  readonly count: () => number
  /** What was recorded of reads and writes, as `parseHistory` of `tidemark/testing` reads it. */
  readonly history: () => RecordedHistory
  /** Calls back after each event. Returns the function that ends it. */
  readonly listen: (listener: () => void) => () => void
  /** Forgets all but the floors. */
  readonly clear: () => void
  readonly close: () => void
}

/**
 * Records what a client tells.
 *
 * @example
 * ```ts
 * import { createTidemark, memoryStorage } from 'tidemark'
 * import { createRecorder } from 'tidemark/devtools'
 *
 * const tidemark = createTidemark({
 *   origins: ['https://api.example.com'],
 *   storage: memoryStorage(),
 *   fetch: async () => Response.json({}, { headers: { 'Data-Version': 'main;v="45"' } }),
 * })
 * const recorder = createRecorder(tidemark)
 * await tidemark.fetch('https://api.example.com/photos/7')
 *
 * const [read] = recorder.picture().reads.values()
 * read?.end //=> 'fresh'
 * read?.steps.map(({ kind }) => kind) //=> ['planned', 'sent', 'answered', 'served']
 * recorder.close()
 * ```
 */
export function createRecorder(source: DevtoolsSource, options: RecorderOptions = {}): Recorder {
  const { eventsMax = 5000, rowsMax = 500 } = options
  const listeners = new Set<() => void>()
  let events: TidemarkEvent[] = []
  let count = 0
  let drawing = createDrawing(rowsMax, source.session?.floors() ?? [])

  const stop = source.subscribe((event) => {
    count += 1
    events.push(event)
    // Cut in pieces, since to shift a long array with each event would cost its length each time.
    if (events.length > eventsMax * 1.2) events = events.slice(-eventsMax) // R2
    drawing.add(event, count * 2) // R3
    for (const listener of listeners) listener()
  })

  return {
    picture: () => drawing.picture,
    events: () => events.slice(-eventsMax),
    count: () => count,
    history: () => historyOf(drawing.picture, formatsOf(source)),
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    clear() {
      events = []
      drawing = createDrawing(rowsMax, drawing.picture.floors)
      for (const listener of listeners) listener()
    },
    close() {
      stop()
      listeners.clear()
    },
  }
}

/** Returns the formats of a client of ours; of anything else nothing is known of how positions compare. */
function formatsOf(source: DevtoolsSource): FormatOf | undefined {
  try {
    return partsOf(source).scopes.formatOf
  } catch {
    return undefined
  }
}
