// The options of a client: what they mean, their defaults, and what is refused.
//
// Defaults and refusals stand in `resolveOptions` alone. It names the field, the value, and what is
// accepted, and refuses fields that it does not know: a misspelt guarantee must not be no guarantee.

import { OptionsError } from '../../core/errors.ts'
import { epochSeq } from '../../core/formats/epoch-seq.ts'
import { levelNames } from '../../core/guarantee.ts'
import type { Level } from '../../core/guarantee.ts'
import type { VersionFormat } from '../../core/version.ts'
import type { Wire } from '../../core/wire/wire.ts'
import { fallbackStorage } from '../../storage/fallback-storage.ts'
import { indexedDBStorage } from '../../storage/indexeddb/indexeddb-storage.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { OpenStorage } from '../../storage/storage.ts'
import { wireVersion } from '../../transport/version-location.ts'
import type { Fetch } from '../../transport/versioned-fetch.ts'
import type { SetTimer } from '../waits/clock.ts'
import type { OnUnavailable, OnUnversioned, Rule } from './rules.ts'

/** The options of {@link createTidemark}. All may be left out in a page. */
export interface TidemarkOptions {
  /**
   * The origins whose requests are governed, and the only ones that ever receive a floor, such as
   * `['https://api.example.com']`.
   *
   * @default the origin of the page; outside a page it has to be given
   */
  readonly origins?: readonly string[] | undefined
  /** Which resources are treated in which way. The first rule that matches a request stands. */
  readonly rules?: readonly Rule[] | undefined
  /**
   * The level that each read keeps, unless its rule or the read itself asks for another.
   *
   * Each stronger level makes more reads wait or go to the primary; `strong` sends all of them there.
   * The wait counts against `budgetMs`. With `eventual`, users may see their own change vanish.
   *
   * @default 'session'
   */
  readonly consistency?: Level | undefined
  /**
   * How versions travel, where no rule says otherwise: `wireVersion`, or that of a backend with a
   * vocabulary of its own, such as `d1()`. See docs/protocol.md.
   *
   * @default wireVersion
   */
  readonly wire?: Wire | undefined
  /**
   * How the positions in `Data-Version` compare.
   *
   * @default epochSeq
   */
  readonly format?: VersionFormat | undefined
  /**
   * How long a read may go on asking once an answer was behind, in milliseconds. The time that the
   * first answer takes is the network's, and not bounded by us.
   *
   * @default 2000
   */
  readonly budgetMs?: number | undefined
  /**
   * What happens when no source covers the floor within the budget: `throw` rejects with a
   * `VersionUnavailableError`, `serve-stale` gives the newest that there is, marked `behind`.
   *
   * @default 'throw'
   */
  readonly onUnavailable?: OnUnavailable | undefined
  /**
   * What a governed read does with an answer that says nothing of versions, so that nothing can be
   * promised of it: `accept` gives it, marked `unverified`; `throw` rejects, so that a forgotten header
   * is found in development. Failures (4xx but 404 and 410, 5xx) and `eventual` reads are given always.
   *
   * @default 'accept'
   */
  readonly onUnversioned?: OnUnversioned | undefined
  /**
   * What a read does when the history of its scope has ended, as after a restore: the session enters
   * the new one either way, and the read is answered from it (`heal`), or rejects once with an
   * `EpochChangedError` (`throw`), for an app that then wants to load everything anew. A write that the server
   * refuses for it was not done: it is sent once more, or rejects likewise.
   *
   * @default 'heal'
   */
  readonly onEpochChange?: 'heal' | 'throw' | undefined
  /**
   * Where floors and values outlive the page.
   *
   * @default IndexedDB, and memory where there is none
   */
  readonly storage?: OpenStorage | undefined
  /**
   * The small synchronous mirror of the floors: what the first requests after a reload carry, and what
   * their answers are judged by where the disk is slow to tell. `false` does without it.
   *
   * @default localStorage, where there is one
   */
  readonly mirror?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | false | undefined
  /**
   * Whose session it is, such as a user id. Nothing of one principal reaches another.
   *
   * @default ''
   */
  readonly principal?: string | undefined
  /**
   * The longest value that is kept, in bytes.
   *
   * @default 1048576
   */
  readonly valueBytesMax?: number | undefined
  /**
   * How much is held in memory, in bytes. The values used longest ago go first; floors stay.
   *
   * @default 20971520
   */
  readonly memoryBytesMax?: number | undefined
  /** The `fetch` that is wrapped. @default globalThis.fetch */
  readonly fetch?: Fetch | undefined
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined
  /** A number from 0 up to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined
  /** Calls back after a delay, unless the function it returns is called. @default setTimeout */
  readonly setTimer?: SetTimer | undefined
}

/** Options with nothing left open. */
export type ResolvedOptions = {
  readonly [Name in Exclude<keyof TidemarkOptions, 'origins'>]-?: Exclude<TidemarkOptions[Name], undefined>
} & { readonly origins: ReadonlySet<string> }

/**
 * Completes options, or refuses them.
 *
 * @throws {OptionsError} naming the field, the value, and what is accepted.
 */
export function resolveOptions(options: TidemarkOptions): ResolvedOptions {
  refuseUnknown('', options, optionNames)
  for (const [index, rule] of (options.rules ?? []).entries()) checkRule(rule, `rules[${index}].`)
  checkReading(options, '')
  check('wire', options.wire, isWire, wires)
  check('principal', options.principal, isText, 'a text')
  check('onEpochChange', options.onEpochChange, isOneOf('heal', 'throw'), '"heal" or "throw"')
  for (const name of ['valueBytesMax', 'memoryBytesMax'] as const) {
    check(name, options[name], isCount, 'a number of bytes from 0')
  }
  for (const name of ['storage', 'fetch', 'now', 'random', 'setTimer'] as const) {
    check(name, options[name], isFunction, 'a function')
  }
  return {
    origins: resolveOrigins(options.origins),
    rules: options.rules ?? [],
    consistency: options.consistency ?? 'session',
    wire: options.wire ?? wireVersion,
    format: options.format ?? epochSeq,
    budgetMs: options.budgetMs ?? 2000,
    onUnavailable: options.onUnavailable ?? 'throw',
    onUnversioned: options.onUnversioned ?? 'accept',
    onEpochChange: options.onEpochChange ?? 'heal',
    storage: options.storage ?? fallbackStorage(indexedDBStorage(), memoryStorage()),
    mirror: options.mirror ?? pageStorage() ?? false,
    principal: options.principal ?? '',
    valueBytesMax: options.valueBytesMax ?? 1024 * 1024,
    memoryBytesMax: options.memoryBytesMax ?? 20 * 1024 * 1024,
    // Looked up at each call, so that a test or a mock that replaces the global is heard.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    setTimer: options.setTimer ?? setTimer,
  }
}

const optionNames: Record<keyof TidemarkOptions, true> = {
  origins: true,
  rules: true,
  consistency: true,
  wire: true,
  format: true,
  budgetMs: true,
  onUnavailable: true,
  onUnversioned: true,
  onEpochChange: true,
  storage: true,
  mirror: true,
  principal: true,
  valueBytesMax: true,
  memoryBytesMax: true,
  fetch: true,
  now: true,
  random: true,
  setTimer: true,
}

const ruleNames: Record<keyof Rule, true> = {
  match: true,
  scope: true,
  versions: true,
  consistency: true,
  key: true,
  affects: true,
  maxAgeMs: true,
  staleWhileRevalidateMs: true,
  keep: true,
  writes: true,
  list: true,
  concurrent: true,
  budgetMs: true,
  onUnavailable: true,
  onUnversioned: true,
}

function checkRule(rule: unknown, at: string): void {
  if (!isRecord(rule)) throw new OptionsError({ field: at.slice(0, -1), value: rule, accepted: 'a rule' })
  refuseUnknown(at, rule, ruleNames)
  checkReading(rule, at)
  check(`${at}scope`, rule['scope'], isText, 'a name such as "photos" or "album/:id"')
  check(`${at}key`, rule['key'], isText, 'a name such as "photo/:id"')
  check(`${at}versions`, rule['versions'], isWire, wires)
  check(`${at}writes`, rule['writes'], isWriteOrder, 'serialized()')
  check(`${at}list`, rule['list'], isList, 'listOf({ … })')
  check(`${at}concurrent`, rule['concurrent'], isConcurrency, 'resolveWith(…)')
  check(`${at}affects`, rule['affects'], isAffects, 'paths such as ["/photos/:id"], or a function')
  check(`${at}keep`, rule['keep'], isOneOf('disk', 'memory', 'nothing'), '"disk", "memory" or "nothing"')
  for (const name of ['maxAgeMs', 'staleWhileRevalidateMs']) {
    check(at + name, rule[name], isCount, 'milliseconds from 0')
  }
}

/** Checks what the client, a rule and a call have in common. */
export function checkReading(options: object, at: string): void {
  const { consistency, budgetMs, onUnavailable, onUnversioned }: Record<string, unknown> = { ...options }
  const levels = `${levelNames.map((name) => `"${name}"`).join(', ')} or { maxStalenessMs }`
  check(`${at}consistency`, consistency, isLevel, levels)
  check(`${at}budgetMs`, budgetMs, isCount, 'milliseconds from 0')
  check(`${at}onUnversioned`, onUnversioned, isOneOf('accept', 'throw'), '"accept" or "throw"')
  check(`${at}onUnavailable`, onUnavailable, isOneOf('throw', 'serve-stale'), '"throw" or "serve-stale"')
}

function check(field: string, value: unknown, test: (value: unknown) => boolean, accepted: string): void {
  if (value !== undefined && !test(value)) throw new OptionsError({ field, value, accepted })
}

function refuseUnknown(at: string, options: object, names: Record<string, true>): void {
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(names, name)) continue
    throw new OptionsError({ field: at + name, value, accepted: `only ${Object.keys(names).join(', ')}` })
  }
}

function resolveOrigins(origins: readonly string[] | undefined): ReadonlySet<string> {
  const own = globalThis.location?.origin
  const named = origins ?? (own === undefined || own === 'null' ? [] : [own])
  const accepted = 'origins such as ["https://api.example.com"]; outside a page they have to be named'
  if (!Array.isArray(named) || named.length === 0) {
    throw new OptionsError({ field: 'origins', value: origins, accepted })
  }
  return new Set(
    named.map((text: unknown, index) => {
      const origin = typeof text === 'string' && URL.canParse(text) ? new URL(text).origin : 'null'
      // A path would promise a narrowness that is not kept.
      const isOrigin = origin !== 'null' && (text === origin || text === `${origin}/`)
      if (!isOrigin) throw new OptionsError({ field: `origins[${index}]`, value: text, accepted })
      return origin
    }),
  )
}

function pageStorage(): Storage | undefined {
  try {
    return globalThis.localStorage
  } catch {
    return undefined // Denied, as in a sandboxed frame or with site data blocked.
  }
}

function setTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isFunction = (value: unknown): boolean => typeof value === 'function'
const isCount = (value: unknown): boolean => typeof value === 'number' && value >= 0
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
const isOneOf =
  (...words: unknown[]) =>
  (value: unknown): boolean =>
    words.includes(value)
const wires = 'wireVersion, headerVersion(…), jsonVersion(…), or another wire such as d1()'
const isWire = (value: unknown): boolean =>
  isRecord(value) &&
  isFunction(value['versionsIn']) &&
  isOneOf('version', 'hint', 'token')(value['evidence'])
const isWriteOrder = (value: unknown): boolean => isRecord(value) && isFunction(value['send'])
const isList = (value: unknown): boolean => isRecord(value) && isFunction(value['open'])
const isConcurrency = (value: unknown): boolean => isRecord(value) && isFunction(value['resolve'])
const isAffects = (value: unknown): boolean =>
  isFunction(value) ||
  (Array.isArray(value) && value.every((path) => typeof path === 'string' && path.startsWith('/')))
const isLevel = (value: unknown): boolean =>
  levelNames.some((name) => name === value) || (isRecord(value) && isCount(value['maxStalenessMs']))
