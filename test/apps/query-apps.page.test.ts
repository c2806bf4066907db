// An app of the usual shape, in two tabs of a real Chromium, on an API whose replicas lag: what it paints
// goes back without the one line of docs/tanstack-query.md, and never with it.
//
// `APP_SEEDS=5 npm run test:apps` visits more worlds. Of those here, one is new each time.

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '../demo/demo-page.ts'
import { bundleApp, serveApp } from './serve-app.ts'
import { visit, visitBriefly } from './visit.ts'
import type { Outcome } from './visit.ts'

interface World {
  readonly entry: string
  readonly lagMs: number
  readonly seed: number
}

const react = './react-query/main.tsx'
const vue = './vue-query/main.ts'
/** Apps of one photo alone. */
const brief = ['./react-suspense/main.tsx', './solid-query/main.ts', './svelte-query/main.ts', './angular-query/main.ts']
const seeds = Number(process.env['APP_SEEDS'] ?? 1)
const fresh = Array.from({ length: seeds }, () => Math.trunc(Math.random() * 1e6))

const worlds: readonly World[] = [
  { entry: react, lagMs: 0, seed: 1 },
  { entry: react, lagMs: 2000, seed: 1 },
  { entry: vue, lagMs: 2000, seed: 1 },
  ...brief.map((entry) => ({ entry, lagMs: 2000, seed: 1 })),
  ...fresh.map((seed) => ({ entry: react, lagMs: 500, seed })),
  ...fresh.slice(1).flatMap((seed) => [200, 1000, 2000].map((lagMs) => ({ entry: vue, lagMs, seed }))),
]

/** Where an app without the line is sure to show the past. */
const isLagging = ({ lagMs, seed }: World): boolean => lagMs === 2000 && seed === 1

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

describe('painted values', () => {
  const plain = new Map<World, Outcome>()
  const governed = new Map<World, Outcome>()

  beforeAll(async () => {
    const bundles = new Map<string, string>()
    for (const entry of [react, vue, ...brief]) bundles.set(entry, await bundleApp(entry))
    // A few at a time: more would starve each other on two cores.
    for (let at = 0; at < worlds.length; at += 8) {
      await Promise.all(worlds.slice(at, at + 8).map((world) => visitTwice(world, bundles.get(world.entry) ?? '')))
    }
  }, 120_000 * seeds)

  async function visitTwice(world: World, code: string): Promise<void> {
    const look = brief.includes(world.entry) ? visitBriefly : visit
    const visitOnce = async (query: string, into: Map<World, Outcome>): Promise<void> => {
      const app = await serveApp(code, world)
      into.set(world, await look(browser, app.url + query))
      await app.close()
    }
    await Promise.all([visitOnce('?tidemark', governed), isLagging(world) ? visitOnce('', plain) : undefined])
  }

  test.each(worlds.filter(isLagging))('the judge bites: without the line, $entry at $lagMs ms goes back', (world) => {
    expect(plain.get(world)?.steps).not.toEqual([])
  })

  test.each(worlds)('I2: with the line nothing painted goes back: $entry, up to $lagMs ms, seed $seed', (world) => {
    expect(governed.get(world)).toMatchObject({ steps: [], faults: [] })
    expect(governed.get(world)?.frames).toBeGreaterThanOrEqual(3)
  })

  // An API that knows nothing of floors cannot be asked for its primary: a replica has to catch up in time.
  test.each(worlds.filter(({ lagMs }) => lagMs <= 1000))('S1: what one tab did, the other sees once it looks: $entry, up to $lagMs ms, seed $seed', (world) => {
    expect(governed.get(world)?.seenElsewhere).toBe('Six, edit 2')
  })
})
