// What the visitor can set, and what it is when nobody has.

import type { LevelName } from 'tidemark'
import type { RoutingName } from './routing/choices.ts'

/** What the API does with the floors that come with a request. */
export type ApiManners = 'tells-versions' | 'keeps-floors'

/** The settings of the page. */
export interface Settings {
  /** How late a write reaches a replica on average, in milliseconds: exponentially distributed. */
  readonly meanLagMs: number
  readonly replicas: number
  /** How many partitions the store has, each with a primary and replicas of its own. */
  readonly partitions: number
  /** What all chance of the API comes from. */
  readonly seed: number
  /** The level that the reads of the Tidemark column keep. */
  readonly level: LevelName
  readonly manners: ApiManners
  /** Where the reads of the Tidemark column go. */
  readonly routing: RoutingName
}

/** What a visitor finds: a lag that one can see happen, and an API that needed no change but a header. */
export const defaultSettings: Settings = {
  meanLagMs: 1500,
  replicas: 3,
  partitions: 5,
  seed: 1,
  level: 'session',
  manners: 'tells-versions',
  routing: 'none',
}

/** How far each setting goes. The sliders stand in `index.html` with the same bounds. */
export const bounds = {
  meanLagMs: { min: 0, max: 5000 },
  replicas: { min: 1, max: 8 },
  partitions: { min: 1, max: 5 },
  seed: { min: 0, max: 999_999 },
} as const

/** The settings that are numbers. */
export type Bounded = keyof typeof bounds

/** Returns a number that the setting can have, the nearest to what was entered. */
export function within(name: Bounded, entered: number): number {
  const { min, max } = bounds[name]
  if (!Number.isFinite(entered)) return defaultSettings[name]
  return Math.min(max, Math.max(min, Math.round(entered)))
}
