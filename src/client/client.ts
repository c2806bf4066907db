// The client: one wrapped `fetch`, and what can be asked about it.

import { ClosedError, OptionsError } from '../core/errors.ts'
import type { VersionFormat } from '../core/version.ts'
import { signOuts } from '../storage/sign-outs.ts'
import { createEvents } from './events/events.ts'
import type { TidemarkEvent } from './events/events.ts'
import { createReports } from './events/report.ts'
import type { ReadReport } from './events/report.ts'
import { createWitnesses } from './events/witness.ts'
import { partsOfNow, rememberParts } from './exchanges/parts.ts'
import type { ClientParts, Forget } from './exchanges/parts.ts'
import type { LagSource } from './exchanges/routing.ts'
import { createScopes } from './memory/scopes.ts'
import type { Read } from './reads/reader.ts'
import { resolveOptions } from './rules/options.ts'
import type { ResolvedOptions } from './rules/options.ts'
import { createClassify } from './rules/request.ts'
import type { TidemarkRequestInit } from './rules/request.ts'
import { compileRules } from './rules/rules.ts'
import { lagOfNow } from './sessions/lag-of-now.ts'
import { createLifetimes } from './sessions/lifetimes.ts'
import { watchPageLife } from './sessions/page-lifecycle.ts'
import type { RoutedOptions } from './sessions/routing-option.ts'
import { createSession } from './sessions/session.ts'
import type { TidemarkSession } from './sessions/session.ts'

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
   * @throws {SessionEndedError} when its user signed out meanwhile.
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
export function openClient({ routing, tabs, ...options }: RoutedOptions): OpenedClient {
  const resolved = resolveOptions(options)
  if (tabs !== undefined && tabs !== false && typeof tabs !== 'function') {
    throw new OptionsError({ field: 'tabs', value: tabs, accepted: 'tabChannel(), or false' })
  }
  const marks = signOuts({ storage: resolved.mirror || undefined, name: 'tidemark' })
  const findRule = compileRules(resolved.rules, resolved.origins)
  const scopes = createScopes(resolved.format, formatsOf(resolved))
  const events = createEvents(resolved.now)
  const witnesses = createWitnesses()
  const reports = createReports()
  const forgets = new Set<Forget>()
  const lifetimes = createLifetimes(
    {
      options: resolved,
      scopes,
      events,
      classify: createClassify(resolved, scopes, findRule),
      findRule,
      witnesses,
      routing,
      signOuts: marks,
      openTabs: tabs || undefined,
      onEnded: (forget) => void forgets.add(forget),
    },
    forgets,
  )
  const { current } = lifetimes
  const parts = partsOfNow(() => current().parts)
  const { lag } = parts.router ?? {}
  const session = createSession(parts, lifetimes, (response) => current().causes.get(response))
  const stopListening = watchPageLife({
    onHidden: () => void parts.persistence.flush(),
    onBack() {
      if (current().isSignedOut()) return
      parts.held.distrust()
      void parts.persistence.look()
    },
    // What was lost while nobody looked is found out before somebody asks for it (lessons D2).
    onVisible: () => void parts.persistence.look({ scopes: parts.held.session.all.keys(), keys: [] }),
    onStorage: (key) => (key === marks.key || key === null) && current().isSignedOut(),
  })
  let isClosed = false

  function throwIfClosed(): void {
    if (isClosed) throw new ClosedError('This client was closed. Make another: createTidemark().')
  }

  const read: Read = async (request, way) => {
    throwIfClosed()
    const { read: readOf, during, parts: own } = current()
    try {
      return await during(readOf(request, way))
    } catch (cause) {
      own.events.emit({ type: 'read:failed', read: request.id, key: request.key, cause })
      throw cause
    }
  }

  const client: Client = {
    async fetch(input, init) {
      const witness = witnesses.of(input, init)
      throwIfClosed()
      const request = parts.classify(input, init)
      if (request === undefined) return resolved.fetch(input, init)
      if (request.kind === 'write') {
        const { write, during, causes } = current()
        const { response, caused } = await during(write(request))
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
    lag: lag && lagOfNow(() => parts.router?.lag ?? lag, events),
    subscribe: events.subscribe,
    loaded: parts.persistence.loaded,
    flush: () => parts.persistence.flush(),
    close() {
      if (isClosed) return
      isClosed = true
      stopListening()
      events.emit({ type: 'client:closed' })
      current().tabs?.close()
      void parts.persistence.close()
    },
  }
  rememberParts(client, parts)
  return { client, parts, read }
}

function formatsOf({ rules, wire }: ResolvedOptions): VersionFormat[] {
  const wires = rules.flatMap(({ versions }) => versions ?? [])
  return [wire, ...wires].flatMap(({ format }) => format ?? [])
}
