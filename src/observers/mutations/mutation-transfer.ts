// The transfer of a mutation: one request by the client's own fetch, and what its answer says.
//
// T1. What the answer acknowledges is told in the step before anything of it is shown
//     (client/writes/write-answer.ts): so its operations lie over no base that shows their effect already.
// T2. An answer that is not 2xx has refused the write; what fails without an answer may have happened
//     (lessons R17).
// T3. A body that was on its way when the page was frozen is as good as broken off (`client/waits/presence.ts`).

import type { Client } from '../../client/client.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import { retryAfterIn } from '../../client/exchanges/retry-after.ts'
import { pathBase } from '../../client/paths/path-base.ts'
import { whilePresent } from '../../client/waits/presence.ts'
import { isRefusedByVersion } from '../../client/writes/refused-write.ts'
import { hearAnswer } from '../../client/writes/write-answer.ts'
import { TransportError } from '../../core/errors.ts'
import type { Versions } from '../../core/version.ts'
import { decode } from '../watches/parsing.ts'
import type { Content } from '../watches/parsing.ts'
import type { Outcome } from './delivery.ts'
import type { MutationRequest } from './mutation-options.ts'

/** What is told of an answer before it is shown. The content is there where it had to be read. */
export type OnAcknowledged = (versions: Versions | undefined, content: Content | undefined) => void

/** Sends a request. Rejects with what the platform throws, where no answer came. */
export type Transfer = (
  requestOf: () => MutationRequest,
  how: { readonly headers: HeadersInit; readonly onAcknowledged: OnAcknowledged },
) => Promise<Outcome>

/** Makes the transfer of a client's mutations. */
export function createTransfer(
  { fetch }: Pick<Client, 'fetch'>,
  parts: ClientParts,
): Transfer {
  return async (requestOf, { headers: added, onAcknowledged }) => {
    const { options, events } = parts
    const prepared = prepare(requestOf, added, options.origins)
    if ('error' in prepared) return { kind: 'refused', ...prepared }
    const { url, method, headers, body } = prepared
    const { signal } = new AbortController()
    hearAnswer(signal, ({ versions, representation }) => onAcknowledged(versions, representation)) // T1
    let response: Response
    try {
      response = await fetch(url, { method, headers, body, signal })
    } catch (cause) {
      events.emit({ type: 'write:unanswered', url: url.href, method, cause }) // T2
      throw cause
    }
    if (response.ok) {
      return { kind: 'acknowledged', json: decode({ body: await whilePresent(response.arrayBuffer()), headers: [...response.headers] }) }
    }
    const { status, statusText } = response
    const said = await whilePresent(response.text()).catch(() => undefined)
    const error = new TransportError({ url: url.href, status, statusText, body: said })
    const retryAfterMs = retryAfterIn(response.headers, options.now())
    return { kind: 'refused', error, status, isByVersion: isRefusedByVersion(response), retryAfterMs }
  }
}

/** What could not even be sent. */
interface Unsendable {
  readonly error: unknown
  readonly status: undefined
  readonly isByVersion: false
  readonly retryAfterMs: undefined
}

interface Prepared {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: BodyInit | null
}

/** Makes what is sent, or returns the fault of what the app has given: to try again would not mend it. */
function prepare(
  requestOf: () => MutationRequest,
  added: HeadersInit,
  origins: ReadonlySet<string>,
): Prepared | Unsendable {
  try {
    const request = requestOf()
    const { method = 'POST', json, body = null } = request
    const headers = new Headers(request.headers)
    for (const [name, value] of new Headers(added)) headers.set(name, value)
    if (json === undefined) return { url: addressOf(request, origins), method, headers, body }
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return { url: addressOf(request, origins), method, headers, body: JSON.stringify(json) }
  } catch (error) {
    return { error, status: undefined, isByVersion: false, retryAfterMs: undefined }
  }
}

/** Returns the address of a request. */
export function addressOf({ url }: MutationRequest, origins: ReadonlySet<string>): URL {
  return new URL(url, pathBase(origins))
}
