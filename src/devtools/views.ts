// The views of the panel: what each tab shows of the picture.

import { createDataTable } from './data-table.ts'
import type { DataRow, DataTable } from './data-table.ts'
import { element, setText } from './element.ts'
import type { EntryRow, Picture, ServerRow, WriteRow } from './picture.ts'
import { createReadList } from './read-list.ts'
import { nameOfKey, nameOfScope, nameOfServer, wordsOfBytes, wordsOfMs, wordsOfVersion, wordsOfVersions } from './words.ts'

/** What a view is drawn from. */
export interface Scene {
  readonly picture: Picture
  /** Milliseconds since 1970, by the clock of the events. */
  readonly now: number
  /** Only what holds this text is shown, whatever its case. */
  readonly filter: string
  /** What the browser says that this origin uses, in words. */
  readonly storage: string
}

/** One tab. */
export interface View {
  readonly name: string
  readonly node: HTMLElement
  readonly draw: (scene: Scene) => void
}

/** How many rows are on the screen at once. */
const rowsShown = 100

/** Makes the views, in their order. */
export function createViews(): readonly View[] {
  return [reads(), refused(), floors(), entries(), servers(), writes(), notes()]
}

function reads(): View {
  const list = createReadList()
  return {
    name: 'Reads',
    node: list.node,
    draw({ picture, now, filter }) {
      const found = newestOf(picture.reads.values(), ({ url, key }) => has(filter, url, key))
      list.show(found, now)
    },
  }
}

function refused(): View {
  return tableView({
    name: 'Refused',
    columns: ['Resource', 'Verdict', 'Wanted', 'Got', 'Served by', 'When'],
    empty: 'No answer was refused. When a replica answers with the past, it shows here.',
    rows: ({ picture, now, filter }) =>
      newestOf(picture.refusals, ({ key, servedBy = '' }) => has(filter, key, servedBy)).map(
        ({ id, key, verdict, want, got, servedBy, at }): DataRow => ({
          key: id,
          tone: 'refused',
          cells: [
            nameOfKey(key),
            verdict,
            want === undefined ? 'a version' : wordsOfVersion(want),
            got === undefined ? 'no version' : wordsOfVersion(got),
            servedBy ?? '(unnamed)',
            ago(at, now),
          ],
        }),
      ),
  })
}

function floors(): View {
  return tableView({
    name: 'Floors',
    columns: ['Scope', 'Seen up to', 'Written up to', 'Last rose'],
    empty: 'No floor yet. The first answer with a version raises one.',
    rows: ({ picture, now, filter }) =>
      newestOf(picture.floors.values(), ({ scope }) => has(filter, scope)).map(({ scope, read, write, raisedAt }): DataRow => {
        const point = (version: typeof read): string =>
          version === undefined ? 'nothing' : [version.epoch, version.position].filter(Boolean).join(':')
        const rose = raisedAt === undefined ? 'before' : ago(raisedAt, now)
        return { key: scope, cells: [nameOfScope(scope), point(read), point(write), rose] }
      }),
  })
}

function entries(): View {
  return tableView({
    name: 'Entries',
    columns: ['Key', 'Version', 'Vouched for', 'Source', 'Size', 'Own changes'],
    empty: 'Nothing has come in since the panel was opened.',
    above({ picture, storage }) {
      const bytes = [...picture.entries.values()].reduce((sum, row) => sum + row.bytes, 0)
      return `${picture.entries.size} entries came in, ${wordsOfBytes(bytes)}. ${storage}`
    },
    rows({ picture, now, filter }) {
      const pending = pendingKeys(picture, now)
      const found = newestOf(picture.entries.values(), ({ key, source }) => has(filter, key, source))
      return found.map((row) => entryRow(row, pending, now))
    },
  })
}

function entryRow(row: EntryRow, pending: ReadonlySet<string>, now: number): DataRow {
  const { key, versions, kind, at, source, bytes } = row
  const age = kind === 'tombstone' ? `gone, ${ago(at, now)}` : ago(at, now)
  const isPending = pending.has(key)
  const size = kind === 'tombstone' ? '' : wordsOfBytes(bytes)
  const cells = [nameOfKey(key), wordsOfVersions(versions), age, source, size, isPending ? 'pending' : '']
  return { key, tone: isPending ? 'warning' : undefined, cells }
}

// As long as a mutation lies over its keys whose write told no version: see `observers/mutations/mutation-log.ts`.
const pendingMs = 60_000

function pendingKeys({ operations }: Picture, now: number): Set<string> {
  return new Set([...operations.values()].flatMap(({ keys, at }) => (now - at < pendingMs ? keys : [])))
}

function servers(): View {
  return tableView({
    name: 'Servers',
    columns: ['Server', 'Lag now', 'Median lag', 'Longest lag', 'Answers', 'Refused', 'Last known'],
    empty: 'No answer yet. A server is named by Served-By, and tells its lag there.',
    rows: ({ picture, now, filter }) =>
      [...picture.servers.values()]
        .filter(({ name }) => has(filter, name))
        .toSorted((left, right) => left.name.localeCompare(right.name))
        .map((row) => serverRow(row, now)),
  })
}

function serverRow(
  { name, isPrimary, answers, refused: behind, lags, versions, at }: ServerRow,
  now: number,
): DataRow {
  const sorted = lags.toSorted((left, right) => left - right)
  const [median, longest, last] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1), lags.at(-1)]
  const share = answers === 0 ? '0' : `${behind} (${Math.round((behind / answers) * 100)} %)`
  return {
    key: name,
    tone: isPrimary ? 'good' : undefined,
    cells: [
      nameOfServer(name, isPrimary),
      lagWords(last),
      lagWords(median),
      lagWords(longest),
      String(answers),
      share,
      `${wordsOfVersions(versions)}, ${ago(at, now)}`,
    ],
  }
}

function writes(): View {
  return tableView({
    name: 'Writes',
    columns: ['Write', 'Version', 'State', 'Answered after', 'Settled after'],
    empty: 'No write yet.',
    above({ picture }) {
      const settled = [...picture.writes.values()]
        .flatMap(({ settledAt, acknowledgedAt }) =>
          settledAt === undefined || acknowledgedAt === undefined ? [] : [settledAt - acknowledgedAt],
        )
        .toSorted((left, right) => left - right)
      const [median = 0, longest = 0] = [settled[Math.floor(settled.length / 2)], settled.at(-1)]
      if (settled.length === 0) return 'A write is settled when a read from the network has shown it.'
      return `${settled.length} settled: half within ${wordsOfMs(median)}, the longest after ${wordsOfMs(longest)}.`
    },
    rows: ({ picture, filter }) =>
      newestOf(picture.writes.values(), ({ url, method }) => has(filter, url, method)).map(writeRow),
  })
}

function writeRow({ id, url, method, versions, end, sentAt, acknowledgedAt, settledAt }: WriteRow): DataRow {
  const tone = end === 'settled' ? 'good' : end === 'failed' || end === 'refused' ? 'refused' : 'warning'
  return {
    key: id,
    tone,
    cells: [
      `${method} ${nameOfKey(url)}`,
      versions === undefined ? '' : wordsOfVersions(versions),
      end,
      since(acknowledgedAt, sentAt),
      since(settledAt, acknowledgedAt),
    ],
  }
}

function notes(): View {
  return tableView({
    name: 'Events',
    columns: ['What', 'Facts', 'When'],
    empty: 'Nothing out of the ordinary has happened.',
    rows: ({ picture, now, filter }) =>
      newestOf(picture.notes, ({ type, words }) => has(filter, type, words)).map(
        ({ id, type, words, at }): DataRow => ({ key: id, cells: [type, words, ago(at, now)] }),
      ),
  })
}

interface TableParts {
  readonly name: string
  readonly columns: readonly string[]
  readonly empty: string
  readonly above?: (scene: Scene) => string
  readonly rows: (scene: Scene) => readonly DataRow[]
}

function tableView({ name, columns, empty, above, rows }: TableParts): View {
  const table: DataTable = createDataTable(name, columns, empty)
  const summary = element('p', { class: 'scale' })
  summary.hidden = above === undefined
  return {
    name,
    node: element('div', {}, [summary, table.node]),
    draw(scene) {
      if (above !== undefined) setText(summary, above(scene))
      table.show(rows(scene))
    },
  }
}

/** Returns the newest that pass, the newest first. What has been given is oldest first. */
function newestOf<Item>(items: Iterable<Item>, passes: (item: Item) => boolean): Item[] {
  const found: Item[] = []
  for (const item of [...items].toReversed()) {
    if (found.length === rowsShown) break
    if (passes(item)) found.push(item)
  }
  return found
}

function since(at: number | undefined, from: number | undefined): string {
  return at === undefined || from === undefined ? '' : wordsOfMs(at - from)
}

function lagWords(lagMs: number | undefined): string {
  return lagMs === undefined ? 'unknown' : wordsOfMs(lagMs)
}

function has(filter: string, ...texts: readonly string[]): boolean {
  return filter === '' || texts.some((text) => text.toLowerCase().includes(filter))
}

function ago(at: number, now: number): string {
  const ms = Math.max(0, now - at)
  return ms < 1000 ? 'now' : `${wordsOfMs(ms)} ago`
}
