// One step of a read over several endpoints: the first, a hedge if it is late, the next if it fails.
//
//   first ──satisfying──────────────────────────► its answer
//     ├─ late ──► a second as well, if one was earned: the first satisfying answer wins (lessons R21)
//     ├─ failed ─► the next, until there is none
//     └─ behind ─► waits for the other one; alone, it is the answer, and the ladder goes on
//
// C1. Each endpoint is asked once at most, so the step is bounded by how many there are (I7).
// C2. Who has lost is aborted, and its body let go.
// C3. A caller who leaves ends all of it, with its own reason.

import type { SetTimer } from '../client/waits/clock.ts'

/** How one request of a race ended. */
export type LegEnd<Answer> =
  /** `satisfying` may be served; `insufficient` is an answer below the floor; `failed` is none. */
  | { readonly kind: 'satisfying' | 'insufficient' | 'failed'; readonly answer: Answer }
  | { readonly kind: 'threw'; readonly error: unknown }

/** What a race is run with. */
export interface RaceParts<Answer> {
  /** The endpoints, the best first. */
  readonly order: readonly string[]
  readonly caller: AbortSignal | undefined
  /** When the second one starts, if the first is late; `undefined` for never. */
  readonly hedgeAfterMs: number | undefined
  readonly setTimer: SetTimer
  /** Asks one endpoint. */
  readonly ask: (endpoint: string, signal: AbortSignal) => Promise<LegEnd<Answer>>
  /** Tells whether a hedge may start, and notes that it does. */
  readonly mayHedge: (endpoint: string) => boolean
  /** Told of each that is aborted: it `lost` to one that started later, or is only `spared`. */
  readonly onAborted: (endpoint: string, how: 'lost' | 'spared' | 'left') => void
  readonly discard: (answer: Answer) => void
}

/** The answer that is left of a race, and from where. */
export interface RaceResult<Answer> {
  readonly endpoint: string
  readonly end: LegEnd<Answer>
}

interface Leg<Answer> {
  readonly endpoint: string
  readonly controller: AbortController
  readonly ended: Promise<{ readonly leg: Leg<Answer>; readonly end: LegEnd<Answer> }>
}

/** Runs a race, and returns how it ended. */
export async function race<Answer>(parts: RaceParts<Answer>): Promise<RaceResult<Answer>> {
  const { order, caller, hedgeAfterMs, setTimer } = parts
  const running = new Set<Leg<Answer>>()
  let started = 0
  const start = (): void => {
    const endpoint = order[started]
    if (endpoint === undefined) return
    started += 1
    running.add(startLeg(parts, endpoint))
  }
  let cancelHedge: (() => void) | undefined
  const lateness = new Promise<'late'>((resolve) => {
    if (hedgeAfterMs !== undefined) cancelHedge = setTimer(() => resolve('late'), hedgeAfterMs)
  })
  const leave = leaveOf(caller)
  let isLate = false
  let best: RaceResult<Answer> | undefined
  start()
  try {
    while (running.size > 0) {
      const ends = Array.from(running, ({ ended }) => ended)
      const next = await Promise.race([leave.left, ...ends, ...(isLate ? [] : [lateness])])
      if (next === 'left') break
      if (next === 'late') {
        isLate = true
        const second = order[started]
        if (second !== undefined && parts.mayHedge(second)) start()
        continue
      }
      const { leg, end } = next
      running.delete(leg)
      if (end.kind === 'satisfying') {
        if (best !== undefined) letGo(parts, best)
        abortOthers(parts, running, leg)
        return { endpoint: leg.endpoint, end }
      }
      best = better(parts, best, { endpoint: leg.endpoint, end })
      // An answer below the floor goes back to the ladder, which may know of something held.
      if (running.size === 0 && best.end.kind !== 'insufficient') start()
    }
    if (leave.hasLeft()) throw caller?.reason // C3
    if (best === undefined) throw new TypeError('No endpoint was asked.')
    return best
  } finally {
    cancelHedge?.()
    for (const { endpoint, controller } of running) {
      if (!leave.hasLeft()) continue
      parts.onAborted(endpoint, 'left')
      controller.abort(caller?.reason)
    }
  }
}

function startLeg<Answer>({ ask, caller }: RaceParts<Answer>, endpoint: string): Leg<Answer> {
  const controller = new AbortController()
  // Heard until the end of the body, and not only of the headers.
  const leave = (): void => controller.abort(caller?.reason)
  if (caller?.aborted === true) leave()
  else caller?.addEventListener('abort', leave, { once: true })
  const ended = ask(endpoint, controller.signal).then((end) => ({ leg, end }))
  const leg: Leg<Answer> = { endpoint, controller, ended }
  return leg
}

function leaveOf(caller: AbortSignal | undefined): { left: Promise<'left'>; hasLeft: () => boolean } {
  const left = new Promise<'left'>((resolve) => {
    if (caller?.aborted === true) resolve('left')
    else caller?.addEventListener('abort', () => resolve('left'), { once: true })
  })
  return { left, hasLeft: () => caller?.aborted === true }
}

function abortOthers<Answer>(parts: RaceParts<Answer>, running: Set<Leg<Answer>>, winner: Leg<Answer>): void {
  const { order } = parts
  for (const { endpoint, controller, ended } of running) {
    const isEarlier = order.indexOf(endpoint) < order.indexOf(winner.endpoint)
    parts.onAborted(endpoint, isEarlier ? 'lost' : 'spared')
    controller.abort(new DOMException('Another endpoint has answered.', 'AbortError')) // C2
    // It may have answered in this very step.
    void ended.then(({ end }) => letGo(parts, { endpoint, end }))
  }
  running.clear()
}

/** Keeps an answer rather than a failure, and of two answers the later: it was judged by more. */
function better<Answer>(
  parts: RaceParts<Answer>,
  known: RaceResult<Answer> | undefined,
  next: RaceResult<Answer>,
): RaceResult<Answer> {
  if (known === undefined) return next
  const isWorse = worth[next.end.kind] < worth[known.end.kind]
  letGo(parts, isWorse ? next : known)
  return isWorse ? known : next
}

const worth = { threw: 0, failed: 1, insufficient: 2, satisfying: 3 }

function letGo<Answer>(parts: RaceParts<Answer>, { end }: RaceResult<Answer>): void {
  if (end.kind !== 'threw') parts.discard(end.answer)
}
