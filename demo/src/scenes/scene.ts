// A scene: something that a web page shows, and one thing that its user does to it.
//
// S1. A scene draws what the answers say and nothing else, as any page would. Whether that is right is
//     for the history checker to say.

import type { ApiRow } from '../api-row.ts'

/** Where the API is, on the page's own origin. */
export const apiPath = '/api'

/** The names of the scenes: in the ids of the page, too. */
export type SceneName = 'photos' | 'likes' | 'conversation' | 'posts'

/** A write to the API. */
export interface Write {
  /** Where, such as `/api/photos`. */
  readonly path: string
  readonly body: ApiRow
}

/** A scene. */
export interface Scene {
  readonly name: SceneName
  /** What a page fetches in order to show it, one after the other. */
  readonly paths: readonly string[]
  /** What the visitor does, for the nth time: or somebody else, where `actor` says so. */
  readonly act: (turn: number) => Write
  /** @default 'visitor' */
  readonly actor?: 'visitor' | 'others' | undefined
  /** What somebody else does about it a moment later, if anything. */
  readonly answer?: ((written: ApiRow, turn: number) => Write) | undefined
  /** Draws what the paths answered, in their order: S1. */
  readonly draw: (documents: readonly unknown[]) => readonly Node[]
  /** Says what a row is, for people, such as `photo “Dune”`. */
  readonly nameRow: (row: ApiRow) => string
}
