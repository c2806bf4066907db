// Healing where nobody can be asked for the primary's word: rows that tell their version in the body alone.

import { describe, expect, test } from 'vitest'
import { jsonVersion } from '../../src/index.ts'
import { inScene } from './scripted-server.ts'
import type { Scene } from './scripted-server.ts'

const options = { rules: [{ match: '/photos/:id', versions: jsonVersion('version') }] }
const row = (version: number) => ({ body: { version } })
const resets = ({ events }: Scene): number => events.filter(({ type }) => type === 'epoch:reset').length

/** Reads every so often, and returns the versions that were shown. */
async function watch({ clock, tidemark }: Scene, reads: number, everyMs: number): Promise<unknown[]> {
  const shown: unknown[] = []
  for (let count = 0; count < reads; count += 1) {
    const response = await tidemark.fetch('https://api.test/photos/1')
    shown.push((await response.json()).version)
    await clock.sleep(everyMs)
  }
  return shown
}

describe('a restored server that nobody can ask for its primary', () => {
  test('V11, I13: heals once, after longer than replicas usually lag', inScene(options, async (scene) => {
    scene.answer(row(50), row(3))
    const shown = await watch(scene, 8, 10_000)
    expect(shown).toEqual([50, 50, 50, 50, 3, 3, 3, 3])
    expect(resets(scene)).toBe(1)
  }))

  test('V11: also where nothing is held that could stand in', inScene(options, async (scene) => {
    scene.answer(row(50), row(3))
    await scene.get('/photos/1', { headers: { Authorization: 'a' } })
    const outcomes: unknown[] = []
    for (let count = 0; count < 6; count += 1) {
      outcomes.push(await scene.body('/photos/1').catch(({ code }: { readonly code: unknown }) => code))
      await scene.clock.sleep(12_000)
    }
    expect(outcomes.at(0)).toBe('version-unavailable')
    expect(outcomes.slice(-2)).toEqual([{ version: 3 }, { version: 3 }])
    expect(resets(scene)).toBe(1)
  }))

  test('I1: a replica that catches up before ends the wait', inScene(options, async (scene) => {
    const late = Array.from({ length: 3 }, () => row(3))
    scene.answer(row(50), ...late, row(50), ...late, row(51))
    expect(await watch(scene, 9, 10_000)).toEqual([50, 50, 50, 50, 50, 50, 50, 50, 51])
    expect(resets(scene)).toBe(0)
  }))

  test('R23: a clock that was set forward does not make it long', inScene(options, async (scene) => {
    scene.answer(row(50), row(3))
    expect(await watch(scene, 3, 3_600_000)).toEqual([50, 50, 50])
    expect(resets(scene)).toBe(0)
  }))

  test('I13: what a cache repeats is no word of a server', inScene(options, async (scene) => {
    const copy = { ...row(3), headers: { age: '100' } }
    scene.answer(row(50), copy)
    expect(await watch(scene, 8, 10_000)).toEqual([50, 50, 50, 50, 50, 50, 50, 50])
    expect(resets(scene)).toBe(0)
  }))
})

describe('levels that have met nothing', () => {
  test('V10: a read at `eventual` does not begin the count of a restored primary anew', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 50 }, { v: 3, servedBy: 'db;primary' })
    await scene.post('/photos')
    for (const _ of [1, 2, 3]) {
      await scene.get('/photos').catch(() => undefined)
      await scene.get('/photos', { consistency: 'eventual' })
    }
    expect(resets(scene)).toBe(1)
  }))

  test('V5: `read-your-writes` without an own write stays in the history that was entered', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'b', servedBy: 'db;primary' }, { v: 4, e: 'a', servedBy: 'replica' }, { v: 6, e: 'b', servedBy: 'db;primary' })
    await scene.body('/photos/1')
    expect(await scene.body('/photos', { consistency: 'read-your-writes' })).toEqual({ v: 6 })
  }))
})
