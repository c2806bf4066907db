// Writes, where that was allowed: whether they tell a version, and how long until reads show it.

import { compareVersions } from '../core/version.ts'
import type { Ask, ExaminationOptions, Progress, WriteOptions } from './examination-options.ts'
import type { Finding } from './finding.ts'
import { showsWrite } from './measures.ts'
import { isSuccess } from './observation.ts'
import type { Observation } from './observation.ts'
import { ProbeError } from './probe-error.ts'
import { sightingsOf } from './version-checks.ts'
import type { Sighting } from './version-checks.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What came of the writes. */
export interface WriteTrial {
  /** The reads between and after them. */
  readonly reads: readonly Observation[]
  /** How long each took until a read showed it, in milliseconds. */
  readonly settledMs: readonly number[]
  readonly findings: readonly Finding[]
}

interface TrialContext {
  readonly options: ExaminationOptions
  readonly vocabulary: Vocabulary
  readonly ask: Ask
  readonly now: () => number
  readonly tell: (progress: Progress) => void
}

/** Writes as often as was allowed, reading after each until it is shown. */
export async function tryWrites(context: TrialContext): Promise<WriteTrial> {
  const { write } = context.options
  const none = { reads: [], settledMs: [], findings: [] }
  if (write === undefined || context.vocabulary.wire.evidence === 'token') return none
  const trial: { reads: Observation[]; settledMs: number[] } = { reads: [], settledMs: [] }
  let before: Sighting | undefined
  for (let done = 0; done < write.times; done += 1) {
    context.tell({ step: 'writing', done, of: write.times })
    const written = await writeOnce(write, context)
    if (written === undefined) return { ...trial, findings: [unversioned(write, context.vocabulary)] }
    const back = before === undefined ? undefined : goesBack(before, written, context.vocabulary)
    if (back !== undefined) return { ...trial, findings: [back] }
    const { reads, settledMs } = await readUntilShown(written, write, context)
    trial.reads.push(...reads)
    if (settledMs === undefined) return { ...trial, findings: [neverShown(write, reads, context.vocabulary)] }
    trial.settledMs.push(settledMs)
    before = written
  }
  context.tell({ step: 'writing', done: write.times, of: write.times })
  return { ...trial, findings: [] }
}

async function writeOnce(
  { method, url, body }: WriteOptions,
  { ask, vocabulary }: TrialContext,
): Promise<Sighting | undefined> {
  const answer = await ask({ method, url, body, headers: { 'Content-Type': 'application/json' } })
  if (!isSuccess(answer)) {
    const said = answer.text?.slice(0, 200) ?? ''
    throw new ProbeError(`${method} ${url.href} answered ${answer.status}: ${said} Check --write and --write-url.`)
  }
  return sightingsOf([answer], vocabulary)[0]
}

async function readUntilShown(
  written: Sighting,
  { shownWithinMs }: WriteOptions,
  { ask, now, vocabulary }: TrialContext,
): Promise<{ reads: Observation[]; settledMs: number | undefined }> {
  const reads: Observation[] = []
  const writtenAtMs = written.observation.endedAtMs
  while (now() - writtenAtMs <= shownWithinMs) {
    const answer = await ask({})
    reads.push(answer)
    const [read] = sightingsOf([answer], vocabulary)
    if (read !== undefined && showsWrite(read, written, vocabulary.format)) {
      return { reads, settledMs: answer.sentAtMs - writtenAtMs }
    }
  }
  return { reads, settledMs: undefined }
}

function unversioned({ method }: WriteOptions, { place }: Vocabulary): Finding {
  return {
    code: 'unversioned-write',
    kind: 'fault',
    what: `Answers to ${method} tell no version, so reads that follow cannot be asked to show the write.`,
    seen: `no version in ${place}`,
    remedy: 'Answer writes with the version that they made, taken after the commit',
  }
}

function goesBack(before: Sighting, written: Sighting, { format }: Vocabulary): Finding | undefined {
  for (const version of written.versions) {
    const earlier = before.versions.find(({ scope }) => scope === version.scope)
    const order = earlier && compareVersions(() => format, version, earlier)
    if (earlier === undefined || (order !== 'before' && order !== 'equal')) continue
    return {
      code: 'non-monotonic',
      kind: 'fault',
      what: 'A later write has a version that is not after the earlier one.',
      seen: `${earlier.position}, and then ${version.position}, of scope ${version.scope}`,
      remedy: 'Take the position from the log or a sequence of the primary, after the commit',
    }
  }
  return undefined
}

function neverShown(
  { shownWithinMs }: WriteOptions,
  reads: readonly Observation[],
  vocabulary: Vocabulary,
): Finding {
  const last = sightingsOf(reads, vocabulary).at(-1)
  const position = last?.versions.map(({ scope, position: at }) => `${scope} at ${at}`).join(', ')
  return {
    code: 'never-shown',
    kind: 'fault',
    what: `No read showed a write within ${shownWithinMs} ms, in ${reads.length} attempts.`,
    seen: position === undefined ? 'no version in the reads' : `the last read: ${position}`,
    remedy: 'See whether replicas apply the log, whether a cache answers, and whether both tell one scope',
  }
}
