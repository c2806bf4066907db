// Flights: identical reads that are under way at the same time share one request.
//
// Joining an earlier request is safe here, where it is not in other caches (lessons R3): its answer is
// judged by the floors of its arrival, so one that left before a write is simply behind.
//
// L1. Each reader gets a body of its own.
// L2. A reader who aborts leaves alone; the request ends when all have left.
// L3. Only requests that are the same in every part are shared, and none that asks for a cache mode.
// L4. What a strong read is to show is no older than its own beginning, which no floor knows of: it joins only
//     what leaves in the very same step.
// L5. What left before the page was frozen is joined by nobody afterwards: it may never arrive (`presence.ts`).

import { requirementOf } from '../../core/guarantee.ts'
import { abortable } from '../../transport/representation.ts'
import type { Served } from '../events/report.ts'
import type { GovernedRequest } from '../rules/request.ts'
import { hearAbort } from '../waits/hearing.ts'
import type { Ear } from '../waits/hearing.ts'
import { stayOfNow } from '../waits/presence.ts'

/** Runs a read, or joins one that is under way. `signal` aborts once every reader has left, where all of them can. */
export type Fly = (
  request: GovernedRequest,
  run: (signal: AbortSignal | undefined) => Promise<Served>,
) => Promise<Served>

interface Flight {
  /** The read that it began with. */
  readonly id: number
  /** None where it began with a reader who cannot abort, and so will never have left. */
  readonly controller: AbortController | undefined
  readonly stay: number
  /** Those who have not aborted. */
  readonly passengers: Set<Passenger>
}

interface Passenger {
  readonly signal: AbortSignal | undefined
  ear: Ear | undefined
  readonly land: (served: Served) => void
  readonly fail: (reason: unknown) => void
}

/** Makes the flights of a client. `onJoined` is told of each read that joins one, and of which. */
export function createFlights(onJoined: (request: GovernedRequest, flight: number) => void): Fly {
  const flights = new Map<string, Flight>()

  function depart(key: string | undefined, flight: Flight, running: Promise<Served>): void {
    if (key !== undefined) flights.set(key, flight)
    const arrive = (): void => close(key, flight)
    running.then(
      (served) => {
        arrive()
        disembark(flight, served)
      },
      (reason: unknown) => {
        arrive()
        for (const { ear, fail } of flight.passengers) {
          ear?.stop()
          fail(reason)
        }
      },
    )
  }

  /** Lets nobody join any more. */
  function close(key: string | undefined, flight: Flight): void {
    if (key !== undefined && flights.get(key) === flight) flights.delete(key)
  }

  return (request, run) => {
    const key = shapeOf(request)
    const known = key === undefined ? undefined : flights.get(key)
    const stay = stayOfNow()
    if (known !== undefined && known.controller?.signal.aborted !== true && known.stay === stay) {
      onJoined(request, known.id)
      return board(known, request.signal)
    }
    const controller = request.signal && new AbortController()
    const flight: Flight = { id: request.id, controller, stay, passengers: new Set() }
    const boarded = board(flight, request.signal)
    // In this very step, as the platform does: what the caller changes afterwards changes nothing.
    const running = run(controller?.signal)
    depart(key, flight, running)
    if (requirementOf(request.level).asksPrimary) queueMicrotask(() => close(key, flight)) // L4
    return boarded
  }
}

function board(flight: Flight, signal: AbortSignal | undefined): Promise<Served> {
  return new Promise((resolve, reject) => {
    const passenger: Passenger = { signal, ear: undefined, land: resolve, fail: reject }
    flight.passengers.add(passenger)
    // Heard until the end of the body, and not only of the headers.
    const leave = (): void => {
      flight.passengers.delete(passenger)
      reject(signal?.reason)
      if (flight.passengers.size === 0) flight.controller?.abort(signal?.reason) // L2
    }
    if (signal?.aborted === true) leave()
    else if (signal !== undefined) passenger.ear = hearAbort(signal, leave)
  })
}

/** Hands out the response: the platform's own to a lone reader, and else a body for each (L1). */
function disembark({ passengers }: Flight, { response, report }: Served): void {
  const landing = [...passengers]
  const bodies = landing.map((_, index) => (index === 0 ? response : response.clone()))
  for (const [index, { signal, ear, land }] of landing.entries()) {
    const own = bodies[index] ?? response
    const isAlone = landing.length === 1
    const given = isAlone || signal === undefined ? own : abortable(own, signal)
    ear?.stayWith(given)
    land({ response: given, report })
  }
}

const initNames = ['method', 'headers', 'credentials', 'mode', 'redirect', 'signal']
const tidemarkNames = ['consistency', 'budgetMs', 'kind', 'onUnavailable']

/** Returns a text that two requests share only if they are the same in every part (L3). */
function shapeOf(request: GovernedRequest): string | undefined {
  const { input, init, href, method, level, budgetMs, onUnavailable } = request
  const own = typeof input === 'object' && 'headers' in input ? input : undefined
  if (own !== undefined && (own.cache !== 'default' || own.integrity !== '')) return undefined
  for (const name in init) {
    if (!initNames.includes(name) && !tidemarkNames.includes(name)) return undefined
  }
  const part = (name: 'credentials' | 'mode' | 'redirect'): string =>
    init?.[name] ?? own?.[name] ?? ''
  const levelText = typeof level === 'string' ? level : level.maxStalenessMs
  const ways = `${method} ${levelText} ${budgetMs} ${onUnavailable}`
  const modes = `${part('credentials')} ${part('mode')} ${part('redirect')}`
  // None of the parts but the last has a line break in it.
  return `${ways}\n${modes}\n${href}\n${headersText(init?.headers ?? own?.headers)}`
}

function headersText(headers: HeadersInit | undefined): string {
  return headers === undefined ? '' : [...new Headers(headers)].join('\n')
}
