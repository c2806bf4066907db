// Held answers: what is held under the key of a read, if it may be served for it.

import type { Entry } from '../../core/entry.ts'
import { unprimed } from '../../core/epoch.ts'
import { requirementOf } from '../../core/guarantee.ts'
import { headerNames, printVersionList } from '../../core/wire/protocol.ts'
import type { HeldMeta } from '../../storage/storage.ts'
import { responseFrom } from '../../transport/representation.ts'
import type { Representation } from '../../transport/representation.ts'
import { judgeVersions } from '../exchanges/floors.ts'
import { selectionOf } from '../exchanges/keeping.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import type { GovernedRequest } from '../rules/request.ts'
import { diskMsOf, within } from '../waits/deadline.ts'

/**
 * Returns what is held for a read, in memory or on disk, if it covers the read's floor as it stands now.
 *
 * What the disk holds is a promise only: its headers may yet show it to be of another selection. A list
 * may cover the floor by what is laid over it (`overlaid`), or has to do so alone (`plain`).
 */
export function heldFor(
  parts: ClientParts,
  request: GovernedRequest,
  lists: 'overlaid' | 'plain' = 'overlaid',
): Entry<Representation> | HeldMeta | undefined {
  const slot = parts.held.slotOf(request.key)
  const candidate = slot?.entry ?? slot?.onDisk
  if (candidate === undefined || request.method === 'HEAD') return undefined
  const isWhole = lists === 'overlaid' && candidate.kind === 'value' && 'value' in candidate
  const list = isWhole ? candidate.value : undefined
  if (judgeVersions(parts, request, candidate.versions, list).verdict !== 'fresh') return undefined
  return slot?.entry === undefined || isSelected(slot.entry, request) ? candidate : undefined
}

/**
 * Tells whether an entry may answer a read that is bound in staleness: an age that nobody has stated is
 * unknown (I4). The lag that was stated is counted in `validatedAt` already.
 */
export function isAgeStated(request: GovernedRequest, entry: Entry<Representation>): boolean {
  if (requirementOf(request.level).maxStalenessMs === undefined || entry.kind === 'tombstone') return true
  const { status, headers } = entry.value
  const told = new Headers(headers.map(([name, value]): [string, string] => [name, value]))
  const unread = { document: undefined, attached: undefined }
  const source = request.wire.sourceIn?.({ request, status, headers: told, ...unread })
  return source?.isPrimary === true || source?.lagMs !== undefined
}

/** Tells whether an entry is the representation that a request selects. */
export function isSelected(entry: Entry<Representation>, request: GovernedRequest): boolean {
  if (entry.kind === 'tombstone') return true
  const vary = entry.value.headers.find(([name]) => name === 'vary')?.[1] ?? null
  return entry.value.selection === selectionOf(request, vary)
}

/**
 * Brings the value of a read's key into memory, where only the disk has it, and what may be laid over it.
 * Nobody waits for that longer than a budget of which `leftMs` are left allows: what comes later is held all
 * the same.
 */
export function recallFor(
  parts: ClientParts,
  request: GovernedRequest,
  leftMs: number = Number.POSITIVE_INFINITY,
): Promise<void> | undefined {
  const slot = parts.held.slotOf(request.key)
  const isAway = slot?.entry === undefined && slot?.onDisk !== undefined
  const prepare = (): Promise<void> | undefined => {
    const { entry } = parts.held.slotOf(request.key) ?? {}
    if (entry?.kind !== 'value') return undefined
    return parts.lists?.prepare(request, { versions: entry.versions, representation: entry.value })
  }
  const recalling = isAway ? parts.persistence.recall(request.key).then(prepare) : prepare()
  return recalling && within(recalling, diskMsOf(leftMs), parts.options)
}

/** Makes a response of what is held. A known absence is a 404, as the server would have said. */
export function heldResponse(
  { scopes }: ClientParts,
  request: GovernedRequest,
  entry: Entry<Representation>,
): Response {
  if (entry.kind === 'value') return responseFrom(entry.value)
  const versions = entry.versions.flatMap(({ scope, epoch, position }) => {
    const name = scopes.wireNameOf(scope, request.url.origin)
    return name === undefined ? [] : [{ scope: name, epoch: unprimed(epoch), position }]
  })
  const told = versions.length > 0 ? [[headerNames.dataVersion, printVersionList(versions)] as const] : []
  return responseFrom({
    url: request.url.href,
    type: 'default',
    redirected: false,
    status: 404,
    statusText: 'Not Found',
    headers: [['content-type', 'application/problem+json'], ...told],
    body: new TextEncoder().encode('{"title":"Deleted"}').buffer,
    selection: '',
  })
}
