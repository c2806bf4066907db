// The read path: a plan first, and the network where the plan says so. Here, and in what it calls,
// what is held meets what the network answers, so that their races have one home.
//
//   plan ──serve───────► the held value
//     ├────revalidate──► the held value, and a request behind it
//     ├────fetch───────► `fetch-fresh.ts`, shared with whoever asks the same meanwhile
//     └────refuse──────► an error: the platform would hide the version

import { OptionsError } from '../../core/errors.ts'
import { requirementOf } from '../../core/guarantee.ts'
import { planRead } from '../../core/read-plan.ts'
import type { ReadPlan } from '../../core/read-plan.ts'
import type { Served } from '../events/report.ts'
import type { Healing } from '../exchanges/healing.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import type { GovernedRequest } from '../rules/request.ts'
import { createFetchFresh } from './fetch-fresh.ts'
import { createFlights } from './flights.ts'
import { heldFor, recallFor } from './held-answer.ts'
import { serveHeld } from './serving.ts'

/** Answers governed reads: as planned, or in any case by asking `anew`. */
export type Read = (request: GovernedRequest, way?: 'planned' | 'anew') => Promise<Served>

/** Makes the read path of a client. */
export function createReader(parts: ClientParts, healing: Healing): Read {
  const { held, events, options } = parts
  const fly = createFlights(({ id, key }, shared) => {
    events.emit({ type: 'read:joined', read: id, key, shared })
  })
  const fetchFresh = createFetchFresh(parts, healing)

  return async (request, way = 'planned') => {
    const plan = planOf(parts, request)
    const { id, key, href, level } = request
    events.emit({ type: 'read:planned', read: id, key, url: href, level, plan })
    if (plan === 'refuse') return refuse(request)
    if (plan === 'fetch' || way === 'anew') return fetchShared(request)
    const startedAt = options.now()
    await recallFor(parts, request, request.budgetMs)
    const served = serveHeld(parts, request, { why: `the plan was to ${plan}`, attempts: 0 })
    if (served === undefined) {
      // What the disk was waited for in vain is a part of the budget.
      const leftMs = Math.max(0, request.budgetMs - Math.max(0, options.now() - startedAt))
      return fetchShared({ ...request, budgetMs: leftMs })
    }
    if (plan === 'revalidate') renew(request)
    return served
  }

  function fetchShared(request: GovernedRequest): Promise<Served> {
    // What is not known to be governed is not shared either: to whoever asks twice, two answers.
    const isKnown = request.match !== undefined || held.session.wireScopesOf(request.origin).size > 0
    return isKnown
      ? fly(request, (signal) => fetchFresh(request, signal))
      : fetchFresh(request, undefined)
  }

  function renew(request: GovernedRequest): void {
    fetchShared({ ...request, signal: undefined }).then(
      // Read to its end, since only then it is held. An error is nobody's: the next read will meet it.
      ({ response }) => response.arrayBuffer().catch(() => undefined),
      () => undefined,
    )
  }

  function refuse(request: GovernedRequest): never {
    const reason = 'answers in the mode "no-cors" hide their versions'
    events.emit({ type: 'read:refused', read: request.id, url: request.href, reason })
    const accepted = 'the mode "cors" or "same-origin" for a request that a rule governs'
    throw new OptionsError({ field: 'init.mode', value: 'no-cors', accepted })
  }
}

function planOf(parts: ClientParts, request: GovernedRequest): ReadPlan {
  const { rule } = request.match ?? {}
  const { maxAgeMs = 0, staleWhileRevalidateMs = 0 } = rule ?? {}
  const allowsReuse = maxAgeMs + staleWhileRevalidateMs > 0
  const candidate = allowsReuse ? heldFor(parts, request) : undefined
  return planRead({
    requirement: requirementOf(request.level),
    reuse: { maxAgeMs, staleWhileRevalidateMs },
    holdsEnough: candidate !== undefined,
    ageMs: candidate === undefined ? 0 : parts.held.ageOf(candidate.validatedAt),
    isOpaque: rule !== undefined && modeOf(request) === 'no-cors',
  })
}

function modeOf({ init, input }: GovernedRequest): RequestMode | undefined {
  return init?.mode ?? (typeof input === 'object' && 'mode' in input ? input.mode : undefined)
}
