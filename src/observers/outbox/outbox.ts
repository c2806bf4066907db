// The outbox, as an app passes it to its mutations. What it does is told in `courier.ts`.

import type { Client } from '../../client/client.ts'
import { locksOfPage } from '../../client/write-order/web-lock.ts'
import { OptionsError } from '../../core/errors.ts'
import { indexedDBOutboxStore } from '../../storage/indexeddb/indexeddb-outbox-store.ts'
import type { OpenOutboxStore } from '../../storage/outbox-store.ts'
import type { Courier, Outbox } from '../mutations/delivery.ts'
import { createCourier } from './courier.ts'
import { createCouriers } from './couriers.ts'

/** What {@link outbox} accepts. */
export interface OutboxOptions {
  /** Where calls are kept. @default IndexedDB */
  readonly store?: OpenOutboxStore | undefined
  /** The header that carries the key. @default 'Idempotency-Key' */
  readonly header?: string | undefined
  /** The locks that tabs share; `false` where one page alone has the outbox. @default navigator.locks */
  readonly locks?: Pick<LockManager, 'request'> | false | undefined
}

/**
 * Makes an outbox, to be passed to mutations: their calls are kept on disk until the server has answered
 * them, sent again with the same `Idempotency-Key` after a failure, a reload or an offline time, and by one
 * tab at a time. See docs/mutations.md.
 *
 * @throws {OptionsError} when `header` is not a name of a header.
 * @example
 * ```ts
 * import { createTidemark, memoryOutboxStore, memoryStorage, outbox } from 'tidemark'
 *
 * const tidemark = createTidemark({
 *   origins: ['https://api.example.com'],
 *   storage: memoryStorage(),
 *   fetch: async (input, init) => Response.json({ key: new Headers(init?.headers).get('Idempotency-Key') }),
 * })
 * const like = tidemark.mutation({
 *   name: 'like',
 *   outbox: outbox({ store: memoryOutboxStore() }),
 *   request: (id: string) => ({ url: `https://api.example.com/photos/${id}/like`, method: 'PUT' }),
 * })
 * const call = like.mutate('7')
 * await call.acknowledged //=> { key: `"${call.id}"` }
 * tidemark.close()
 * ```
 */
export function outbox(options: OutboxOptions = {}): Outbox {
  const { store = indexedDBOutboxStore(), header = 'Idempotency-Key', locks } = options
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) {
    throw new OptionsError({ field: 'header', value: header, accepted: 'the name of a header' })
  }
  const couriers = new WeakMap<Client, Courier>()
  return {
    attach(client, parts) {
      const known = couriers.get(client)
      const manner = { store, header, locks: locks ?? locksOfPage() }
      const courier = known ?? createCouriers(parts, () => createCourier(client, parts, manner))
      couriers.set(client, courier)
      return courier
    },
  }
}
