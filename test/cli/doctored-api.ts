// APIs with one thing wrong each, and the doctor's visit to them in virtual time.

import { examine } from '../../src/cli/examination.ts'
import type { ExaminationOptions, WriteOptions } from '../../src/cli/examination-options.ts'
import type { Examination } from '../../src/cli/examination.ts'
import { createLaggingApi } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApiOptions } from '../../src/testing/api/lagging-options.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'

export const apiOrigin = 'https://api.example.com'

/** What stands between the doctor and the API: it may change requests and answers. */
export type Meddle = (
  request: Request,
  handle: (request: Request) => Promise<Response>,
  now: () => number,
) => Promise<Response>

export interface Visit extends Partial<ExaminationOptions> {
  readonly api?: LaggingApiOptions
  readonly path?: string
  readonly meddle?: Meddle
}

export const write: WriteOptions = {
  method: 'POST',
  url: new URL(`${apiOrigin}/photos`),
  body: '{"title":"Boat"}',
  times: 5,
  shownWithinMs: 5000,
}

/** Examines a lagging API, as it is or meddled with. */
export async function visit({ api: options, path = '/photos', meddle, ...rest }: Visit): Promise<Examination> {
  const clock = createVirtualClock()
  const { now, sleep } = clock
  const initial = { items: { photos: [{ title: 'Dune' }] } }
  const api = createLaggingApi({ initial, seed: 3, now, sleep, ...options })
  const handle = (request: Request): Promise<Response> => api.handle(request)
  const fetch = (input: string, init: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    return meddle === undefined ? handle(request) : meddle(request, handle, now)
  }
  const examined: ExaminationOptions = {
    url: new URL(path, apiOrigin),
    headers: {},
    pageOrigin: undefined,
    reads: 20,
    ratePerSecond: 20,
    timeoutMs: 10_000,
    write: undefined,
    ...rest,
  }
  return clock.run(() => examine(examined, { fetch, now, sleep }, () => undefined))
}

/** Returns an answer with other headers: `undefined` takes one away. */
export async function withHeaders(
  response: Promise<Response>,
  changes: Readonly<Record<string, string | undefined>>,
): Promise<Response> {
  const { body, status, headers: before } = await response
  const headers = new Headers(before)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) headers.delete(name)
    else headers.set(name, value)
  }
  return new Response(body, { status, headers })
}

/** The names of what was found. */
export function codesOf({ findings }: Examination): readonly string[] {
  return findings.map(({ code }) => code)
}
