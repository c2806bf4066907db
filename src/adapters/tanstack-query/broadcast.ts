// Queries across tabs: what one tab has been shown, the others need not ask for.
//
// It takes the place of `broadcastQueryClient`, which sends states and takes the last one to arrive.
//
// B1. What is received is a stranger's (I14), and passes the gate (I5): of two tabs, neither takes the
//     other back, in whatever order messages come.
// B2. A version that another tab was shown is a floor here too: a session is all tabs of one user.
// B3. Values are sent to the tabs of one principal only: the channel has its name from it (I11, P5).
// B4. What was received is not sent on.

import type { QueryClient } from '@tanstack/query-core'
import { fingerprint } from '../../core/fingerprint.ts'
import { createCarry, parseAsOf } from './carry.ts'
import { governorOf } from './governor.ts'
import type { Governor, OnAdmitted, Restored } from './governor.ts'
import { mayEnter } from './query-data.ts'

/** A channel to the other tabs. */
export interface QueryChannel {
  readonly send: (message: unknown) => void
  readonly close: () => void
}

/** Opens a channel, and calls `onMessage` with what the other tabs send. */
export type OpenQueryChannel = (name: string, onMessage: (message: unknown) => void) => QueryChannel

/** How queries are sent. */
export interface BroadcastQueriesOptions {
  /** @default a `BroadcastChannel` */
  readonly channel?: OpenQueryChannel | undefined
}

/**
 * Tells the other tabs what this one is shown, and shows what they are told, if it is not older. Returns
 * the function that ends it.
 *
 * @throws {OptionsError} for a client that was made without `tidemarkQueryConfig`.
 */
export function broadcastQueries(
  queryClient: QueryClient,
  { channel: open = openChannel }: BroadcastQueriesOptions = {},
): () => void {
  const governor = governorOf(queryClient)
  const { serializeData, deserializeData } = createCarry(governor, {})
  const openForNow = (): QueryChannel =>
    open(`tidemark-queries-${fingerprint(governor.parts.options.principal)}`, onMessage) // B3
  let channel: QueryChannel | undefined = openForNow()
  const stopFollowing = governor.tidemark.subscribe(({ type }) => {
    if (type === 'session:ended') closeNow()
    if (type === 'session:begun') channel = openForNow()
  })
  let isReceiving = false

  function closeNow(): void {
    channel?.close()
    channel = undefined
  }

  const onAdmitted: OnAdmitted = ({ queryHash }, { data, updatedAt, asOf: { low, high } }) => {
    if (isReceiving) return // B4
    const hint = { tidemark: 1, queryHash, updatedAt, low, high }
    try {
      channel?.send({ ...hint, data: serializeData(data) })
    } catch {
      channel?.send(hint) // Functions and the like cannot be sent. The version can.
    }
  }

  function onMessage(message: unknown): void {
    if (!isHint(message)) return
    const asOf = parseAsOf(governor, message) // B1
    if (asOf === undefined || !asOf.high.every(governor.parts.held.session.isOfEpoch)) return
    governor.parts.held.session.recordRead(asOf.high) // B2
    isReceiving = true
    try {
      const data = message.data === undefined ? undefined : deserializeData(message.data)
      receive(governor, message.queryHash, { data, updatedAt: message.updatedAt, asOf })
    } finally {
      isReceiving = false
    }
  }

  governor.admitted.add(onAdmitted)
  return () => {
    governor.admitted.delete(onAdmitted)
    stopFollowing()
    closeNow()
  }
}

function receive({ cache, ledger, ...governor }: Governor, hash: string, value: Restored): void {
  const query = cache.get(hash)
  if (query === undefined || !mayEnter({ cache, ledger, ...governor }, hash, { ...value, source: 'tab' })) return
  if (value.data === undefined) return query.invalidate()
  const slot = ledger.slotOf(hash)
  if (slot.isUnversioned && query.state.data !== undefined && governor.holdsBack(query, false)) {
    // An optimistic value is on the screen: this stands behind it.
    ledger.admit(hash, value)
    slot.isHeldBack = true
    return undefined
  }
  const { data, updatedAt, asOf } = value
  ledger.tags.set(data, asOf, hash)
  query.setData(data, { updatedAt, manual: true })
  slot.isUnversioned = false
  ledger.admit(hash, { data: query.state.data, updatedAt, asOf })
  return undefined
}

interface Hint {
  readonly queryHash: string
  readonly updatedAt: number
  readonly low: unknown
  readonly high: unknown
  readonly data?: unknown
}

function isHint(message: unknown): message is Hint {
  if (typeof message !== 'object' || message === null) return false
  const { tidemark, queryHash, updatedAt }: Record<string, unknown> = { ...message }
  return tidemark === 1 && typeof queryHash === 'string' && typeof updatedAt === 'number' && updatedAt >= 0
}

function openChannel(name: string, onMessage: (message: unknown) => void): QueryChannel {
  const channel = new BroadcastChannel(name)
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => onMessage(data))
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A BroadcastChannel has none.
    send: (message) => channel.postMessage(message),
    close: () => channel.close(),
  }
}
