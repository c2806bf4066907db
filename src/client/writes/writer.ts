// The write path: send with the session's floors, and learn what the answer says was caused.
//
// W1. Floors travel with writes too (lessons S3), so that a server can order them; a client alone
//     cannot (docs/guarantees.md).
// W2. The write floor is raised before the caller hears of the acknowledgement: the very next read is
//     already judged by it.
// W3. An answer that refuses the write (404, 409, 412) still tells how far its source is: it raises the
//     read floor, and not the write floor (lessons W4).
// W4. A write whose answer never came may have happened. No floor is raised for it, and for a while reads of
//     its scopes ask the primary (`doubt.ts`).
// W5. Where it refuses the write by version, that was not done, and may be sent again (`refused-write.ts`).
// W6. Where the rule asks for an order (`write-order.ts`), a write is sent when its turn has come.

import { relateEpochs } from '../../core/epoch.ts'
import { epochOf } from '../../core/session.ts'
import type { Version, Versions } from '../../core/version.ts'
import { readWhole } from '../../transport/body.ts'
import { represent, responseFrom } from '../../transport/representation.ts'
import type { Representation } from '../../transport/representation.ts'
import { readAnswer, send } from '../../transport/versioned-fetch.ts'
import type { Answer } from '../../transport/versioned-fetch.ts'
import { isForeign } from '../exchanges/answer-judgement.ts'
import { discard } from '../exchanges/course.ts'
import { carriedByWrite, touchedScopes } from '../exchanges/floors.ts'
import type { Healing } from '../exchanges/healing.ts'
import { selectionOf } from '../exchanges/keeping.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import { keyOf } from '../rules/request.ts'
import type { GovernedRequest } from '../rules/request.ts'
import { affectedUrls } from '../rules/rules.ts'
import type { FindRule, RuleMatch } from '../rules/rules.ts'
import { whilePresent } from '../waits/presence.ts'
import { heedRefusal, spareOf } from './refused-write.ts'
import { tellAnswer } from './write-answer.ts'

/** An answered write, and what it has caused: `undefined` where its answer did not say. */
export interface Written {
  readonly response: Response
  readonly caused: Versions | undefined
}

/** Sends governed writes. */
export type Write = (request: GovernedRequest) => Promise<Written>

/** Makes the write path of a client. */
export function createWriter(parts: ClientParts, healing: Healing, findRule: FindRule): Write {
  const { options, scopes, events, held, persistence } = parts

  return (request) =>
    request.match?.rule.writes?.send({ ...request, client: parts, options, emit: events.emit }, (input) =>
      transmit({ ...request, input, init: undefined }),
    ) ?? transmit(request)

  async function transmit(request: GovernedRequest, endedScopes?: ReadonlySet<string>): Promise<Written> {
    const { id: write, method, url } = request
    const spare = endedScopes === undefined ? spareOf(parts, request) : undefined
    const departedAt = held.session.moment()
    events.emit({ type: 'write:sent', write, url: url.href, method })
    const response = await send(
      options.fetch,
      { input: request.input, init: request.init },
      () => carriedByWrite(parts, request, endedScopes), // W1
      {},
    ).catch((cause: unknown) => {
      parts.doubt.note(touchedScopes(parts, request)) // W4
      events.emit({ type: 'write:failed', write, url: url.href, cause })
      throw cause
    })
    const read = await whilePresent(readAnswer(response, request, options.valueBytesMax))
    if (read.fault !== undefined) {
      events.emit({ type: 'version:malformed', url: request.url.href, cause: read.fault })
    }
    const told = isForeign(options.origins, response) ? undefined : read.versions
    const answer = { ...read, versions: told && held.session.inKnownEpochs(told) }
    if (!response.ok) {
      events.emit({ type: 'write:refused', write, url: url.href, status: response.status })
      const ended = heedRefusal(parts, healing, { request, answer, departedAt })
      if (ended !== undefined && spare !== undefined) {
        void discard(answer)
        return transmit({ ...request, input: spare }, ended) // W5
      }
      return { response: refuse(answer), caused: undefined }
    }
    return { response: await acknowledge(request, answer), caused: answer.versions }
  }

  async function acknowledge(request: GovernedRequest, answer: Answer): Promise<Response> {
    const { versions } = answer
    if (versions !== undefined) {
      for (const version of versions) enterEpoch(version)
      held.session.recordWrite(versions) // W2
    }
    const tellChanges = versions && parts.lists?.noteWrite(versions)
    const { served, targets } = await learnAffected(request, answer)
    tellChanges?.(targets)
    // In the same step as the answer is handed over, so that a reload finds the floor.
    if (versions !== undefined) persistence.mirrorFloors(versions.map(({ scope }) => scope))
    const { id, url, method } = request
    events.emit({ type: 'write:acknowledged', write: id, url: url.href, method, versions })
    return served
  }

  function refuse({ response, versions, problem }: Answer): Response {
    const { status } = response
    if (versions !== undefined && problem === undefined && [404, 409, 412].includes(status)) {
      held.session.recordRead(versions) // W3
    }
    return response
  }

  /** A write is answered by the primary: a history that it names is the one that goes on. */
  function enterEpoch(version: Version): void {
    const floors = held.session.of(version.scope)
    const floor = floors.read ?? floors.write
    if (floor === undefined || epochOf(floors) === version.epoch) return
    if (relateEpochs(scopes.formatOf, version, floor) !== 'older') held.session.reset(version)
  }

  /** Admits what the answer represents, and lays tombstones, where the rule names the resources. */
  async function learnAffected(request: GovernedRequest, answer: Answer): Promise<Learned> {
    const { response } = answer
    const rule = request.match?.rule
    if (request.method === 'DELETE' || rule?.affects === undefined || answer.versions === undefined) {
      tellAnswer(request.signal, answer)
    }
    if (request.method === 'DELETE') return { served: response, targets: layTombstones(request, answer) }
    if (rule?.affects === undefined || answer.versions === undefined) return { served: response, targets: undefined }
    const { versions } = answer
    const read = answer.representation ?? (await readRepresentation(response))
    const representation = read instanceof Response ? undefined : read
    tellAnswer(request.signal, { versions, representation })
    if (read instanceof Response) return { served: read, targets: undefined }
    const targets = targetsOf(request, parseJson(read))
    for (const target of targets) {
      admitRepresentation(request, target, { versions, representation: read })
    }
    return { served: responseFrom(read), targets }
  }

  async function readRepresentation(response: Response): Promise<Representation | Response> {
    const read = await whilePresent(readWhole(response, options.valueBytesMax))
    return read.kind === 'whole' ? represent(response, read.body) : read.response
  }

  function layTombstones(request: GovernedRequest, { versions }: Answer): Target[] {
    const targets = [...targetsOf(request, undefined), ownTarget(request)]
    for (const { key, match, isRuled } of targets) {
      const slot = held.slotOf(key)
      // Without a version of its own, the deletion is known to have come after all that was seen.
      const known = versions ?? (isRuled ? slot?.floor : undefined)
      if (known === undefined) continue
      const isAfter = versions === undefined
      const tombstone = { kind: 'tombstone', versions: known, isAfter, validatedAt: options.now() } as const
      const concurrency = match?.rule.concurrent
      held.admitEntry(key, tombstone, { source: 'network', isDurable: true, isOwn: true, concurrency })
    }
    return targets
  }

  function admitRepresentation(
    request: GovernedRequest,
    { key, url, match }: Target,
    { versions, representation }: { versions: Versions; representation: Representation },
  ): void {
    const keep = match?.rule.keep ?? 'disk'
    if (keep === 'nothing') return
    const isUnstorable = hasNoStore(representation)
    const value = {
      ...representation,
      url: url.href,
      redirected: false,
      status: 200,
      statusText: 'OK',
      headers: representation.headers.filter(([name]) => name !== 'location'),
      selection: selectionOf(request, null),
    }
    const entry = { kind: 'value', versions, value, validatedAt: options.now() } as const
    const isDurable = keep === 'disk' && !isUnstorable
    const concurrency = match?.rule.concurrent
    held.admitEntry(key, entry, { source: 'network', isDurable, isOwn: true, concurrency })
  }

  function targetsOf(request: GovernedRequest, body: unknown): Target[] {
    const { url, method, match } = request
    const write = { url, method, params: match?.params ?? {}, body }
    return affectedUrls(match?.rule, write).map((target) => {
      const found = findRule(target, 'GET')
      return { url: target, match: found, key: keyOf(target, found), isRuled: true }
    })
  }
}

function ownTarget({ url, match }: GovernedRequest): Target {
  return { url, match, key: keyOf(url, match), isRuled: match !== undefined }
}

/** What was learned of a write: the answer to be handed on, and the resources, where they are known. */
interface Learned {
  readonly served: Response
  readonly targets: readonly Target[] | undefined
}

/** A resource that a write affects. */
interface Target {
  readonly url: URL
  readonly match: RuleMatch | undefined
  readonly key: string
  /** Whether a rule speaks of it: a deletion at an address that none knows may delete anything. */
  readonly isRuled: boolean
}

function parseJson({ body }: Representation): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined // Not JSON: names can still be filled from the path.
  }
}

function hasNoStore({ headers }: Representation): boolean {
  return headers.some(([name, value]) => name === 'cache-control' && value.includes('no-store'))
}
