// Circuit breakers: when an endpoint is left, and when it is looked at again.
//
//            failed, or slow three times
//    well ──────────────────────────────► left ── its rest is over ──► due
//     ▲                                    ▲                            │ one read goes there
//     │                                    └── failed, or slow again ── probed
//     └──────────────────────────────────────────── answered well ──────┘
//
// B1. A rest doubles with each opening, up to a bound; the count of openings is forgotten only after
//     the endpoint was well for a while. So one that flaps is asked less and less, and does not make
//     the reads flap with it.
// B2. One probe at a time. A probe whose end is never told counts as over after a rest of the longest.
// B3. What fails while an endpoint is left anyway was sent before: it does not lengthen the rest.
// B4. A server's own `Retry-After` lengthens a rest, up to a bound: no server is left for ever.

/** What the breaker of one endpoint remembers. */
export interface Breaker {
  /** When the rest is over, in milliseconds; `undefined` while the endpoint is well. */
  readonly restsUntilMs: number | undefined
  /** How often it was opened, one soon after the other. */
  readonly openings: number
  /** How often in a row it was slow. */
  readonly strikes: number
  readonly wellSinceMs: number
  readonly probedAtMs: number | undefined
}

/** `well`, `left` to rest, or `due` for a probe. */
export type Health = 'well' | 'left' | 'due'

/** What a request to an endpoint came to: `slow` is an answer, too, or a race that it lost. */
export type Outcome = 'well' | 'slow' | 'failed'

/** A breaker that has seen nothing. */
export const closedBreaker: Breaker = {
  restsUntilMs: undefined,
  openings: 0,
  strikes: 0,
  wellSinceMs: 0,
  probedAtMs: undefined,
}

/** The first rest, in milliseconds. */
export const restMs = 500
/** The longest rest, in milliseconds. */
export const restMaxMs = 30_000
const strikesMax = 3
// After so long a stretch without a failure the past is forgotten.
const forgivenAfterMs = 30_000

/** Tells the health of an endpoint. */
export function healthOf({ restsUntilMs, probedAtMs }: Breaker, atMs: number): Health {
  if (restsUntilMs === undefined) return 'well'
  if (atMs < restsUntilMs) return 'left'
  return probedAtMs !== undefined && atMs - probedAtMs < restMaxMs ? 'left' : 'due' // B2
}

/** Notes that a read goes to an endpoint that is due. */
export function beginProbe(breaker: Breaker, atMs: number): Breaker {
  return { ...breaker, probedAtMs: atMs }
}

/** Notes that a probe was given up before its end was known. */
export function endProbe(breaker: Breaker): Breaker {
  return { ...breaker, probedAtMs: undefined }
}

/** Notes what a request came to. `retryAfterMs` is what the server asked for. */
export function recordOutcome(
  breaker: Breaker,
  outcome: Outcome,
  { atMs, retryAfterMs = 0 }: { readonly atMs: number; readonly retryAfterMs?: number | undefined },
): Breaker {
  const isWell = breaker.restsUntilMs === undefined
  if (outcome === 'well') {
    const wellSinceMs = isWell ? breaker.wellSinceMs : atMs
    const isForgiven = atMs - wellSinceMs >= forgivenAfterMs
    return { ...closedBreaker, wellSinceMs, openings: isForgiven ? 0 : breaker.openings } // B1
  }
  const strikes = breaker.strikes + 1
  if (isWell && outcome === 'slow' && strikes < strikesMax) return { ...breaker, strikes }
  if (!isWell && atMs < breaker.restsUntilMs) return breaker // B3
  const doubled = Math.min(restMs * 2 ** breaker.openings, restMaxMs) // B1
  const asked = Math.min(retryAfterMs, restMaxMs) // B4
  return {
    ...closedBreaker,
    restsUntilMs: atMs + Math.max(doubled, asked),
    openings: breaker.openings + 1,
  }
}
