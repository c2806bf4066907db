// Shadow mode: count what would have been stale, and change nothing (lessons R26).
//
// S1. Requests leave as they came, without a header of ours, and each answer is given as it is: no held
//     value, no second request, no error of ours.
// S2. What a read would have been judged is counted and told, by the level that its rules ask for.
// S3. Floors are raised by what is shown, also where it is older than what was shown before: what the
//     user has seen, they have seen.

import type { Served } from '../client/events/report.ts'
import { isJudged, judgeAnswer } from '../client/exchanges/answer-judgement.ts'
import type { ClientParts } from '../client/exchanges/parts.ts'
import type { Router } from '../client/exchanges/routing.ts'
import type { GovernedRequest } from '../client/rules/request.ts'
import type { Routing } from '../client/sessions/routing-option.ts'
import type { Written } from '../client/writes/writer.ts'
import { createRouterState, noteAnswer, noteWrite } from '../core/routing/router-state.ts'
import { readAnswer } from '../transport/versioned-fetch.ts'
import type { Answer } from '../transport/versioned-fetch.ts'
import { createKnowledge } from './knowledge.ts'
import type { Knowledge } from './knowledge.ts'

const endpoint = 'shadowed'

/**
 * Makes a client that only watches: `tidemark.lag` tells how often an answer would have been refused,
 * and how far replicas are behind, before anything is changed for your users.
 *
 * @example
 * ```ts
 * import { createTidemark, memoryStorage } from 'tidemark'
 * import { shadowReads } from 'tidemark/routing'
 *
 * const answers = ['45', '44'] // The second comes from a replica that is behind.
 * const tidemark = createTidemark({
 *   origins: ['https://api.example.com'],
 *   routing: shadowReads(),
 *   storage: memoryStorage(),
 *   fetch: async () => {
 *     const version = answers.shift()
 *     return Response.json({ version }, { headers: { 'Data-Version': `main;v="${version}"` } })
 *   },
 * })
 * await tidemark.fetch('https://api.example.com/photos')
 * const stale = await tidemark.fetch('https://api.example.com/photos')
 *
 * await stale.json() //=> { version: '44' }
 * tidemark.lag?.get().counts.behind //=> 1
 * ```
 */
export function shadowReads(): Routing {
  return (client) => {
    const state = createRouterState([{ name: endpoint, isPrimary: false }])
    const knowledge = createKnowledge(state, client)
    return {
      ask: (course, changes, askOnce) => askOnce(course, changes),
      canAskPrimary: () => false,
      aroundRead: () => (request) => shadowRead(client, knowledge, request),
      aroundWrite: () => (request) => shadowWrite(client, knowledge, request),
      lag: knowledge.lag,
    } satisfies Router
  }
}

async function shadowRead(client: ClientParts, knowledge: Knowledge, request: GovernedRequest): Promise<Served> {
  const { events, held, options } = client
  const startedAtMs = options.now()
  const answer = await ask(client, request)
  await client.persistence.known()
  const { response, versions, servedBy } = answer
  const atMs = options.now()
  const { verdict, want, got } = judgeAnswer(client, request, answer)
  const isBehind = isJudged(response) && (verdict === 'behind' || verdict === 'never')
  const isFresh = isJudged(response) && verdict === 'fresh'
  knowledge.count('reads')
  knowledge.count('requests')
  if (servedBy?.isPrimary === true) knowledge.count('toPrimary')
  if (isBehind) {
    knowledge.count('behind')
    const { key, url } = request
    events.emit({ type: 'answer:shadowed', key, url: url.href, want, got, servedBy: servedBy?.name })
  }
  const fact = {
    endpoint,
    atMs,
    latencyMs: atMs - startedAtMs,
    isLate: false,
    verdict: isBehind ? 'behind' : isFresh ? 'fresh' : 'unknown',
    versions: versions ?? [],
    source: servedBy?.name ?? endpoint,
    isPrimarys: servedBy?.isPrimary === true,
    toldLagMs: servedBy?.lagMs,
  } as const
  knowledge.learn((state) => noteAnswer(client.scopes.formatOf, state, fact), 'it was slow')
  if (versions !== undefined && isJudged(response)) held.recordShown(request.key, versions) // S3
  const achieved = isBehind ? 'behind' : isFresh ? 'fresh' : 'unverified'
  const report = {
    level: request.level,
    achieved,
    source: 'network',
    versions,
    want,
    attempts: 1,
    servedBy: servedBy?.name,
    why: 'shadow mode: the answer is given as it came',
  } as const
  events.emit({ type: 'read:served', read: request.id, key: request.key, report })
  return { response, report }
}

async function shadowWrite(client: ClientParts, knowledge: Knowledge, request: GovernedRequest): Promise<Written> {
  const { response, versions } = await ask(client, request)
  const atMs = client.options.now()
  const caused = response.ok ? versions : undefined
  if (caused !== undefined) client.held.session.recordWrite(caused)
  const fact = { path: request.url.pathname, atMs, versions: caused ?? [] }
  knowledge.learn((state) => noteWrite(client.scopes.formatOf, state, fact), 'a write')
  const { id: write, url, method } = request
  if (response.ok) client.events.emit({ type: 'write:acknowledged', write, url: url.href, method, versions: caused })
  return { response, caused }
}

async function ask({ options, held }: ClientParts, request: GovernedRequest): Promise<Answer> {
  const response = await options.fetch(request.input, request.init) // S1
  const answer = await readAnswer(response, request, options.valueBytesMax)
  return { ...answer, versions: answer.versions && held.session.inKnownEpochs(answer.versions) }
}
