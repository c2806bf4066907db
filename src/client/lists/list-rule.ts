// What a rule says of a list, and what the client asks of it. `listOf` makes it; a client whose rules
// have no list carries none of what is behind.
//
// These are types only: the parts of a client are named here as far as lists need them, so that rules
// can speak of lists without knowing the client.

import type { FloorKind } from '../../core/guarantee.ts'
import type { FormatOf, Version, Versions } from '../../core/version.ts'
import type { Wire } from '../../core/wire/wire.ts'
import type { Representation } from '../../transport/representation.ts'
import type { Events } from '../events/events.ts'
import type { OverlayReport } from '../events/report.ts'
import type { Held } from '../memory/held.ts'
import type { MatchPath, Params } from '../paths/path-pattern.ts'

/** A read of a list, as the functions of a rule are told of it. */
export interface ListRequest {
  readonly url: URL
  /** What the named parts of the rule's path stand for. */
  readonly params: Params
}

/** What a rule says of a list, complete. */
export interface ListDeclaration {
  readonly items: readonly string[]
  readonly id: readonly string[]
  readonly version: readonly string[] | undefined
  readonly item: string
  readonly matchItem: MatchPath
  readonly toRow: ((item: unknown) => unknown) | undefined
  readonly includes: ((row: unknown, request: ListRequest) => boolean) | undefined
  readonly order: ((left: unknown, right: unknown, request: ListRequest) => number) | undefined
  readonly members: ((request: ListRequest) => readonly string[]) | undefined
  readonly pages: { readonly parameter: string; readonly first: string | undefined; readonly next: readonly string[] } | undefined
}

/** How the answers of a rule are read as lists. See {@link listOf}. */
export interface ListRule {
  readonly declaration: ListDeclaration
  /** Makes the lists of a client: one for all its rules. */
  readonly open: (host: ListHost) => Lists
}

/** What lists need of their client. */
export interface ListHost {
  readonly formatOf: FormatOf
  readonly events: Events
  readonly held: Held
  readonly now: () => number
  /** Brings what the disk holds of a key into memory. */
  readonly recall: (key: string) => Promise<void>
  /** Tells what a read of an address would be: `undefined` where it is not governed. */
  readonly classify: (url: URL) => ListItem | undefined
}

/** The address of an item, as a read of it would be treated. */
export interface ListItem {
  readonly key: string
  readonly keep: 'disk' | 'memory' | 'nothing'
  readonly wire: Pick<Wire, 'format'>
  readonly ruleScopes: readonly string[]
}

/** A read that may be of a list. */
export interface ListRead {
  readonly url: URL
  readonly key: string
  readonly method: string
  readonly match: { readonly rule: { readonly list?: ListRule | undefined }; readonly params: Params } | undefined
}

/** An answer, as far as lists read it. */
export interface ReadableAnswer {
  readonly response: Response
  readonly versions: Versions | undefined
  readonly representation: Representation | undefined
}

/** A list at rest, with the versions of its source. */
export interface ListAnswer {
  readonly versions: Versions | undefined
  readonly representation: Representation
}

/** A resource that a write has changed. */
export interface OwnChange {
  readonly url: URL
  readonly key: string
}

/** The lists of one client. */
export interface Lists {
  /**
   * Notes a write in the step in which it raises the write floor. The function it returns is told what
   * the write has changed, or `undefined` where nobody knows.
   */
  readonly noteWrite: (versions: Versions) => (changes: readonly OwnChange[] | undefined) => void
  /**
   * Reads an answer whole. What is no list stays as it is, as does what is too long, or breaks off: it is
   * then judged as any other.
   */
  readonly read: <T extends ReadableAnswer>(read: ListRead, answer: T, bytesMax: number) => Promise<T>
  /**
   * Brings into memory what may have to be laid over an answer: `undefined` where it is there already.
   * It takes as long as the disk does.
   */
  readonly prepare: (read: ListRead, answer: ListAnswer) => Promise<void> | undefined
  /**
   * Returns the floor of a scope beside that of the level: what was shown of other pages of the listing
   * (lessons R13), and of the members of a batch (R14).
   */
  readonly floorIn: (read: ListRead, scope: string) => Version | undefined
  /**
   * Returns the floor of a scope that an answer has to cover by itself, once everything was laid over it;
   * `undefined` for none.
   */
  readonly ownFloorIn: (read: ListRead, scope: string, kind: FloorKind) => Version | undefined
  /** Tells whether an answer, overlaid, stands for one that covers the session's own writes. */
  readonly isWhole: (read: ListRead, answer: ListAnswer) => boolean
  /** Lays over an answer what it does not cover, or returns `undefined` where that is nothing. */
  readonly lay: (read: ListRead, answer: ListAnswer) => LaidList | undefined
  /** Learns from an answer that is shown: its rows, and where its page stands in the listing. */
  readonly learn: (read: ListRead, answer: ListAnswer, keep: RowKeep) => void
}

/** A list with everything laid over it. */
export interface LaidList {
  readonly representation: Representation
  readonly report: OverlayReport
}

/** How the rows of a list may be held. */
export interface RowKeep {
  readonly where: 'disk' | 'memory' | 'nothing'
  readonly selection: string
}
