// A scene: something that a web page shows, and what its user does to it.
//
// S1. A scene draws what the answers say and nothing else, as any page would. Whether that is right is
//     for the history checker to say.

import type { Level } from 'tidemark'
import type { ApiRow } from '../api-row.ts'

/** Where the API is, on the page's own origin. */
export const apiPath = '/api'

/** The names of the scenes: in the ids of the page, too. */
export type SceneName = 'photos' | 'likes' | 'conversation' | 'posts' | 'cart' | 'dashboard'

/** A write to the API. */
export interface Write {
  /** Where, such as `/api/photos`. */
  readonly path: string
  readonly body: ApiRow
  /** @default 'POST' */
  readonly method?: 'POST' | 'PATCH' | undefined
}

/** Something that a button of a scene does. */
export interface Act {
  /** What the visitor does, for the nth time: or somebody else, where `actor` says so. */
  readonly act: (turn: number) => Write
  /** @default 'visitor' */
  readonly actor?: 'visitor' | 'others' | undefined
  /** What somebody else does about it a moment later, if anything. */
  readonly answer?: ((written: ApiRow, turn: number) => Write) | undefined
}

/** A read on which something hangs: a button makes it, at a level of its own. */
export interface Look {
  readonly name: string
  /** What Tidemark is asked for. Plain `fetch` cannot be asked. */
  readonly level: Level
  /** Draws what came of it, which stays beneath what the scene shows: S1. */
  readonly draw: (documents: readonly unknown[]) => readonly Node[]
}

/** A scene. */
export interface Scene extends Act {
  readonly name: SceneName
  /** What a page fetches in order to show it, one after the other. */
  readonly paths: readonly string[]
  /**
   * What the reads of the paths ask of Tidemark, where it is not what the visitor set for the page.
   * What asks for nothing is held to nothing: `eventual` reads are in the history of neither column.
   */
  readonly levels?: readonly Level[] | undefined
  /** What other buttons do, by the ends of their ids. */
  readonly others?: Readonly<Record<string, Act>> | undefined
  readonly look?: Look | undefined
  /** Draws what the paths answered, in their order: S1. */
  readonly draw: (documents: readonly unknown[], servedBy: readonly (string | undefined)[]) => readonly Node[]
  /** Says what a row is, for people, such as `photo “Dune”`. */
  readonly nameRow: (row: ApiRow) => string
}
