// The decision matrix: which level suits which kind of resource, as ready-made rules.
//
// A beginning and no dogma: take a row, read its reason, and write a rule of your own where it does not
// fit. docs/choosing-a-level.md is the same table with the questions that lead to a row.

import type { Rule } from '../client/rules/rules.ts'
import { OptionsError } from '../core/errors.ts'

/** A kind of resource. */
export type UseCase =
  | 'social-feed'
  | 'own-content'
  | 'conversation'
  | 'dashboard'
  | 'search'
  | 'catalogue'
  | 'counters'
  | 'settings'
  | 'checkout'
  | 'permissions'

/** One row of the matrix. */
export interface MatrixRow {
  /** What the rule says, but for what it matches. */
  readonly rule: Omit<Rule, 'match'>
  /** Why, in words. */
  readonly why: string
}

/** The ready-made rules, by the kind of resource. */
export const decisionMatrix: Readonly<Record<UseCase, MatrixRow>> = {
  'social-feed': {
    rule: { consistency: 'monotonic-reads', staleWhileRevalidateMs: 10_000, onUnavailable: 'serve-stale' },
    why: 'a post that others made may come late, but nothing that was there may vanish again',
  },
  'own-content': {
    rule: { consistency: 'read-your-writes' },
    why: 'who has just saved looks for it at once; what others did is worth no wait',
  },
  conversation: {
    rule: { consistency: 'session' },
    why: 'an answer must not stand above its question, nor go again after it was seen',
  },
  dashboard: {
    rule: { consistency: { maxStalenessMs: 30_000 }, onUnavailable: 'serve-stale' },
    why: 'figures may be a little old, but not of unknown age; old ones, marked, beat an empty chart',
  },
  search: {
    rule: { consistency: 'monotonic-reads', onUnavailable: 'serve-stale' },
    why: 'an index lags by its nature, and a result list that waits is not used',
  },
  catalogue: {
    rule: { consistency: 'monotonic-reads', maxAgeMs: 60_000, staleWhileRevalidateMs: 600_000 },
    why: 'written seldom and read by all: a held value answers without any request',
  },
  counters: {
    rule: { consistency: 'monotonic-reads', keep: 'memory', onUnavailable: 'serve-stale' },
    why: 'a count may be late; one that falls is seen by everybody',
  },
  settings: {
    rule: { consistency: 'session' },
    why: 'a switch that jumps back after it was set is taken for broken',
  },
  checkout: {
    rule: { consistency: 'strong', keep: 'nothing', budgetMs: 5000 },
    why: 'a wrong price or stock costs more than the time of the primary',
  },
  permissions: {
    rule: { consistency: 'strong', keep: 'nothing' },
    why: 'access that was withdrawn must be gone, whoever withdrew it',
  },
}

/**
 * Makes rules of the matrix, in the order given, for the paths that each kind is found at.
 *
 * @throws {OptionsError} for a kind that the matrix does not have.
 * @example
 * ```ts
 * import { createTidemark } from 'tidemark'
 * import { rulesFor } from 'tidemark/routing'
 *
 * const rules = rulesFor({ checkout: ['/cart', '/orders/:id'], 'social-feed': ['/feed'] })
 * rules.map(({ match, consistency }) => [match, consistency]) //=> [['/cart', 'strong'], ['/orders/:id', 'strong'], ['/feed', 'monotonic-reads']]
 * const tidemark = createTidemark({ origins: ['https://api.example.com'], rules })
 * tidemark.close()
 * ```
 */
export function rulesFor(kinds: Readonly<Partial<Record<UseCase, readonly Rule['match'][]>>>): Rule[] {
  return Object.entries(kinds).flatMap(([name, matches]) => {
    if (!isUseCase(name)) {
      const accepted = `one of ${Object.keys(decisionMatrix).join(', ')}`
      throw new OptionsError({ field: 'kinds', value: name, accepted })
    }
    return matches.map((match) => ({ match, ...decisionMatrix[name].rule }))
  })
}

function isUseCase(name: string): name is UseCase {
  return Object.hasOwn(decisionMatrix, name)
}
