// The examination of one API, from the first request to the last.
//
// E1. It only reads, unless it is given something to write.
// E2. It asks one thing at a time, at a rate, so that it is no load.
// E3. What is asked once (preflight, 304, 404, a floor) is asked after the reads, and a failure of it is no
//     failure of the examination.

import type { Ask, ExaminationOptions, Progress } from './examination-options.ts'
import type { Finding } from './finding.ts'
import { checkCaches, checkExposure } from './header-checks.ts'
import { latencyOf, stalenessOf } from './measures.ts'
import type { Staleness } from './measures.ts'
import { isSuccess, observe } from './observation.ts'
import type { Observation, Surroundings } from './observation.ts'
import { ProbeError } from './probe-error.ts'
import { checkSingles } from './single-checks.ts'
import { checkOrder, checkVersions, sightingsOf } from './version-checks.ts'
import { findVocabulary } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'
import { tryWrites } from './write-trial.ts'

/** What was found of an API. */
export interface Examination {
  readonly url: URL
  readonly vocabulary: Vocabulary | undefined
  readonly findings: readonly Finding[]
  /** How long each answer took, in milliseconds. */
  readonly latenciesMs: readonly number[]
  /** How far behind sources said that they were, in milliseconds. */
  readonly lagsMs: readonly number[]
  /** How long each write took until it was read, in milliseconds. */
  readonly settledMs: readonly number[]
  /** Reads that showed less than one before, or `undefined` where versions have no order. */
  readonly staleness: Staleness | undefined
}

/**
 * Examines an API.
 *
 * @throws {ProbeError} where it cannot be reached, or gives no answers to judge.
 */
export async function examine(
  options: ExaminationOptions,
  surroundings: Surroundings,
  tell: (progress: Progress) => void,
): Promise<Examination> {
  const ask = askAtRate(options, surroundings)
  const reads = await readSome(options, ask, tell)
  const [first] = reads
  if (first === undefined) throw new ProbeError('No read was made: let --reads be 1 or more.')
  const vocabulary = findVocabulary(reads)
  const findings = [
    ...checkVersions(reads, vocabulary),
    ...(vocabulary === undefined ? [] : checkExposure(first, vocabulary, options.pageOrigin)),
    ...checkCaches(reads),
  ]
  if (vocabulary === undefined) return withoutVersions(options, reads, findings)
  const trial = await tryWrites({ options, vocabulary, ask, now: surroundings.now, tell })
  const answers = [...reads, ...trial.reads]
  const sightings = sightingsOf(answers, vocabulary)
  const singles = await checkSingles({ options, vocabulary, ask, reads })
  return {
    url: options.url,
    vocabulary,
    findings: [...findings, ...checkOrder(sightings, vocabulary), ...trial.findings, ...singles],
    latenciesMs: answers.map(latencyOf),
    lagsMs: sightings.flatMap(({ lagMs }) => lagMs ?? []),
    settledMs: trial.settledMs,
    staleness: sightings.length === 0 ? undefined : stalenessOf(sightings, vocabulary.format),
  }
}

function withoutVersions(
  { url }: ExaminationOptions,
  reads: readonly Observation[],
  findings: readonly Finding[],
): Examination {
  const latenciesMs = reads.map(latencyOf)
  const nothing = { lagsMs: [], settledMs: [], staleness: undefined }
  return { url, vocabulary: undefined, findings, latenciesMs, ...nothing }
}

function askAtRate(options: ExaminationOptions, surroundings: Surroundings): Ask {
  const { headers: always, pageOrigin, ratePerSecond, timeoutMs } = options
  const everyMs = 1000 / ratePerSecond
  let nextAtMs = surroundings.now()
  return async ({ method = 'GET', url = options.url, headers, body }) => {
    const waitMs = nextAtMs - surroundings.now()
    if (waitMs > 0) await surroundings.sleep(waitMs) // E2
    nextAtMs = surroundings.now() + everyMs
    const origin = pageOrigin === undefined ? {} : { Origin: pageOrigin }
    return observe({ method, url, headers: { ...always, ...origin, ...headers }, body, timeoutMs }, surroundings)
  }
}

async function readSome(
  { reads: count }: ExaminationOptions,
  ask: Ask,
  tell: (progress: Progress) => void,
): Promise<Observation[]> {
  const reads: Observation[] = []
  for (let done = 0; done < count; done += 1) {
    tell({ step: 'reading', done, of: count })
    const answer = await ask({})
    if (done === 0) refuseUnfit(answer)
    if (isSuccess(answer)) reads.push(answer)
  }
  tell({ step: 'reading', done: count, of: count })
  return reads
}

/** Refuses an answer from which nothing can be learned, and says what to ask instead. */
function refuseUnfit({ url, status, headers, document }: Observation): void {
  if (status >= 300 && status < 400) {
    const target = headers.get('location') ?? 'another address'
    throw new ProbeError(`${url.href} redirects to ${target} (${status}). Examine that address itself.`)
  }
  if (status === 401 || status === 403) {
    throw new ProbeError(
      `${url.href} answered ${status}. Say who is asking: --header 'Authorization: Bearer …'`,
    )
  }
  if (status === 429) {
    const after = headers.get('retry-after')
    const when = after === null ? 'later' : `after ${after} s`
    throw new ProbeError(`${url.href} answered 429, too many requests. Try ${when}, with a lower --rate.`)
  }
  if (status < 200 || status > 299) {
    throw new ProbeError(`${url.href} answered ${status}. Give the address of a resource that can be read.`)
  }
  const type = headers.get('content-type') ?? 'no type'
  if (type.startsWith('text/html')) {
    throw new ProbeError(`${url.href} answered a page (${type}). Give an address of the API behind it.`)
  }
  if (document === undefined && !/json/.test(type)) return
  if (document === undefined) {
    throw new ProbeError(`${url.href} answered ${type} that is no JSON. Look at it with: curl ${url.href}`)
  }
}
