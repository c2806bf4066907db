// What the headers of single answers give away: who may read them, and who may keep them.

import { headerNames } from '../core/wire/protocol.ts'
import { listed } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Observation } from './observation.ts'
import type { Vocabulary } from './vocabulary.ts'

/** The headers that a page may read without being allowed to (Fetch standard, CORS-safelisted). */
const safelisted = new Set([
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
])

/** Looks for what keeps a page of another origin from reading the version. */
export function checkExposure(
  answer: Observation,
  vocabulary: Vocabulary,
  pageOrigin: string | undefined,
): Finding[] {
  const allowed = answer.headers.get('access-control-allow-origin')
  if (pageOrigin !== undefined && allowed !== '*' && allowed !== pageOrigin) {
    return [
      {
        code: 'origin-refused',
        kind: 'fault',
        what: `Pages of ${pageOrigin} may not read this API.`,
        seen: `Access-Control-Allow-Origin: ${allowed ?? '(absent)'}`,
        remedy: `Answer with Access-Control-Allow-Origin: ${pageOrigin}`,
      },
    ]
  }
  const { header } = vocabulary
  if (allowed === null || header === undefined || safelisted.has(header.toLowerCase())) return []
  const exposed = answer.headers.get('access-control-expose-headers')
  const names = listed(exposed)
  // `*` does not count for requests with credentials (lessons W9).
  if (names.includes(header.toLowerCase()) || (names.includes('*') && allowed === '*')) return []
  return [
    {
      code: 'unexposed-header',
      kind: 'fault',
      what: `Pages of other origins cannot read ${header}, so to them no answer has a version.`,
      seen: `Access-Control-Expose-Headers: ${exposed ?? '(absent)'}`,
      remedy: `Answer with Access-Control-Expose-Headers: ${header}, ${headerNames.servedBy}`,
    },
  ]
}

/** The headers of a request that the client sends in our own wire. */
export const floorHeaders: readonly string[] = [headerNames.minVersion, headerNames.readConsistency]

/** Judges the answer to a preflight that asked for our headers. */
export function checkPreflight(answer: Observation): Finding[] {
  const allowed = answer.headers.get('access-control-allow-headers')
  const names = listed(allowed)
  const missing = floorHeaders.filter((name) => !names.includes(name.toLowerCase()) && !names.includes('*'))
  if (missing.length === 0) return []
  return [
    {
      code: 'preflight-refused',
      kind: 'fault',
      what: `Pages of other origins may not send ${missing.join(' and ')}, so their reads would be refused.`,
      seen: `OPTIONS ${answer.status}, Access-Control-Allow-Headers: ${allowed ?? '(absent)'}`,
      remedy: `Answer preflights with Access-Control-Allow-Headers: ${floorHeaders.join(', ')} and a long Access-Control-Max-Age`,
    },
  ]
}

/** Looks for caches on the way: those that answered, and those that may. */
export function checkCaches(answers: readonly Observation[]): Finding[] {
  const cached = answers.filter((answer) => evidenceOfCache(answer) !== undefined)
  const [first] = cached
  if (first !== undefined) {
    return [
      {
        code: 'cached-answers',
        kind: 'fault',
        what: `${cached.length} of ${answers.length} answers came out of a cache on the way: asking again brings the same old answer.`,
        seen: evidenceOfCache(first) ?? '',
        remedy: 'Answer with Cache-Control: private, no-cache (or no-store), and purge what is cached',
      },
    ]
  }
  const shared = answers.find(({ headers }) => maySharedKeep(headers.get('cache-control')))
  if (shared === undefined) return []
  return [
    {
      code: 'cacheable-answers',
      kind: 'advice',
      what: 'Shared caches may keep the answers, and give an old one to whoever asks for a newer.',
      seen: `Cache-Control: ${shared.headers.get('cache-control')}`,
      remedy: 'Answer with Cache-Control: private, no-cache',
    },
  ]
}

function evidenceOfCache({ headers }: Observation): string | undefined {
  const age = headers.get('age')
  if (age !== null && Number(age) > 0) return `Age: ${age}`
  const names = ['cf-cache-status', 'x-cache', 'x-vercel-cache', 'x-cache-status', 'cache-status']
  const name = names.find((candidate) => /\bhit\b/i.test(headers.get(candidate) ?? ''))
  return name === undefined ? undefined : `${name}: ${headers.get(name)}`
}

function maySharedKeep(control: string | null): boolean {
  const words = listed(control)
  const forbids = words.some((word) => /^(?:private|no-store|no-cache)\b/.test(word))
  return !forbids && words.some((word) => /^(?:public|(?:s-maxage|max-age)=0*[1-9])/.test(word))
}
