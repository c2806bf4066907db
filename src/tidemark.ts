// Tidemark: a client, and the hooks that stand on it.

import { openClient } from './client/client.ts'
import type { Client } from './client/client.ts'
import { dehydrate } from './client/carried/dehydrated-state.ts'
import type { DehydratedState } from './client/carried/dehydrated-state.ts'
import { rememberParts } from './client/exchanges/parts.ts'
import type { RoutedOptions } from './client/sessions/routing-option.ts'
import type { TidemarkSession } from './client/sessions/session.ts'
import { tabChannel } from './client/sessions/tab-channel.ts'
import { createMutations } from './observers/mutations/mutation.ts'
import type { MutationFunction } from './observers/mutations/mutation.ts'
import { pageReturn } from './observers/watches/page-return.ts'
import type { Readable } from './observers/readables/readable.ts'
import { createSessionReadable } from './observers/readables/session-readable.ts'
import type { SessionSnapshot } from './observers/readables/session-readable.ts'
import { createWatches } from './observers/watches/watches.ts'
import type { WatchFunction } from './observers/watches/watches.ts'

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
  /**
   * Makes a mutation: a kind of change that the user can make. What it lays over the resources that are
   * watched is seen at once, stays until a read shows it, and goes if the server refuses it
   * (docs/mutations.md). Its state is a readable, for a button or a toast.
   *
   * @throws {OptionsError} naming the option, its value, and what is accepted.
   * @example
   * ```ts
   * import { createTidemark, memoryStorage, patchValue } from 'tidemark'
   *
   * const tidemark = createTidemark({
   *   origins: ['https://api.example.com'],
   *   storage: memoryStorage(),
   *   fetch: async () => Response.json({ liked: true }, { headers: { 'data-version': 'main;v="8"' } }),
   * })
   * const like = tidemark.mutation({
   *   request: (id: string) => ({ url: `https://api.example.com/photos/${id}/like`, method: 'PUT' }),
   *   optimistic: (id) => [patchValue(`/photos/${id}`, { liked: true })],
   * })
   * const call = like.mutate('7')
   * like.get().status //=> 'pending'
   *
   * await call.acknowledged //=> { liked: true }
   * like.get().status //=> 'acknowledged'
   * tidemark.close()
   * ```
   */
  readonly mutation: MutationFunction
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
  const opened = openClient({ ...options, tabs: options.tabs ?? tabChannel() })
  const { client, parts } = opened
  const { mutation, view } = createMutations(client, parts)
  const watches = createWatches(opened, { operations: view, page: pageReturn })
  const tidemark: Tidemark = {
    ...client,
    ...watches,
    mutation,
    session: { ...client.session, ...createSessionReadable(parts) },
    dehydrate: () => dehydrate(parts),
  }
  return rememberParts(tidemark, parts)
}
