// What is held, as a watch may show it; and what of the session's knowledge it does not cover.
//
// H1. What is shown without having been asked for covers the floor of its read, as any held answer does.
//     With `onUnavailable: 'serve-stale'` what does not is shown as well, marked.
// H2. A strong read shows nothing that nobody was asked for; a bound on staleness bounds this too. Of an age below
//     nothing, as after a clock was set back, nobody knows whether it is within the bound.
// H3. What is shown falls behind only by what the session has itself caused, or was told to expect. What
//     it has merely seen elsewhere does not count: each of two watches would outdate the other for ever.
// H4. A list is shown with what the session knows of its items laid over it, and covers own writes by that
//     (docs/lists.md).

import type { ReadReport } from '../../client/events/report.ts'
import { isAbsence } from '../../client/exchanges/answer-judgement.ts'
import { judgeVersions } from '../../client/exchanges/floors.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import type { Slot } from '../../client/memory/held.ts'
import { heldFor, isSelected } from '../../client/reads/held-answer.ts'
import { layOver } from '../../client/reads/serving.ts'
import type { GovernedRequest } from '../../client/rules/request.ts'
import type { Source } from '../../core/entry.ts'
import { requirementOf } from '../../core/guarantee.ts'
import { covers } from '../../core/version.ts'
import type { Versions } from '../../core/version.ts'
import type { Arriving, Lack } from './shown.ts'

/** Returns what memory holds for a request, if it may be shown; `source` tells who has just brought it. */
export function presentable(
  parts: ClientParts,
  request: GovernedRequest,
  source: Source = 'memory',
): Arriving | undefined {
  const entry = parts.held.slotOf(request.key)?.entry
  if (entry === undefined || !isSelected(entry, request)) return undefined
  const { asksPrimary, maxStalenessMs } = requirementOf(request.level)
  const isNews = source === 'network' || source === 'push'
  const ageMs = parts.options.now() - entry.validatedAt
  const isOld = asksPrimary || (maxStalenessMs !== undefined && !(ageMs >= 0 && ageMs <= maxStalenessMs))
  if (isOld && !isNews) return undefined // H2
  if (heldFor(parts, request) === entry) return presented(parts, request, entry, source)
  if (request.onUnavailable === 'throw') return undefined // H1
  const { want, got } = judgeVersions(parts, request, entry.versions)
  return want && { ...presented(parts, request, entry, source), lack: { wanted: want, got } }
}

/** An answer that was read to its end. */
export interface ReadAnswer {
  readonly response: Response
  readonly report: ReadReport
  readonly body: ArrayBuffer
}

/** Returns what a read has brought: as it is held, where it is. */
export function arrivingFrom(
  parts: ClientParts,
  request: GovernedRequest,
  { response, report, body }: ReadAnswer,
): Arriving {
  const { source, versions, achieved, want } = report
  const entry = parts.held.slotOf(request.key)?.entry
  const isHeld = entry !== undefined && entry.versions === versions
  const lack = achieved === 'behind' && want !== undefined ? { wanted: want, got: sameScope(versions, want) } : undefined
  if (isHeld) return { ...presented(parts, request, entry, source), lack }
  const content = isAbsence(response) ? undefined : { body, headers: [...response.headers] }
  return { content, versions, validatedAt: parts.options.now(), source, lack }
}

/** Returns what is shown as it is to be shown now, if it is still held; whether it covers its floor was asked before. */
export function presentedAnew(
  parts: ClientParts,
  request: GovernedRequest,
  { versions, source, lack }: Arriving,
): Arriving | undefined {
  const entry = parts.held.slotOf(request.key)?.entry
  if (entry === undefined || entry.versions !== versions) return undefined
  return { ...presented(parts, request, entry, source), lack }
}

/** Returns an entry as it is shown (H4). */
export function presented(
  parts: ClientParts,
  request: GovernedRequest,
  entry: NonNullable<Slot['entry']>,
  source: Source,
): Arriving {
  const { versions, validatedAt } = entry
  if (entry.kind === 'tombstone') {
    return { content: undefined, versions, validatedAt, source, isAfter: entry.isAfter }
  }
  const laid = layOver(parts, request, { versions, representation: entry.value })
  return { content: laid?.representation ?? entry.value, versions, validatedAt, source }
}

/** Returns what the session has caused or expects, and these versions do not cover (H3). */
export function ownLack(
  { held, scopes, lists }: ClientParts,
  request: GovernedRequest,
  versions: Versions | undefined,
): Lack | undefined {
  const { level, wire, key } = request
  const { floor } = requirementOf(level)
  // What cannot prove an order is not held against what is shown (lessons V11).
  if (versions === undefined || floor === 'none' || wire.evidence !== 'version') return undefined
  for (const got of versions) {
    const { read, write } = held.session.requiredOf(got.scope)
    const ended = held.session.isOfEpoch(got) ? undefined : (write ?? read)
    const wanted = ended ?? (floor === 'key' ? undefined : write)
    if (wanted === undefined || covers(scopes.formatOf, got, wanted)) continue
    const entry = held.slotOf(key)?.entry
    const list = entry?.kind === 'value' && entry.versions === versions ? entry.value : undefined
    const isWhole = list !== undefined && lists?.isWhole(request, { versions, representation: list }) === true
    return isWhole ? undefined : { wanted, got } // H4
  }
  return undefined
}

function sameScope(versions: Versions | undefined, { scope }: Lack['wanted']): Lack['got'] {
  return versions?.find((version) => version.scope === scope)
}
