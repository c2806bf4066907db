// The options of the middleware: what they mean, their defaults, and what is refused.

import { OptionsError } from '../core/errors.ts'
import type { ProtocolError } from '../core/errors.ts'
import type { VersionFormat } from '../core/version.ts'
import type { DatabaseNode } from './fleet.ts'
import type { RouteReason } from './read-route.ts'
import { noSigning } from './signing.ts'
import type { Signing } from './signing.ts'

/** The options of {@link createVersioning}. */
export interface VersioningOptions<T> {
  /**
   * The primary and its replicas, in any order: which of them takes the writes they say themselves.
   *
   * All of them hold the same database, and tell its positions in the same format.
   */
  readonly nodes: readonly DatabaseNode<T>[]
  /** The scope that answers name, and floors are taken for. @default 'main' */
  readonly scope?: string | undefined
  /**
   * How long a read may wait for a replica before it goes to the primary, in milliseconds. A request
   * that says how long it can wait is never kept longer than that. 0 does not wait.
   *
   * @default 50
   */
  readonly waitMs?: number | undefined
  /**
   * How many reads may wait at a time. Those beyond it go to the primary at once.
   *
   * @default 10000
   */
  readonly waitersMax?: number | undefined
  /** How often a replica is looked at while reads wait for it, in milliseconds. @default 5 */
  readonly pollIntervalMs?: number | undefined
  /** How long a node may take to tell its position, in milliseconds. @default 1000 */
  readonly sampleTimeoutMs?: number | undefined
  /** Tells reads from writes. @default by the method: GET and HEAD are reads */
  readonly isRead?: ((request: Request) => boolean) | undefined
  /** Signs versions, as `hmacSigning` does. @default none are signed */
  readonly signing?: Signing | undefined
  /** A reading that never falls, in milliseconds. @default performance.now */
  readonly now?: (() => number) | undefined
  /** Calls back after a delay, unless the function it returns is called. @default setTimeout */
  readonly setTimer?: ((callback: () => void, delayMs: number) => () => void) | undefined
}

/** What happens, for logs and metrics. */
export type VersioningEvent =
  | {
      readonly type: 'read:routed'
      readonly node: string
      readonly why: RouteReason
      readonly waitedMs: number
    }
  | {
      readonly type: 'request:refused'
      readonly kind: 'behind' | 'never' | 'down'
      readonly node: string | undefined
    }
  | { readonly type: 'request:malformed'; readonly cause: ProtocolError }
  | { readonly type: 'node:failed'; readonly node: string; readonly cause: unknown }
  | { readonly type: 'primary:changed'; readonly node: string; readonly epoch: string }

/** Options with nothing left open. */
export type ResolvedVersioning<T> = {
  readonly [Name in Exclude<keyof VersioningOptions<T>, 'nodes'>]-?: NonNullable<
    VersioningOptions<T>[Name]
  >
} & {
  readonly nodes: readonly [DatabaseNode<T>, ...DatabaseNode<T>[]]
  readonly format: VersionFormat
}

/**
 * Completes options, or refuses them.
 *
 * @throws {OptionsError} naming the field, the value, and what is accepted.
 */
export function resolveVersioning<T>(options: VersioningOptions<T>): ResolvedVersioning<T> {
  for (const [field, value] of Object.entries(options)) {
    if (Object.hasOwn(optionNames, field)) continue
    const accepted = `only ${Object.keys(optionNames).join(', ')}`
    throw new OptionsError({ field, value, accepted })
  }
  const { scope = 'main', waitMs = 50, waitersMax = 10_000, pollIntervalMs = 5 } = options
  const { sampleTimeoutMs = 1000 } = options
  for (const [field, value] of Object.entries({ waitMs, waitersMax, pollIntervalMs, sampleTimeoutMs })) {
    if (value >= 0) continue
    throw new OptionsError({ field, value, accepted: 'a number from 0' })
  }
  if (!/^[\x20-\x7e]+$/.test(scope)) {
    throw new OptionsError({ field: 'scope', value: scope, accepted: 'printable ASCII characters' })
  }
  const nodes = checkNodes(options.nodes)
  return {
    nodes,
    format: nodes[0].source.format,
    scope,
    waitMs,
    waitersMax,
    pollIntervalMs,
    sampleTimeoutMs,
    isRead: options.isRead ?? isReadMethod,
    signing: options.signing ?? noSigning,
    now: options.now ?? (() => performance.now()),
    setTimer: options.setTimer ?? setTimer,
  }
}

const optionNames: Record<keyof VersioningOptions<unknown>, true> = {
  nodes: true,
  scope: true,
  waitMs: true,
  waitersMax: true,
  pollIntervalMs: true,
  sampleTimeoutMs: true,
  isRead: true,
  signing: true,
  now: true,
  setTimer: true,
}

function checkNodes<T>(
  nodes: readonly DatabaseNode<T>[],
): readonly [DatabaseNode<T>, ...DatabaseNode<T>[]] {
  const [first, ...others] = nodes
  if (first === undefined) {
    throw new OptionsError({ field: 'nodes', value: nodes, accepted: 'at least one node' })
  }
  for (const [index, { name, source }] of nodes.entries()) {
    if (nodes.findIndex((node) => node.name === name) !== index || name === '') {
      const accepted = 'a name that no other node has'
      throw new OptionsError({ field: `nodes[${index}].name`, value: name, accepted })
    }
    if (source.format.name === first.source.format.name) continue
    const accepted = `the format of the others, ${first.source.format.name}`
    throw new OptionsError({ field: `nodes[${index}].source`, value: source.format.name, accepted })
  }
  return [first, ...others]
}

/** Tells reads from writes by the method. */
export function isReadMethod({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}

function setTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}
