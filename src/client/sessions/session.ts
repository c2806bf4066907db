// The session as users of the library see it: what it knows, what it is told, and how it is handed on.
//
// S1. Whatever comes in here raises floors or changes nothing; nothing that comes in lowers one (I1).
// S2. A pushed value passes the gate like any other (I5).
// S3. A token of another principal is refused, and nothing of it is taken (I11).
// S4. It is that of whoever uses the client now: nothing here holds on to a session that may end.

import { OptionsError, ProtocolError } from '../../core/errors.ts'
import { fingerprint } from '../../core/fingerprint.ts'
import type { ScopeFloors } from '../../core/session.ts'
import { parseVersion } from '../../core/version.ts'
import type { Version, Versions } from '../../core/version.ts'
import { parseSessionToken, printSessionToken } from '../../core/wire/session-token.ts'
import { represent } from '../../transport/representation.ts'
import { selectionOf } from '../exchanges/keeping.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import type { SessionFloors } from '../memory/session-floors.ts'
import { pathBase } from '../paths/path-base.ts'
import type { GovernedRequest } from '../rules/request.ts'
import { createDeadline } from '../waits/deadline.ts'
import { isSettled } from './settled.ts'

/** How long something is expected or waited for. */
export interface WaitOptions {
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** What one session knows, and how it is told and handed on. */
export interface TidemarkSession {
  /** The floors of the session as they are now, by scope. */
  readonly floors: () => ReadonlyMap<string, ScopeFloors>
  /**
   * Tells that a resource will reach a version, such as the one in a push message or in the answer of
   * a job that was queued: reads of its scope wait for it, within their budgets.
   *
   * It ends when a read has shown it, or after `forMs` (30 s by default), with an event.
   *
   * @param target A URL or path of the resource; or, with versions in `Data-Version`, a scope.
   * @param version As its format prints it, such as `"7f3a:42"`.
   * @returns Whether it asks for anything that was not known already.
   * @throws {ProtocolError} when the version is not one of the format.
   */
  readonly expect: (target: string, version: string, options?: { forMs?: number }) => boolean
  /**
   * Lets in a value that was pushed, such as by a WebSocket, if it is not before what is held: JSON,
   * under the key of the resource.
   *
   * @param target A URL or path of the resource.
   * @returns Whether it now stands.
   */
  readonly admit: (target: string, value: unknown, version: string) => boolean
  /**
   * Resolves once a read has covered what a write caused: `settled`; or after `timeoutMs`: `pending`.
   * A write whose answer carried no version is `unknown` at once.
   *
   * @param response What `tidemark.fetch` gave for the write.
   */
  readonly settled: (
    response: Response,
    options?: WaitOptions,
  ) => Promise<'settled' | 'pending' | 'unknown'>
  /** The floors as one text, to be given to `adopt` elsewhere: see docs/protocol.md. */
  readonly token: () => string
  /**
   * Raises the floors to those of a token. What is lower changes nothing.
   *
   * @throws {ProtocolError} when it is malformed, or another principal's.
   */
  readonly adopt: (token: string) => void
  /**
   * Ends the session: what is in flight rejects with a `SessionEndedError`, and its floors and values are
   * wiped from memory and from the disk, the outbox included; other tabs are told. From then on the
   * principal is `''`, until `use` names the next. Wait for it before the page goes elsewhere.
   *
   * Sign out at the server first: else a read may still be answered as the user's.
   *
   * @throws {StorageError} when the disk could not be wiped. All the rest has happened then.
   */
  readonly signOut: () => Promise<void>
  /**
   * Goes on as another principal, such as a user who has just signed in. What is in flight rejects, and
   * nothing of the one before is seen any more; on the disk it stays, for when that one is back. The same
   * principal changes nothing. Resolves once what was yet to be stored is.
   */
  readonly use: (principal: string) => Promise<void>
}

const expectedForMs = 30_000

/** Makes the session of a client. `causedBy` tells what a write's response has caused. */
export function createSession(
  parts: ClientParts,
  { signOut, use }: Pick<TidemarkSession, 'signOut' | 'use'>,
  causedBy: (response: Response) => Versions | undefined,
): TidemarkSession {
  const { scopes } = parts
  const { origins, now } = parts.options
  const floors = (): SessionFloors => parts.held.session // S4
  const principal = (): string => fingerprint(parts.options.principal)

  function requestOf(target: string): GovernedRequest {
    const request = parts.classify(new URL(target, pathBase(origins)), undefined)
    if (request !== undefined) return request
    const accepted = `a URL or path on ${[...origins].join(', ')}`
    throw new OptionsError({ field: 'target', value: target, accepted })
  }

  /** Returns the version of a resource or scope, from the text in which its format prints it. */
  function versionOf(target: string, text: string): Version {
    const isUrl = /^(\/|https?:)/.test(target)
    const scope = isUrl ? scopeOf(requestOf(target)) : wireScope(target)
    const version = { scope, ...scopes.formatOf(scope).parse(text) }
    return parseVersion(scopes.formatOf, version)
  }

  function wireScope(name: string): string {
    const [origin, ...others] = origins
    if (origin !== undefined && others.length === 0) return scopes.idOf(name, origin)
    const accepted = 'a URL, since a scope alone does not tell which of several origins is meant'
    throw new OptionsError({ field: 'target', value: name, accepted })
  }

  function scopeOf({ ruleScopes, key, url }: GovernedRequest): string {
    const known = parts.held.slotOf(key)?.floor.map(({ scope }) => scope) ?? []
    const [scope, ...others] = new Set([...ruleScopes, ...known])
    if (scope !== undefined && others.length === 0) return scope
    const accepted = 'a scope, since the answers of this resource do not belong to one alone'
    throw new OptionsError({ field: 'target', value: url.href, accepted })
  }

  return {
    floors: () => new Map(floors().all),

    expect(target, text, { forMs = expectedForMs } = {}) {
      const version = versionOf(target, text)
      const [known = version] = floors().inKnownEpochs([version])
      return floors().expect(known, forMs)
    },

    admit(target, value, text) {
      const request = requestOf(target)
      const { held } = parts
      const versions = held.session.inKnownEpochs([versionOf(target, text)])
      if (!versions.every(held.session.isOfEpoch)) return false
      const body = new TextEncoder().encode(JSON.stringify(value)).buffer
      const made = represent(Response.json(null), body)
      const representation = { ...made, url: request.url.href, selection: selectionOf(request, null) }
      const validatedAt = now()
      const entry = { kind: 'value', versions, value: representation, validatedAt } as const
      const concurrency = request.match?.rule.concurrent
      const stands = held.admitEntry(request.key, entry, { source: 'push', isDurable: true, concurrency }) // S2
      if (stands) held.recordShown(request.key, versions)
      return stands
    },

    async settled(response, { timeoutMs = parts.options.budgetMs, signal } = {}) {
      const versions = causedBy(response)
      if (versions === undefined) return 'unknown'
      const { ended, events, options } = parts
      const deadline = createDeadline(timeoutMs, signal, options)
      let stop: (() => void) | undefined
      try {
        return await new Promise((resolve, reject) => {
          const check = (): void => {
            if (ended.aborted) reject(ended.reason)
            else if (isSettled(parts, versions)) resolve('settled')
          }
          deadline.signal.addEventListener('abort', () => {
            if (signal?.aborted === true) reject(signal.reason)
            else resolve('pending')
          })
          stop = events.subscribe(check)
          check()
        })
      } finally {
        stop?.()
        deadline.clear()
      }
    },

    token: () => printSessionToken({ principal: principal(), floors: floors().all }),

    adopt(text) {
      const found = parseSessionToken(scopes.formatOf, text)
      if (found.principal !== principal()) {
        throw new ProtocolError({ what: 'session token', text, expected: 'one of this principal' }) // S3
      }
      const raised = new Map([...found.floors].filter(([scope]) => isNamed(scope)))
      floors().join(raised)
      // Whoever made it may know of a history that has begun meanwhile; the primary does (doubt.ts, D3).
      parts.doubt.note([...raised].flatMap(([scope, { read, write }]) => (isKnown(read ?? write) ? [] : [scope])))
      parts.persistence.mirrorFloors(raised.keys())
      parts.events.emit({ type: 'session:adopted', scopes: [...raised.keys()] })
    },

    signOut,
    use,
  }

  function isKnown(version: Version | undefined): boolean {
    return version === undefined || floors().isOfEpoch(version)
  }

  function isNamed(scope: string): boolean {
    return [...origins].some((origin) => scope.endsWith(`@${origin}`))
  }
}
