// Lists: what a client does with the answers of rules that `listOf` made. What is laid over a list, and
// when it is whole, is decided in `core/overlays/list-overlay.ts`; here it meets what is held.
//
// L1. What is held under the key of a list is what its server gave. The overlay is made anew each time
//     it is shown, and never stored (lessons O1).
// L2. An overlaid list stands for one that covers the session's own writes only if each of them is
//     known: what it changed, in which state, and whether that belongs here (`own-writes.ts`). All else
//     that makes the floor of the read has to be covered by the list itself: what the session was shown,
//     what other tabs wrote, what is expected. So a level means what it meant before.
// L3. A list teaches its items, and they teach it: a row with a version passes the gate like any answer.
//     A row without one neither raises a floor nor clears one (I4).
// L4. The pages of a listing share a floor (lessons R13), and so do the members of a batch (R14).

import { isTidemarkError } from '../../core/errors.ts'
import { joinAnswers } from '../../core/gate.ts'
import type { FloorKind } from '../../core/guarantee.ts'
import { overlayList } from '../../core/overlays/list-overlay.ts'
import type { KnownItem, ListRow, Overlay, Placement } from '../../core/overlays/list-overlay.ts'
import { compareAnswers, joinVersions, parseVersion, versionIn } from '../../core/version.ts'
import type { Point, Version, Versions } from '../../core/version.ts'
import { represent } from '../../transport/representation.ts'
import type { Representation } from '../../transport/representation.ts'
import { parseJson, readAtRest, readListBody, textAt, withRows } from './list-body.ts'
import type { ListBody } from './list-body.ts'
import { declarationOf, idOf, itemUrl, rowVersion } from './list-item.ts'
import type {
  ListAnswer,
  ListHost,
  ListItem,
  ListRead,
  Lists,
  RowKeep,
} from './list-rule.ts'
import { createListings } from './listing.ts'
import { createOwnWrites, standsUnrankedMs } from './own-writes.ts'
import type { OwnWrite } from './own-writes.ts'

/** A list that was read, with what each row is a row of. */
interface ReadList extends ListBody {
  readonly entries: readonly (ListRow<unknown> & { readonly target: ListItem | undefined; readonly url: URL | undefined })[]
}

/** Makes the lists of a client. */
export function createLists(host: ListHost): Lists {
  const { formatOf, held, events, now } = host
  const own = createOwnWrites(formatOf, held.session, now)
  const listings = createListings(host)
  const lists = new WeakMap<Representation, ReadList | undefined>()
  const documents = new WeakMap<Representation, unknown>()

  function readRows(list: ListRead, answer: ListAnswer): ReadList | undefined {
    const declared = declarationOf(list)
    const { representation } = answer
    if (declared === undefined || representation.status !== 200) return undefined
    if (lists.has(representation)) return lists.get(representation)
    const body = readListBody(representation, declared)
    if (body === undefined) {
      events.emit({ type: 'list:unreadable', url: list.url.href, items: declared.items.join('.') })
    }
    const found = body && { ...body, entries: body.rows.map((row, index) => entryOf(row, index)) }
    lists.set(representation, found)
    return found

    function entryOf(row: ListBody['rows'][number], index: number): ReadList['entries'][number] {
      const url = row.id === undefined ? undefined : itemUrl(list, row.id, row.item)
      const target = url && host.classify(url)
      // A row without an id is one that nothing is laid over: its own id is found nowhere else.
      const id = row.id ?? `\u0000${index}`
      return { id, item: row.item, versions: versionsOf(list, { row: row.item, target, answer }), target, url }
    }
  }

  /** Returns the versions that a row is known to be as of. */
  function versionsOf(
    list: ListRead,
    { row, target, answer }: { row: unknown; target: ListItem | undefined; answer: ListAnswer },
  ): Versions | undefined {
    const asOf = answer.versions
    const text = rowVersion(list, row)
    const scope = target?.ruleScopes[0] ?? asOf?.[0]?.scope
    if (text === undefined || scope === undefined) return asOf
    try {
      const version = parseRowVersion(scope, text, asOf && versionIn(asOf, scope)?.epoch)
      const isOther = asOf?.some((known) => known.scope === scope && known.epoch !== version.epoch) === true
      return isOther ? asOf : joinAnswers(formatOf, asOf ?? [], [version])
    } catch (cause) {
      if (!isTidemarkError(cause, 'protocol')) throw cause
      events.emit({ type: 'version:malformed', url: list.url.href, cause })
      return asOf
    }
  }

  /** A row mostly tells its position alone: then its epoch is that of its list, or of the session. */
  function parseRowVersion(scope: string, text: string, epochOfList: string | undefined): Version {
    const { read: shown, write } = held.session.of(scope)
    const epoch = epochOfList ?? (shown ?? write)?.epoch ?? ''
    const told = pointIn(scope, text, epoch)
    return parseVersion(formatOf, { scope, epoch: told.epoch === '' ? epoch : told.epoch, position: told.position })
  }

  function pointIn(scope: string, text: string, epoch: string): Point {
    try {
      return formatOf(scope).parse(text)
    } catch (cause) {
      if (epoch === '' || !isTidemarkError(cause, 'protocol')) throw cause
      return { epoch, position: text } // A format whose versions name their epoch.
    }
  }

  /** Returns what is known of an item apart from the list. */
  function knownOf(list: ListRead, key: string): KnownItem<unknown> | undefined {
    const entry = held.slotOf(key)?.entry
    if (entry === undefined) return undefined
    const { versions } = entry
    if (entry.kind === 'tombstone') {
      return { kind: 'tombstone', versions, isAfter: entry.isAfter, isOwn: false }
    }
    const document = documentOf(entry.value)
    if (document === undefined) return undefined
    const toRow = declarationOf(list)?.toRow
    return { kind: 'value', versions, item: toRow === undefined ? document : toRow(document), isOwn: false }
  }

  function documentOf(representation: Representation): unknown {
    if (!documents.has(representation)) documents.set(representation, parseJson(representation.body))
    return documents.get(representation)
  }

  /** Returns the own changes to items of a list, by id, with the time of the last write to each. */
  function ownChanges(list: ListRead): Map<string, { readonly key: string; readonly at: number }> {
    const changes = new Map<string, { key: string; at: number }>()
    for (const { changes: told = [], at } of own.all()) {
      for (const change of told) {
        const id = idOf(list, change)
        if (id !== undefined) changes.set(id, { key: change.key, at })
      }
    }
    return changes
  }

  function overlay(list: ListRead, answer: ListAnswer): Overlay<unknown> | undefined {
    const found = readRows(list, answer)
    if (found === undefined) return undefined
    const known = new Map<string, KnownItem<unknown>>()
    for (const { id, target } of found.entries) {
      const item = target && knownOf(list, target.key)
      if (item !== undefined) known.set(id, item)
    }
    for (const [id, { key, at }] of ownChanges(list)) {
      const item = known.get(id) ?? knownOf(list, key)
      if (item === undefined) continue
      // A list that tells no version may lag for a while, but does not for ever (lessons V7), nor for as long as a
      // clock was set back.
      const isRanked = answer.versions && compareAnswers(formatOf, item.versions, answer.versions) !== 'foreign'
      known.set(id, { ...item, isOwn: isRanked === true || Math.abs(now() - at) <= standsUnrankedMs })
    }
    const placement = placementOf(list, found)
    return overlayList(formatOf, { asOf: answer.versions, rows: found.entries, known, placement })
  }

  function placementOf(list: ListRead, { document }: ReadList): Placement<unknown> | undefined {
    const declared = declarationOf(list)
    const request = { url: list.url, params: list.match?.params ?? {} }
    const { includes, order } = declared ?? {}
    if (declared?.members !== undefined) {
      const ids = declared.members(request)
      const indexOf = (item: unknown): number => ids.indexOf(textAt(item, declared.id) ?? '')
      return {
        includes: (item) => indexOf(item) >= 0,
        order: (left, right) => indexOf(left) - indexOf(right),
        isFirstPage: true,
        isLastPage: true,
      }
    }
    if (includes === undefined || order === undefined) return undefined
    return {
      includes: (item) => includes(item, request),
      order: (left, right) => order(left, right, request),
      ...listings.placeOf(list, document),
    }
  }

  /** Tells whether what a write has changed in a list is known. */
  function isKnown(list: ListRead, { changes, versions }: OwnWrite): boolean {
    if (changes === undefined) return false
    return changes.every((change) => {
      if (idOf(list, change) === undefined) return true // No item of this list.
      const item = knownOf(list, change.key)
      const order = item && compareAnswers(formatOf, item.versions, versions)
      return order === 'equal' || order === 'after'
    })
  }

  function memberKeys(list: ListRead): string[] {
    const declared = declarationOf(list)
    const ids = declared?.members?.({ url: list.url, params: list.match?.params ?? {} }) ?? []
    return ids.flatMap((id) => {
      const url = itemUrl(list, id, undefined)
      return (url && host.classify(url)?.key) ?? []
    })
  }

  function join(left: Version | undefined, right: Version | undefined): Version | undefined {
    if (left === undefined || right === undefined) return left ?? right
    return joinVersions(formatOf, left, right) ?? left
  }

  function floorOfKeys(keys: readonly string[], scope: string): Version | undefined {
    return keys.map((key) => held.floorIn(key, scope)).reduce(join, undefined) // L4
  }

  /** Tells whether a member may be laid over a batch in the newest state that was shown of it. */
  function isHeld(list: ListRead, key: string): boolean {
    const floor = held.slotOf(key)?.floor
    const item = knownOf(list, key)
    return item !== undefined && floor !== undefined && compareAnswers(formatOf, item.versions, floor) !== 'before'
  }

  function learnRow(
    entry: ReadList['entries'][number],
    list: ListRead,
    { where, selection }: RowKeep,
  ): void {
    const { target, url, versions, item } = entry
    if (target === undefined || url === undefined || versions === undefined) return
    if (rowVersion(list, item) === undefined) return // L3
    held.recordShown(target.key, versions)
    if (declarationOf(list)?.toRow !== undefined || target.keep === 'nothing' || where === 'nothing') return
    const stands = held.slotOf(target.key)?.entry
    if (stands !== undefined && compareAnswers(formatOf, versions, stands.versions) !== 'after') return
    const body = new TextEncoder().encode(JSON.stringify(item)).buffer
    const value = { ...represent(Response.json(null), body), url: url.href, selection }
    documents.set(value, item)
    const made = { kind: 'value', versions, value, validatedAt: now() } as const
    held.admitEntry(target.key, made, { source: 'network', isDurable: where === 'disk' && target.keep === 'disk' })
  }

  function prepare(list: ListRead, answer: ListAnswer): Promise<void> | undefined {
    const found = readRows(list, answer)
    const keys = [...ownChanges(list).values()].map(({ key }) => key)
    for (const { target, versions } of found?.entries ?? []) {
      const onDisk = target && held.slotOf(target.key)?.onDisk
      if (target === undefined || onDisk === undefined || versions === undefined) continue
      if (compareAnswers(formatOf, onDisk.versions, versions) === 'after') keys.push(target.key)
    }
    const absent = keys.filter((key) => held.slotOf(key)?.onDisk !== undefined)
    return absent.length === 0 ? undefined : Promise.all(absent.map((key) => host.recall(key))).then(() => undefined)
  }

  return {
    noteWrite: own.note,

    floorIn: (list, scope) => floorOfKeys([...memberKeys(list), ...listings.keysOf(list)], scope),

    ownFloorIn(list, scope, kind: FloorKind) {
      const shown = kind === 'session' ? held.session.of(scope).read : undefined
      const rest = own.restIn(scope, (write) => isKnown(list, write))
      const members = memberKeys(list).filter((key) => !isHeld(list, key))
      const shared = floorOfKeys([...members, ...listings.keysOf(list)], scope)
      return [shown, rest, shared].reduce(join, undefined) // L2
    },

    read: readAtRest,

    prepare,

    isWhole: (list, answer) => overlay(list, answer)?.isWhole === true,

    lay(list, answer) {
      const found = overlay(list, answer)
      if (found === undefined) return undefined
      const { rows, replaced, added, hidden } = found
      if (replaced + added + hidden === 0) return undefined
      const declared = declarationOf(list)
      const body = { items: declared?.items ?? [], rows: rows.map(({ item }) => item) }
      const { document } = readRows(list, answer) ?? {}
      const representation = withRows(answer.representation, document, body) // L1
      return { representation, report: Object.freeze({ replaced, added, hidden }) }
    },

    learn(list, answer, keep) {
      const found = readRows(list, answer)
      if (found === undefined) return
      listings.learn(list, { versions: answer.versions, document: found.document, last: found.entries.at(-1) })
      for (const entry of found.entries) learnRow(entry, list, keep)
    },
  }
}
