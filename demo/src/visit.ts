// A visit: all that a reload of the page must not lose but a page would. What Tidemark itself keeps,
// its floors and values, is not here: that it finds again by itself.

import { parseHistory } from 'tidemark/testing'
import type { History } from 'tidemark/testing'
import type { ColumnName } from './column.ts'
import type { LoreDocument } from './lore.ts'
import type { Write } from './scenes/scene.ts'
import { defaultSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import type { Deed } from './world.ts'

/** What is remembered of a visit. */
export interface Visit {
  /** A name that no other visit has: Tidemark keeps what it knows of each apart. */
  readonly id: string
  /** The settings with which the world began. */
  readonly born: Settings
  /** The settings as they are. */
  readonly settings: Settings
  readonly elapsedMs: number
  readonly isPlaying: boolean
  readonly deeds: readonly Deed[]
  readonly histories: Readonly<Record<ColumnName, History>>
  readonly requests: Readonly<Record<ColumnName, number>>
  readonly refused: number
  readonly lore: LoreDocument
  /** How often each button of a scene was pressed. */
  readonly turns: Readonly<Record<string, number>>
  /** What others are about to write, and when. */
  readonly due: readonly { readonly atMs: number; readonly write: Write }[]
}

const place = 'tidemark-demo'
const format = 'tidemark-demo/4'

/** Begins a visit. */
export function newVisit(settings: Settings = defaultSettings): Visit {
  return {
    id: crypto.randomUUID(),
    born: settings,
    settings,
    elapsedMs: 0,
    isPlaying: false,
    deeds: [],
    histories: { plain: { operations: [] }, tidemark: { operations: [] } },
    requests: { plain: 0, tidemark: 0 },
    refused: 0,
    lore: [],
    turns: {},
    due: [],
  }
}

/** Remembers a visit until the tab is closed. */
export function saveVisit(visit: Visit): void {
  try {
    sessionStorage.setItem(place, JSON.stringify({ format, ...visit }))
  } catch {
    // Too long a visit to remember whole, and half of it would be none: the next one begins anew.
    forgetVisit()
  }
}

/** Forgets the visit that was saved. */
export function forgetVisit(): void {
  sessionStorage.removeItem(place)
}

/** Returns the visit that this tab was in before it was reloaded, if it was in one. */
export function restoreVisit(): Visit | undefined {
  try {
    const saved: unknown = JSON.parse(sessionStorage.getItem(place) ?? 'null')
    if (typeof saved !== 'object' || saved === null) return undefined
    // Written by this very page: beside the format, only what is long and intricate is looked at.
    const { format: found, ...visit } = saved as Visit & { readonly format: string }
    if (found !== format) return undefined
    const histories = { plain: reread(visit, 'plain'), tidemark: reread(visit, 'tidemark') }
    return { ...visit, histories }
  } catch {
    return undefined
  }
}

function reread({ histories }: Visit, name: ColumnName): History {
  const { operations } = histories[name]
  return parseHistory(JSON.stringify({ format: 'tidemark-history/1', operations }))
}
