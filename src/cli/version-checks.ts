// What the versions of many answers give away: which of them have one, and whether they can be believed.

import { compareVersions } from '../core/version.ts'
import type { Version, Versions } from '../core/version.ts'
import { parseServedBy } from '../core/wire/protocol.ts'
import type { Finding } from './finding.ts'
import type { Observation } from './observation.ts'
import { readIn } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

/** An answer and the versions in it. */
export interface Sighting {
  readonly observation: Observation
  readonly versions: Versions
  /** Who answered, where it says. */
  readonly source: string | undefined
  /** How far behind it knows itself to be, in milliseconds, where it says. */
  readonly lagMs: number | undefined
}

/** Returns what answers say, leaving out those that have no version. */
export function sightingsOf(answers: readonly Observation[], vocabulary: Vocabulary): Sighting[] {
  return answers.flatMap((observation) => {
    const reading = readIn(vocabulary, observation)
    if (reading.kind !== 'versions') return []
    const servedBy = servedByOf(observation)
    return [{ observation, versions: reading.versions, source: servedBy?.name, lagMs: servedBy?.lagMs }]
  })
}

function servedByOf({ headers }: Observation): { name: string; lagMs?: number | undefined } | undefined {
  const text = headers.get('served-by')
  if (text === null) return undefined
  try {
    return parseServedBy(text)
  } catch {
    return undefined // It is for diagnosis alone: what is malformed there says nothing.
  }
}

/** Tells where answers to reads lack a version. */
export function checkVersions(
  answers: readonly Observation[],
  vocabulary: Vocabulary | undefined,
): Finding[] {
  const [first] = answers
  if (first === undefined) return []
  if (vocabulary === undefined) return [isList(first) ? unversionedList(first) : noVersion(first)]
  const readings = answers.map((answer) => readIn(vocabulary, answer))
  const malformed = readings.find((reading) => reading.kind === 'malformed')
  if (malformed !== undefined) {
    return [
      {
        code: 'malformed-version',
        kind: 'fault',
        what: `The version in ${vocabulary.place} cannot be read, so it counts as none.`,
        seen: malformed.why,
        remedy: 'Write it as docs/protocol.md says: Data-Version: main;e="7f3a";v="45"',
      },
    ]
  }
  const missing = readings.filter(({ kind }) => kind === 'none').length
  if (missing > 0) {
    return [
      {
        code: 'unversioned-answers',
        kind: 'fault',
        what: `${missing} of ${answers.length} answers have no version: of those nothing can be promised.`,
        seen: `no version in ${vocabulary.place}`,
        remedy: 'Tell it on every answer, from every server and through every proxy',
      },
    ]
  }
  return vocabulary.wire.evidence === 'version' ? [] : [weakEvidence(vocabulary)]
}

function noVersion({ status }: Observation): Finding {
  return {
    code: 'no-version',
    kind: 'fault',
    what: 'The answers say nothing of versions, so an old one looks like a new one.',
    seen: `${status}, with none of the headers and fields that are known`,
    remedy: 'Tell a version: the lines for the backend stand below',
  }
}

function unversionedList(answer: Observation): Finding {
  return {
    ...noVersion(answer),
    code: 'unversioned-list',
    what: 'The list has no version of its own: versions of its rows cannot tell that one is missing.',
    remedy: 'Tell the version of the list as a whole: the lines for the backend stand below',
  }
}

function isList({ document }: Observation): boolean {
  if (Array.isArray(document)) return true
  if (typeof document !== 'object' || document === null) return false
  return ['items', 'data', 'results', 'rows', 'edges'].some((name) => {
    return Array.isArray(Reflect.get(document, name))
  })
}

function weakEvidence({ place, wire }: Vocabulary): Finding {
  const isToken = wire.evidence === 'token'
  return {
    code: 'weak-evidence',
    kind: 'fault',
    what: isToken
      ? `What stands in ${place} tells two states apart, and not which came first: nothing can be proved by it.`
      : `What stands in ${place} is too coarse to prove anything by.`,
    seen: `evidence: ${wire.evidence}`,
    remedy: 'Tell a position that only grows: the lines for the backend stand below',
  }
}

/** Looks for versions that contradict each other: the answers in the order in which they were asked for. */
export function checkOrder(sightings: readonly Sighting[], vocabulary: Vocabulary): Finding[] {
  return [...checkSources(sightings, vocabulary), ...checkEpochs(sightings), ...checkData(sightings)]
}

/** One source never goes back: what it has applied stays applied. */
function checkSources(sightings: readonly Sighting[], { format }: Vocabulary): Finding[] {
  const newest = new Map<string, Version>()
  for (const { source, versions } of sightings) {
    if (source === undefined) continue
    for (const version of versions) {
      const name = JSON.stringify([source, version.scope])
      const earlier = newest.get(name)
      const order = earlier && compareVersions(() => format, version, earlier)
      if (earlier !== undefined && order === 'before') return [goesBack(source, earlier, version)]
      newest.set(name, version)
    }
  }
  return []
}

function goesBack(source: string, earlier: Version, later: Version): Finding {
  return {
    code: 'non-monotonic',
    kind: 'fault',
    what: `The versions of ${source} go back: a smaller one came after a larger.`,
    seen: `${earlier.position}, and then ${later.position}, of scope ${later.scope}`,
    remedy: 'Take the position from the log or a sequence of the primary, and not from clocks, caches or row counts',
  }
}

/** An epoch that has ended does not come back. */
function checkEpochs(sightings: readonly Sighting[]): Finding[] {
  const met = new Map<string, string[]>()
  for (const { scope, epoch } of sightings.flatMap(({ versions }) => versions)) {
    const epochs = met.get(scope) ?? []
    if (epochs.at(-1) === epoch) continue
    if (epochs.includes(epoch)) return [alternates(scope, [...epochs, epoch])]
    met.set(scope, [...epochs, epoch])
  }
  return []
}

function alternates(scope: string, epochs: readonly string[]): Finding {
  return {
    code: 'alternating-epochs',
    kind: 'fault',
    what: 'Answers are of several histories by turns: each time, everything that is held is given up.',
    seen: `epochs ${epochs.join(', ')}, of scope ${scope}`,
    remedy: 'Let all servers of one history tell one epoch, changed by a restore alone; give other databases other scopes',
  }
}

/** One version of a resource is one state of it. */
function checkData(sightings: readonly Sighting[]): Finding[] {
  const texts = new Map<string, string>()
  for (const { observation, versions } of sightings) {
    if (observation.text === undefined || observation.status !== 200) continue
    const name = JSON.stringify([observation.url.href, versions])
    const text = texts.get(name) ?? observation.text
    if (text !== observation.text) {
      return [
        {
          code: 'same-version-other-data',
          kind: 'advice',
          what: 'Two answers of one version differ: the version does not change with the data.',
          seen: versions.map(({ scope, position }) => `${scope} at ${position}`).join(', '),
          remedy: 'Take the version in the transaction that changes the data; leave clocks and random numbers out of bodies',
        },
      ]
    }
    texts.set(name, text)
  }
  return []
}
