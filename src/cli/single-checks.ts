// What is asked once: a preflight, a floor that cannot be covered, what has not changed, what is not there.

import type { Version } from '../core/version.ts'
import { headerNames, printVersionList } from '../core/wire/protocol.ts'
import type { Ask, ExaminationOptions } from './examination-options.ts'
import type { Finding } from './finding.ts'
import { checkPreflight, floorHeaders } from './header-checks.ts'
import type { Observation } from './observation.ts'
import { ProbeError } from './probe-error.ts'
import { readIn } from './vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

interface SinglesContext {
  readonly options: ExaminationOptions
  readonly vocabulary: Vocabulary
  readonly ask: Ask
  readonly reads: readonly Observation[]
}

/** Asks each, and judges it. */
export async function checkSingles(context: SinglesContext): Promise<Finding[]> {
  const checks = [checkRefusal, checkFloor, checkUnchanged, checkAbsent]
  const findings: Finding[] = []
  for (const check of checks) {
    try {
      findings.push(...(await check(context)))
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error // E3: the reads have told what there is to tell.
    }
  }
  return findings
}

const isOurs = ({ header }: Vocabulary): boolean => header === headerNames.dataVersion

async function checkRefusal({ options, vocabulary, ask }: SinglesContext): Promise<Finding[]> {
  if (options.pageOrigin === undefined || !isOurs(vocabulary)) return []
  const headers = {
    'Access-Control-Request-Method': 'GET',
    'Access-Control-Request-Headers': floorHeaders.join(', ').toLowerCase(),
  }
  return checkPreflight(await ask({ method: 'OPTIONS', headers }))
}

/** Digits above every counter, and below every cap. */
const beyondAll = '9'.repeat(30)

async function checkFloor({ vocabulary, ask, reads }: SinglesContext): Promise<Finding[]> {
  const version = lastVersion(reads, vocabulary)
  const isCounted = vocabulary.format.name === 'epoch-seq'
  if (!isOurs(vocabulary) || version === undefined || !isCounted) return []
  const { scope, epoch } = version
  const minVersion = printVersionList([{ scope, epoch, position: beyondAll }])
  const answer = await ask({ headers: { [headerNames.minVersion]: minVersion } })
  if (answer.status !== 200) return []
  return [
    {
      code: 'floor-ignored',
      kind: 'advice',
      what: 'The server does not look at floors: the client finds out by itself, at the price of a second request.',
      seen: `${headerNames.minVersion}: ${minVersion} was answered with 200`,
      remedy: 'Refuse what is behind with 503, wait briefly, or ask the primary: docs/server.md',
    },
  ]
}

async function checkUnchanged({ vocabulary, ask, reads }: SinglesContext): Promise<Finding[]> {
  const tag = reads.at(-1)?.headers.get('etag') ?? undefined
  if (tag === undefined || vocabulary.header === undefined) return []
  const answer = await ask({ headers: { 'If-None-Match': tag } })
  if (answer.status !== 304 || readIn(vocabulary, answer).kind !== 'none') return []
  return [
    {
      code: 'unversioned-304',
      kind: 'advice',
      what: 'A 304 tells no version, so the stored answer keeps its old one.',
      seen: `If-None-Match: ${tag} was answered with 304, without ${vocabulary.header}`,
      remedy: `Tell ${vocabulary.header} on every answer, 304 included`,
    },
  ]
}

async function checkAbsent({ options, vocabulary, ask }: SinglesContext): Promise<Finding[]> {
  if (vocabulary.header === undefined || vocabulary.wire.evidence === 'token') return []
  const url = new URL(options.url)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/tidemark-doctor-asks-for-what-is-not-there`
  const answer = await ask({ url })
  if ((answer.status !== 404 && answer.status !== 410) || readIn(vocabulary, answer).kind !== 'none') return []
  return [
    {
      code: 'unversioned-error',
      kind: 'advice',
      what: 'A 404 tells no version: what was just created and what was deleted look alike.',
      seen: `${url.pathname} was answered with ${answer.status}, without ${vocabulary.header}`,
      remedy: `Tell ${vocabulary.header} on every answer, errors included`,
    },
  ]
}

function lastVersion(reads: readonly Observation[], vocabulary: Vocabulary): Version | undefined {
  const last = reads.at(-1)
  const reading = last && readIn(vocabulary, last)
  return reading?.kind === 'versions' ? reading.versions[0] : undefined
}
