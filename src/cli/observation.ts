// What was asked of an API, and what came back: all that the doctor's judgements are made of.
//
// O1. Every request is one observation, whatever its status. What fails on the way is a `ProbeError`.
// O2. Redirects are not followed: an app has to know where its answers come from.
// O3. A body is read as text up to a bound; beyond it the answer has no document.

import type { HeaderReader, WireAnswer } from '../core/wire/wire.ts'
import { describeFailure, ProbeError } from './probe-error.ts'

/** What the doctor needs of its surroundings. */
export interface Surroundings {
  readonly fetch: (input: string, init: RequestInit) => Promise<Response>
  /** A reading that never falls, in milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** A request to make. */
export interface Probe {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly timeoutMs: number
}

/** One request and its answer. */
export interface Observation {
  readonly method: string
  readonly url: URL
  readonly status: number
  readonly headers: HeaderReader
  /** The body, or `undefined` where it was too long. */
  readonly text: string | undefined
  /** The JSON of the body, or `undefined` where it is none. */
  readonly document: unknown
  readonly sentAtMs: number
  /** When the answer was there, headers and body. */
  readonly endedAtMs: number
}

const bodyLengthMax = 4_000_000

/**
 * Asks once.
 *
 * @throws {ProbeError} where no answer came.
 */
export async function observe(probe: Probe, { fetch, now }: Surroundings): Promise<Observation> {
  const { method, url, headers, body, timeoutMs } = probe
  const sentAtMs = now()
  try {
    const response = await fetch(url.href, {
      method,
      headers: { Accept: 'application/json', ...headers },
      redirect: 'manual', // O2
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    })
    const whole = await response.text()
    const text = whole.length > bodyLengthMax ? undefined : whole // O3
    const document = text === undefined ? undefined : parseJson(text)
    const { status, headers: answered } = response
    return { method, url, status, headers: answered, text, document, sentAtMs, endedAtMs: now() }
  } catch (error) {
    throw new ProbeError(describeFailure(error, url, timeoutMs), { cause: error })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns an observation as a wire looks at it. */
export function answerOf({ method, url, status, headers, document }: Observation): WireAnswer {
  const kind = method === 'GET' || method === 'HEAD' ? 'read' : 'write'
  const request = { kind, url, scope: undefined } as const
  return { request, status, headers, document, attached: undefined }
}

/** Tells whether an answer is a success. */
export function isSuccess({ status }: Observation): boolean {
  return status >= 200 && status < 300
}
