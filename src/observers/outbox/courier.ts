// The courier: what the user has done outlives the page, until the server has said that it has it.
//
//   called ──kept──▶ sent ──┬─ 2xx ─────────▶ answer kept ──▶ forgotten, some time later
//               ▲           ├─ refused ─────▶ removed, and failed
//               └──later────┴─ no answer, busy
//
// O1. A record is on disk before its request leaves, and its answer is on disk before it is forgotten
//     (lessons O10). At whatever step the page dies, the next one goes on from what is on disk.
// O2. Each try carries the same `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), so a write
//     whose outcome nobody knows is sent again, and happens once (R17). That is the server's part.
// O3. Of one line, one tab sends at a time, by a Web Lock; what other tabs had put in line before goes
//     first. A page that may be frozen lets go of its locks (D22): what it has on its way may be sent again
//     by another, which O2 makes harmless.
// O4. What cannot be kept is sent all the same, and that is told.
// O5. Answers are kept for a while, so that another tab that shows the same operation learns of them; but not
//     those of ever so many calls. What the disk has no more is forgotten here as well.
// O6. It is that of one session: at its end nothing more is sent, and a sign-out forgets what was kept. What
//     one user has done is never sent as another (I11).
// O7. What names something that is still being created goes by its real name, in its line and in its request.
//     Where an outbox has the creation too, any page that takes up the one takes up the other first, and goes
//     by its answer. Where none has it, only this page will ever know the name: the call is kept once it does.

import type { Client } from '../../client/client.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import { within } from '../../client/waits/deadline.ts'
import { createTurnstile } from '../../client/write-order/turnstile.ts'
import type { Place } from '../../client/write-order/turnstile.ts'
import { holdLock } from '../../client/write-order/web-lock.ts'
import type { Locks } from '../../client/write-order/web-lock.ts'
import { isTidemarkError, MutationError, OptionsError } from '../../core/errors.ts'
import { fingerprint } from '../../core/fingerprint.ts'
import { parseVersion } from '../../core/version.ts'
import type { Versions } from '../../core/version.ts'
import type { Answered, OpenOutboxStore, OutboxRecord } from '../../storage/outbox-store.ts'
import { watchThisPage } from '../../storage/page-absence.ts'
import type { Courier, Delivery, Outcome, Resume } from '../mutations/delivery.ts'
import { creationsAmong, oldAnswersAmong, withCreations } from './outbox-records.ts'
import { createPauses } from './pauses.ts'
import { createUnnamedCalls } from './unnamed-calls.ts'

/** How long calls wait for the floors of the disk, in milliseconds: longer than a storage may take to fail. */
const floorsWithinMs = 30_000

/** After how many answers it is looked after which may go. */
const sweepEvery = 64

const delaysMs = [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000]

/** Answers that do not say that the server will never take it. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504])

/** How calls are carried. */
export interface Manner {
  readonly store: OpenOutboxStore
  readonly header: string
  readonly locks: Locks
}

/** A courier, until its session ends. */
export interface SessionCourier extends Courier {
  /** Sends nothing any more, and forgets what is kept if it is to. Resolves when that is gone. */
  readonly end: (what: 'keep' | 'forget') => Promise<void>
}

/** Makes what carries the calls of one session. */
export function createCourier(client: Client, parts: ClientParts, { store: open, header, locks }: Manner): SessionCourier {
  const { options, events, scopes } = parts
  const store = open({
    principal: options.principal,
    onUnreadable: (record, cause) => events.emit({ type: 'record:unreadable', record, cause }),
  })
  const turnstile = createTurnstile(watchThisPage)
  const resumes = new Map<string, Resume>()
  /** Calls that this page shows. */
  const deliveries = new Map<string, Delivery>()
  const kept = new Map<string, Promise<boolean>>()
  const unnamed = createUnnamedCalls((id) => kept.has(id))
  /** Calls that have ended here. */
  const ended = new Set<string>()
  /** Calls whose turn has yet to come, or to end: whatever has become of them, they have to find it. */
  const inLine = new Set<string>()
  /** How many have ended since what is kept was last looked after. */
  let endedSince = 0
  const pauses = createPauses(options.setTimer)
  let isClosed = false
  let left: readonly OutboxRecord[] | undefined

  function degraded(cause: unknown): void {
    events.emit({ type: 'storage:degraded', reason: 'a call could not be kept in the outbox', cause })
  }

  async function loadAll(): Promise<readonly OutboxRecord[]> {
    try {
      return await store.load()
    } catch (cause) {
      degraded(cause)
      return []
    }
  }

  /** Takes up a record that another page has left among those kept, as far as its mutation is known here. */
  function takeUp(record: OutboxRecord, all: readonly OutboxRecord[]): Delivery | undefined {
    const known = deliveries.get(record.id)
    if (known !== undefined) return known
    const earlier = all.slice(0, all.indexOf(record)).map(({ id }) => id)
    const delivery = resumes.get(record.name)?.(record, earlier)
    if (delivery === undefined) return undefined
    deliveries.set(record.id, delivery)
    kept.set(record.id, Promise.resolve(true))
    return delivery
  }

  async function resumeAll(): Promise<void> {
    // Floors first: what was answered stands on them. But a disk that hangs keeps no call from being sent.
    await within(parts.persistence.loaded, floorsWithinMs, options)
    const found = await loadAll()
    if (isClosed) return // O6
    left = found
    void sweep(found, [])
    resumeAmong(found)
  }

  /** Takes up some of all records that are kept, as far as their mutations are known here. */
  function resumeAmong(all: readonly OutboxRecord[], some = all): void {
    const creationsOf = creationsAmong(all)
    const found: Delivery[] = []
    for (const record of some) {
      // What names a creation that no mutation here knows would be sent with a name that means nothing (O7).
      if (deliveries.has(record.id) || !creationsOf(record).every(({ id }) => deliveries.has(id))) continue
      const delivery = takeUp(record, all)
      if (delivery === undefined) continue
      if (record.answered === undefined) found.push(delivery)
      else adopt(delivery, record.answered)
    }
    // In line only now: all that the answers tell is known.
    for (const delivery of found) putInLine(delivery)
  }

  /** Takes up what names creations, with these: only so is it known what it is in line with (O7). */
  function resumeNaming(all: readonly OutboxRecord[]): void {
    const naming = withCreations(all, ({ id }) => !deliveries.has(id))
    if (naming.length > 0) resumeAmong(all, naming)
  }

  function adopt(delivery: Delivery, answered: Answered): void {
    if (isClosed || ended.has(delivery.record.id)) return
    noteEnd(delivery.record.id)
    delivery.adopt({ ...answered, versions: checked(answered.versions) })
  }

  /** Returns versions from a disk, if they are what they should be (I14). */
  function checked(versions: Versions | undefined): Versions | undefined {
    try {
      return versions?.map((version) => parseVersion(scopes.formatOf, version))
    } catch (cause) {
      events.emit({ type: 'record:unreadable', record: 'outbox', cause })
      return undefined
    }
  }

  /**
   * Forgets answers that have been kept for long enough, or that are too many, once what they raised is on
   * disk (O1, O5); and of calls that are `over`, those of which the disk knows no more.
   */
  async function sweep(found: readonly OutboxRecord[], over: readonly string[]): Promise<void> {
    const known = new Set(found.map(({ id }) => id))
    for (const id of over) if (!known.has(id)) forget(id)
    const old = oldAnswersAmong(found, options.now())
    if (old.length === 0) return
    await client.flush()
    for (const { id } of old) {
      // oxlint-disable-next-line no-await-in-loop -- a disk that is slow enough already
      await store.remove(id).catch(degraded)
      forget(id)
    }
  }

  function forget(id: string): void {
    if (inLine.has(id)) return
    deliveries.delete(id)
    kept.delete(id)
    ended.delete(id)
  }

  function noteEnd(id: string): void {
    ended.add(id)
    endedSince += 1
    if (endedSince < sweepEvery || isClosed) return
    endedSince = 0
    const over = [...ended]
    void loadAll().then((found) => (isClosed ? undefined : sweep(found, over)))
  }

  function putInLine(delivery: Delivery): void {
    const { id } = delivery.record
    inLine.add(id)
    const drop = (): void => {
      inLine.delete(id)
      noteEnd(id)
      if (!unnamed.release(delivery)) void kept.get(id)?.then(() => store.remove(id)).catch(degraded)
    }
    delivery.enqueue(() => deliver(delivery), drop)
  }

  /** Delivers a call, after what was in its line before. Ends when it has ended. Never rejects. */
  async function deliver(delivery: Delivery): Promise<void> {
    const { id } = delivery.record
    if (unnamed.release(delivery)) add(delivery)
    const isKept = (await kept.get(id)) === true
    const line = delivery.line()
    const place = await enterLine(line)
    try {
      if (!isKept) return await send(delivery)
      const all = await loadAll()
      if (!isClosed) resumeNaming(all)
      for (const record of all) {
        if (record.id !== id && (ended.has(record.id) || lineOf(record) !== line)) continue
        const earlier = takeUp(record, all)
        if (record.answered !== undefined) {
          if (earlier !== undefined) adopt(earlier, record.answered)
        } else if (earlier !== undefined && (record.id === id || isSendable(earlier))) {
          await send(earlier) // O3
        }
        if (record.id === id) break
      }
      if (!isClosed && !ended.has(id)) end(delivery, new MutationError({ id, reason: 'ended-elsewhere' }))
    } finally {
      inLine.delete(id)
      turnstile.leave(place)
    }
  }

  function lineOf({ id, line }: OutboxRecord): string {
    return deliveries.get(id)?.line() ?? line
  }

  /** Tells whether a call of another page can be sent: all that it names is real (O7). */
  function isSendable({ after, doomed }: Delivery): boolean {
    return doomed() === undefined && after().every((id) => ended.has(id))
  }

  function enterLine(line: string): Promise<Place> {
    const name = `tidemark:outbox:${fingerprint(options.principal)}:${fingerprint(line)}`
    return new Promise((resolve) => {
      const place: Place = {
        scopes: [name],
        // Where locks are refused, this page sends alone: the key keeps that harmless (O2).
        lock: (scope) => holdLock(locks, scope, () => undefined),
        start: () => resolve(place),
      }
      turnstile.enter(place)
    })
  }

  /** Sends a call until it has an answer that counts. */
  async function send(delivery: Delivery): Promise<void> {
    const { id } = delivery.record
    const isOver = (): boolean => isClosed || ended.has(id)
    for (let tries = 0; !isOver(); tries += 1) {
      const outcome = await attempt(delivery)
      if (isClosed) return // The next page will send it again, and learn what came of it (O2).
      if (outcome?.kind === 'acknowledged') {
        await keepAnswer(delivery, outcome.json) // O1
        noteEnd(id)
        delivery.succeed(outcome.json)
        return
      }
      if (outcome !== undefined && !isPassing(outcome)) {
        await store.remove(id).catch(degraded)
        end(delivery, outcome.error)
        return
      }
      const delayMs = delaysMs[Math.min(tries, delaysMs.length - 1)] ?? 0
      await pauses.pause(outcome?.retryAfterMs ?? delayMs * (0.75 + options.random() / 2))
    }
  }

  async function attempt(delivery: Delivery): Promise<Outcome | undefined> {
    try {
      return await delivery.attempt([[header, `"${delivery.record.id}"`]]) // O2
    } catch {
      return undefined // Without an answer nobody knows. It was told, and is sent again.
    }
  }

  async function keepAnswer({ record: { id }, caused }: Delivery, json: unknown): Promise<void> {
    try {
      await store.answer(id, { versions: caused(), json, at: options.now() })
    } catch (cause) {
      degraded(cause)
    }
  }

  function end(delivery: Delivery, cause: unknown): void {
    noteEnd(delivery.record.id)
    delivery.fail(cause)
  }

  function add(delivery: Delivery): void {
    const { record } = delivery
    const keeping = store.add(record).then(
      () => true,
      (cause: unknown) => {
        if (isTidemarkError(cause, 'session-ended')) end(delivery, cause) // O6
        else degraded(cause) // O4
        return false
      },
    )
    kept.set(record.id, keeping)
  }

  function keepNamed(): void {
    if (isClosed) return
    for (let call = unnamed.takeNamed(); call !== undefined; call = unnamed.takeNamed()) add(call)
  }

  return {
    async end(what) {
      isClosed = true
      pauses.end()
      try {
        if (what === 'forget') await store.clear() // O6
      } finally {
        store.close()
      }
    },
    keep(delivery) {
      const { id } = delivery.record
      keepNamed() // What was called before is kept before.
      if (!unnamed.hold(delivery)) add(delivery)
      deliveries.set(id, delivery)
      putInLine(delivery)
    },
    keepNamed,
    register(name, resume) {
      if (resumes.has(name)) {
        const accepted = 'a name that no other mutation of this outbox has'
        throw new OptionsError({ field: 'name', value: name, accepted })
      }
      const isFirst = resumes.size === 0
      resumes.set(name, resume)
      if (isFirst) void resumeAll()
      else resumeAmong(left ?? [])
    },
  }
}

function isPassing({ status, isByVersion, retryAfterMs }: Extract<Outcome, { kind: 'refused' }>): boolean {
  if (isByVersion) return true // The server has not looked at what it asks.
  // 409 with a time to come back: another request with this key is under way at the server (O2).
  return status !== undefined && (passing.has(status) || (status === 409 && retryAfterMs !== undefined))
}
