// Tidemark: a client, and the hooks that stand on it.

import { openClient } from './client/client.ts'
import type { Client } from './client/client.ts'
import { dehydrate } from './client/dehydrated-state.ts'
import type { DehydratedState } from './client/dehydrated-state.ts'
import { rememberParts } from './client/parts.ts'
import type { RoutedOptions } from './client/routing-option.ts'
import type { TidemarkSession } from './client/session.ts'
import { noOperations } from './observers/operation-view.ts'
import { pageReturn } from './observers/page-return.ts'
import type { Readable } from './observers/readable.ts'
import { createSessionReadable } from './observers/session-readable.ts'
import type { SessionSnapshot } from './observers/session-readable.ts'
import { createWatches } from './observers/watches.ts'
import type { WatchFunction } from './observers/watches.ts'

/** A client with hooks: everything that one page needs. */
export interface Tidemark extends Client {
  /**
   * Watches a resource: one readable for each target and options, which every framework takes as it is
   * (docs/frameworks.md). It reads when somebody begins to listen, and again when there is reason to;
   * it shows what is held meanwhile, never goes back, and never fails: errors are a field of what it shows.
   *
   * @param target A URL or path, a key as a rule names it, or a request for one.
   * @throws {OptionsError} when the target is none that this client governs, or no read.
   * @example
   * ```ts
   * import { createTidemark, memoryStorage } from 'tidemark'
   *
   * const tidemark = createTidemark({
   *   origins: ['https://api.example.com'],
   *   storage: memoryStorage(),
   *   fetch: async () => Response.json({ title: 'Boat' }, { headers: { 'data-version': 'main;v="3"' } }),
   * })
   * const photo = tidemark.watch('https://api.example.com/photos/7')
   * photo.get().status //=> 'empty'
   *
   * const { value } = await photo.until(({ status }) => status === 'ready')
   * value //=> { title: 'Boat' }
   * tidemark.close()
   * ```
   */
  readonly watch: WatchFunction
  /** The session: what it knows, is told, and hands on; and, as a readable, its floors. */
  readonly session: TidemarkSession & Readable<SessionSnapshot>
  /**
   * Returns what this client holds, as JSON for the page that is rendered. On a server: one client for
   * each request, since what one user has read is nobody else's.
   */
  readonly dehydrate: () => DehydratedState
  /**
   * Takes over what a server has read for this page, as far as nothing newer is known here. Call it before
   * the first render; `getServerSnapshot` then shows what the server has rendered.
   *
   * @throws {ProtocolError} when it is malformed, too large, or another principal's. Nothing is taken then.
   */
  readonly hydrate: (state: unknown) => void
}

/**
 * Makes a client with hooks.
 *
 * @throws {OptionsError} naming the field, its value, and what is accepted.
 * @example
 * ```ts
 * import { createTidemark } from 'tidemark'
 *
 * const tidemark = createTidemark({ origins: ['https://api.example.com'] })
 * typeof tidemark.fetch //=> 'function'
 * tidemark.close()
 * ```
 */
export function createTidemark(options: RoutedOptions = {}): Tidemark {
  const opened = openClient(options)
  const { client, parts } = opened
  const watches = createWatches(opened, { operations: noOperations, page: pageReturn })
  const tidemark: Tidemark = {
    ...client,
    ...watches,
    session: { ...client.session, ...createSessionReadable(parts) },
    dehydrate: () => dehydrate(parts),
  }
  return rememberParts(tidemark, parts)
}
