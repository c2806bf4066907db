// What the router of one client knows, and the telling of it: the one place where its state changes.
//
// K1. Each change of an endpoint's health, and of the share, is told as an event with its reason.
// K2. A report is a frozen value, the same until something has changed.

import type { Events } from '../client/events/events.ts'
import type { ClientParts } from '../client/exchanges/parts.ts'
import type { LagReport, RoutingCounts } from '../client/exchanges/routing.ts'
import type { Breaker } from '../core/routing/breaker.ts'
import { shareOf } from '../core/routing/load-control.ts'
import type { RouterState } from '../core/routing/router-state.ts'
import { createReadable } from '../observers/readables/readable-source.ts'
import type { Readable } from '../observers/readables/readable.ts'
import { reportOf } from './lag-report.ts'

/** The knowledge of one router. */
export interface Knowledge {
  readonly state: () => RouterState
  /** Changes what is known, for a reason in words. */
  readonly learn: (change: (state: RouterState) => RouterState, why: string) => void
  readonly count: (name: keyof RoutingCounts) => void
  readonly lag: Readable<LagReport>
}

/** Makes a knowledge that begins with `initial`. */
export function createKnowledge(
  initial: RouterState,
  { events, options: { now, setTimer } }: Pick<ClientParts, 'events' | 'options'>,
): Knowledge {
  let state = initial
  let counts: RoutingCounts = { reads: 0, requests: 0, toPrimary: 0, hedges: 0, wasted: 0, behind: 0 }
  let report: LagReport | undefined
  let onChange: (() => void) | undefined

  const changed = (): void => {
    report = undefined // K2
    onChange?.()
  }
  const lag = createReadable({
    get: () => (report ??= reportOf(state, counts, now())),
    start(told) {
      onChange = told
      return () => {
        onChange = undefined
      }
    },
    setTimer,
  })

  return {
    state: () => state,
    learn(step, why) {
      const before = state
      state = step(before)
      tellChanges({ before, after: state, why }, events, now())
      changed()
    },
    count(name) {
      counts = { ...counts, [name]: counts[name] + 1 }
      changed()
    },
    lag,
  }
}

interface Step {
  readonly before: RouterState
  readonly after: RouterState
  readonly why: string
}

function tellChanges({ before, after, why }: Step, events: Events, atMs: number): void {
  for (const [index, { name, breaker }] of after.endpoints.entries()) {
    const old: Breaker | undefined = before.endpoints[index]?.breaker
    if (old?.restsUntilMs === breaker.restsUntilMs) continue
    const { restsUntilMs } = breaker
    if (restsUntilMs === undefined) events.emit({ type: 'endpoint:rejoined', endpoint: name })
    else events.emit({ type: 'endpoint:left', endpoint: name, restMs: restsUntilMs - atMs, why })
  }
  const [from, to] = [shareOf(before.load), shareOf(after.load)]
  if (from === to) return
  const moved = to > from ? 'replicas are often behind' : 'replicas have caught up'
  events.emit({ type: 'share:moved', from, to, why: moved })
}
