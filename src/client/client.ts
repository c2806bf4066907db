// The client: one wrapped `fetch`, and what can be asked about it.

import { ClosedError, OptionsError } from '../core/errors.ts'
import { floorMirror } from '../storage/floor-mirror.ts'
import type { VersionFormat, Versions } from '../core/version.ts'
import { createEvents } from './events.ts'
import type { TidemarkEvent } from './events.ts'
import { createDoubt } from './doubt.ts'
import { createHeld } from './held.ts'
import { resolveOptions } from './options.ts'
import type { ResolvedOptions } from './options.ts'
import { flushWhenHidden } from './page-lifecycle.ts'
import { rememberParts } from './parts.ts'
import { createPersistence } from './persistence.ts'
import type { ClientParts } from './parts.ts'
import { createReader } from './reader.ts'
import type { Read } from './reader.ts'
import { createReports } from './report.ts'
import type { ReadReport } from './report.ts'
import { createClassify } from './request.ts'
import type { TidemarkRequestInit } from './request.ts'
import type { LagSource } from './routing.ts'
import type { RoutedOptions } from './routing-option.ts'
import { compileRules } from './rules.ts'
import { createScopes } from './scopes.ts'
import { createSession } from './session.ts'
import type { TidemarkSession } from './session.ts'
import { createWitnesses } from './witness.ts'
import { createWriter } from './writer.ts'

/** A client: session consistency for the requests of one page or process. */
export interface Client {
  /**
   * The platform's `fetch`, but it never shows the past: a read is answered by something that covers
   * all that this session was shown and has done, or says that it could not be.
   *
   * Works detached, takes and returns what `fetch` does, and fails as it does. Requests to origins
   * that were not named go to the platform untouched. See docs/guarantees.md.
   *
   * @throws {VersionUnavailableError} when no source covered the floor within the budget.
   */
  readonly fetch: (input: RequestInfo | URL, init?: TidemarkRequestInit) => Promise<Response>
  /** Tells where a response of {@link Client.fetch} came from, and what it is worth. */
  readonly explain: (response: Response) => ReadReport | undefined
  /** What the session knows, is told, and hands on. */
  readonly session: TidemarkSession
  /** What is known of endpoints and their lag, where reads are routed. */
  readonly lag: LagSource | undefined
  /** Listens to everything that happens. Returns the function that ends it. */
  readonly subscribe: (listener: (event: TidemarkEvent) => void) => () => void
  /** Resolves once what the disk holds was looked at. Nothing needs to wait for it. */
  readonly loaded: Promise<void>
  /** Brings all floors and values to the disk now. A page that is hidden does so by itself. */
  readonly flush: () => Promise<void>
  /** Flushes, and lets go of the disk and of all listeners. Later fetches reject. */
  readonly close: () => void
}

/** A client, and the parts of it that the floors above stand on. */
export interface OpenedClient {
  readonly client: Client
  readonly parts: ClientParts
  readonly read: Read
}

/**
 * Makes a client without hooks: the wrapped `fetch` and its session, for those who have a cache already.
 *
 * @throws {OptionsError} naming the field, its value, and what is accepted.
 * @example
 * ```ts
 * import { createClient } from 'tidemark'
 *
 * const client = createClient({ origins: ['https://api.example.com'] })
 * typeof client.fetch //=> 'function'
 * client.close()
 * ```
 */
export function createClient(options: RoutedOptions = {}): Client {
  return openClient(options).client
}

/**
 * Makes a client, and shows its parts.
 *
 * @throws {OptionsError} naming the field, its value, and what is accepted.
 */
export function openClient({ routing, ...options }: RoutedOptions): OpenedClient {
  const resolved = resolveOptions(options)
  const findRule = compileRules(resolved.rules, resolved.origins)
  const scopes = createScopes(resolved.format, formatsOf(resolved))
  const events = createEvents(resolved.now)
  const held = createHeld({
    formatOf: scopes.formatOf,
    events,
    now: resolved.now,
    memoryBytesMax: resolved.memoryBytesMax,
    onUnsaved: () => persistence.schedule(),
  })
  const { principal, now } = resolved
  const context = {
    formatOf: scopes.formatOf,
    principal,
    now,
    onDegraded: (reason: string, cause: unknown) =>
      events.emit({ type: 'storage:degraded', reason, cause }),
    onUnreadable: (record: string, cause: unknown) =>
      events.emit({ type: 'record:unreadable', record, cause }),
  }
  const mirror = floorMirror({
    storage: resolved.mirror === false ? undefined : resolved.mirror,
    name: 'tidemark',
    principal,
    formatOf: scopes.formatOf,
  })
  const persistence = createPersistence({
    held,
    storage: resolved.storage(context),
    mirror,
    events,
    setTimer: resolved.setTimer,
    flushAfterMs: 50,
    floorsWithinMs: 400,
  })
  const classify = createClassify(resolved, scopes, findRule)
  const lists = resolved.rules
    .find(({ list }) => list)
    ?.list?.open({ ...scopes, events, held, now, recall: persistence.recall, classify: (url) => classify(url, undefined) })
  const witnesses = createWitnesses()
  const doubt = createDoubt(now)
  const unrouted = { options: resolved, scopes, events, held, doubt, persistence, classify, lists, witnesses }
  if (routing !== undefined && typeof routing !== 'function') {
    throw new OptionsError({ field: 'routing', value: routing, accepted: 'routeReads({ … })' })
  }
  const router = routing?.(unrouted)
  const parts = { ...unrouted, router }
  const reader = createReader(parts)
  const writer = createWriter(parts, findRule)
  const readOpen = router?.aroundRead(reader) ?? reader
  const write = router?.aroundWrite(writer) ?? writer
  const reports = createReports()
  const causes = new WeakMap<Response, Versions>()
  const session = createSession(parts, (response) => causes.get(response))
  const stopListening = flushWhenHidden(() => void persistence.flush())
  let isClosed = false

  function throwIfClosed(): void {
    if (isClosed) throw new ClosedError('This client was closed. Make another: createTidemark().')
  }

  const read: Read = async (request, way) => {
    throwIfClosed()
    try {
      return await readOpen(request, way)
    } catch (cause) {
      events.emit({ type: 'read:failed', read: request.id, key: request.key, cause })
      throw cause
    }
  }

  const client: Client = {
    async fetch(input, init) {
      const witness = witnesses.of(input, init)
      throwIfClosed()
      const request = classify(input, init)
      if (request === undefined) return resolved.fetch(input, init)
      if (request.kind === 'write') {
        const { response, caused } = await write(request)
        if (caused !== undefined) causes.set(response, caused)
        witness?.({ response, caused })
        return response
      }
      const { response, report } = await read(request)
      reports.set(response, report)
      witness?.({ response, report })
      return response
    },
    explain: reports.get,
    session,
    lag: router?.lag,
    subscribe: events.subscribe,
    loaded: persistence.loaded,
    flush: persistence.flush,
    close() {
      if (isClosed) return
      isClosed = true
      stopListening()
      events.emit({ type: 'client:closed' })
      persistence.close()
    },
  }
  rememberParts(client, parts)
  return { client, parts, read }
}

function formatsOf({ rules, wire }: ResolvedOptions): VersionFormat[] {
  const wires = rules.flatMap(({ versions }) => versions ?? [])
  return [wire, ...wires].flatMap(({ format }) => format ?? [])
}
