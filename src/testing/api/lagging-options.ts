// The options of the simulated API: their meaning, their defaults, their refusals.

import { OptionsError } from '../../core/errors.ts'
import { systemClock } from '../determinism/clock.ts'
import type { Sleep } from '../determinism/clock.ts'
import type { Balancing } from '../replicas/balancing.ts'
import { checkDistribution } from '../replicas/distribution.ts'
import type { Distribution } from '../replicas/distribution.ts'
import type { VersionsTold } from '../rest/rest-answer.ts'
import { namePattern } from '../rest/rest-resource.ts'
import type { JsonObject } from '../rest/rest-store.ts'

/** What the server does with `Min-Version`. */
export type FloorPolicy = 'ignore' | 'wait-then-primary' | 'refuse'

/** What other origins may do. */
export interface CorsOptions {
  /** The origin allowed, or `'*'`. */
  readonly origin: string
  /** The headers that pages may read. @default all that this API sends */
  readonly exposes?: readonly string[] | undefined
}

/** A part of the store that is a store of its own: with its log, its primary and its replicas. */
export interface PartitionOptions {
  /** What belongs to it: paths such as `/conversations/questions`, with all that is below them. */
  readonly paths: readonly string[]
  /** @default that of the whole */
  readonly replicas?: number | undefined
  /** @default that of the whole */
  readonly lag?: Distribution | readonly Distribution[] | undefined
}

/** What exists before the play begins, on every server. */
export interface InitialContent {
  /** Items by collection, such as `{ photos: [{ title: 'Dune' }] }`, the oldest first. */
  readonly items?: Readonly<Record<string, readonly JsonObject[]>> | undefined
  /** Counters by name. */
  readonly counters?: Readonly<Record<string, number>> | undefined
  /** Messages by conversation, the oldest first. */
  readonly conversations?: Readonly<Record<string, readonly JsonObject[]>> | undefined
}

/** What a lagging API is like. Every field has a default. */
export interface LaggingApiOptions {
  /**
   * What all chance comes from. With a virtual clock, one seed gives one course of events.
   *
   * @default 1
   */
  readonly seed?: number | string | undefined
  /** How many replicas answer reads. With 0 the primary does. @default 3 */
  readonly replicas?: number | undefined
  /**
   * How late each write reaches a replica: for all, or one for each.
   *
   * @default exponential, mean 200 ms
   */
  readonly lag?: Distribution | readonly Distribution[] | undefined
  /** How long a request and its answer travel together, in milliseconds. @default 0, fixed */
  readonly latency?: Distribution | undefined
  /** How reads are spread over the replicas. @default 'random' */
  readonly balancing?: Balancing | undefined
  /** The scope that answers name. @default 'main' */
  readonly scope?: string | undefined
  /**
   * Parts of the store that are partitioned off, by the scope that their answers name, such as
   * `{ answers: { paths: ['/conversations/answers'] } }`. Their servers are named after them:
   * `answers/primary`, `answers/replica-1`. What belongs to none stays in `scope`.
   *
   * What is written to a partition remembers what its author had seen of others: a body's `replyTo`
   * that is a path, and the floors of other scopes that came with it. Answers that show it name that
   * in `Data-Depends`.
   *
   * @default none
   */
  readonly partitions?: Readonly<Record<string, PartitionOptions>> | undefined
  /**
   * What answers tell of versions: `wire` in headers, and as `version` and `updatedAt` of each row;
   * `body` only the latter, as backends do that know nothing of Tidemark; `none` nothing.
   *
   * But for `wire`, the API sends none of our headers and understands none.
   *
   * @default 'wire'
   */
  readonly versions?: VersionsTold | undefined
  /**
   * What a replica does that is behind `Min-Version`: answer all the same, wait for a while and
   * then let the primary answer, or refuse with 503 at once. An ended epoch is refused with 409 by
   * the last two.
   *
   * @default 'wait-then-primary'
   */
  readonly floors?: FloorPolicy | undefined
  /**
   * What the primary does with the `Min-Version` of a write: nothing, or check it, so that a write
   * follows what its session has read and written (lessons S3). Where it is not at the floor, it
   * waits, and then refuses with 503; an ended epoch is refused with 409.
   *
   * @default 'check', unless `floors` is `'ignore'`
   */
  readonly writeFloors?: 'ignore' | 'check' | undefined
  /**
   * How long a replica waits to catch up, in milliseconds, unless the request allows less.
   *
   * @default 50
   */
  readonly waitMs?: number | undefined
  /** The collections that exist. @default ['photos'] */
  readonly collections?: readonly string[] | undefined
  /** What exists at the beginning. @default nothing */
  readonly initial?: InitialContent | undefined
  /**
   * Answers to other origins, preflights included; `false` leaves them to the browser's refusal.
   *
   * @default false
   */
  readonly cors?: CorsOptions | false | undefined
  /** A clock in milliseconds. @default performance.now */
  readonly now?: (() => number) | undefined
  /** Waits, in the time of `now`. @default setTimeout */
  readonly sleep?: Sleep | undefined
  /** What the time since 1970 was when `now` read 0: for `updatedAt`. @default the start of 2026 */
  readonly timeOriginMs?: number | undefined
}

/** The options with nothing left open. */
export type ResolvedLaggingApiOptions = {
  readonly [Name in keyof LaggingApiOptions]-?: Exclude<LaggingApiOptions[Name], undefined>
}

const defaults: ResolvedLaggingApiOptions = {
  seed: 1,
  replicas: 3,
  lag: { kind: 'exponential', meanMs: 200 },
  latency: { kind: 'fixed', ms: 0 },
  balancing: 'random',
  scope: 'main',
  versions: 'wire',
  partitions: {},
  floors: 'wait-then-primary',
  writeFloors: 'check',
  waitMs: 50,
  collections: ['photos'],
  initial: {},
  cors: false,
  now: systemClock.now,
  sleep: systemClock.sleep,
  timeOriginMs: Date.UTC(2026, 0, 1),
}

/**
 * Completes the options.
 *
 * @throws {OptionsError} for an unknown field, or a value that is not accepted.
 */
export function resolveLaggingOptions(options: LaggingApiOptions): ResolvedLaggingApiOptions {
  const known = Object.keys(defaults)
  const unknown = Object.keys(options).find((field) => !known.includes(field))
  if (unknown !== undefined) {
    const value: unknown = Object.getOwnPropertyDescriptor(options, unknown)?.value
    throw new OptionsError({ field: unknown, value, accepted: `only ${known.join(', ')}` })
  }
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  )
  const follows = options.floors === 'ignore' ? 'ignore' : defaults.writeFloors
  const resolved: ResolvedLaggingApiOptions = { ...defaults, writeFloors: follows, ...given }
  checkWords(resolved)
  checkNumbers(resolved)
  checkNames(resolved)
  checkPartitions(resolved)
  return resolved
}

function checkWords({ versions, floors, writeFloors, scope }: ResolvedLaggingApiOptions): void {
  checkWord('versions', versions, ['wire', 'body', 'none'])
  checkWord('floors', floors, ['ignore', 'wait-then-primary', 'refuse'])
  checkWord('writeFloors', writeFloors, ['ignore', 'check'])
  if (!/^[\x20-\x7e]{1,64}$/.test(scope)) {
    const accepted = '1 to 64 printable ASCII characters'
    throw new OptionsError({ field: 'scope', value: scope, accepted })
  }
}

function checkWord(field: string, value: string, words: readonly string[]): void {
  if (words.includes(value)) return
  const accepted = words.map((word) => `'${word}'`).join(', ')
  throw new OptionsError({ field, value, accepted })
}

function checkNumbers({ lag, latency, waitMs }: ResolvedLaggingApiOptions): void {
  const lags = 'kind' in lag ? [lag] : lag
  for (const [index, one] of lags.entries()) checkDistribution(`lag[${index}]`, one)
  checkDistribution('latency', latency)
  if (!(waitMs >= 0 && waitMs < Infinity)) {
    throw new OptionsError({ field: 'waitMs', value: waitMs, accepted: 'a number of 0 or more' })
  }
}

function checkNames({ collections, initial }: ResolvedLaggingApiOptions): void {
  const taken = ['counters', 'conversations']
  const wrong = collections.find((name) => !namePattern.test(name) || taken.includes(name))
  if (wrong !== undefined) {
    const accepted = `names of letters, digits and . _ ~ -, but not ${taken.join(' or ')}`
    throw new OptionsError({ field: 'collections', value: wrong, accepted })
  }
  const lost = Object.keys(initial.items ?? {}).find((name) => !collections.includes(name))
  if (lost !== undefined) {
    const accepted = `the names in \`collections\`: ${collections.join(', ')}`
    throw new OptionsError({ field: 'initial.items', value: lost, accepted })
  }
}

function checkPartitions({ partitions, scope }: ResolvedLaggingApiOptions): void {
  const taken = new Set<string>()
  for (const [name, { paths, lag = [] }] of Object.entries(partitions)) {
    const field = `partitions.${name}`
    if (!namePattern.test(name) || name === scope) {
      const accepted = `names of letters, digits and . _ ~ -, other than the scope '${scope}'`
      throw new OptionsError({ field, value: name, accepted })
    }
    for (const [index, one] of ('kind' in lag ? [lag] : lag).entries()) {
      checkDistribution(`${field}.lag[${index}]`, one)
    }
    const wrong = paths.find((path) => !/^(\/[\w.~-]+)+$/.test(path) || taken.has(path))
    if (wrong !== undefined || paths.length === 0) {
      const accepted = "paths such as '/photos', each in one partition"
      throw new OptionsError({ field: `${field}.paths`, value: wrong, accepted })
    }
    for (const path of paths) taken.add(path)
  }
}
