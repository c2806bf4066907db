// Healing where nobody can be asked for the primary's word: rows that tell their version in the body alone.

import { describe, expect, test } from 'vitest'
import { jsonVersion, versionVector } from '../../src/index.ts'
import { inScene } from './scripted-server.ts'
import type { Scene } from './scripted-server.ts'

const options = { rules: [{ match: '/photos/:id', versions: jsonVersion('version') }] }
const row = (version: number) => ({ body: { version } })
const resets = ({ events }: Scene): number => events.filter(({ type }) => type === 'epoch:reset').length

const inVectors = { rules: [{ match: '/photos/:id', versions: jsonVersion('version', versionVector) }] }

/** Makes a change that is answered with a version, and reads what answers with another until it is given up. */
async function writeThenRead(scene: Scene, written: number | string, read: number | string): Promise<void> {
  scene.answer({ body: { version: written } })
  await scene.tidemark.fetch('https://api.test/photos/1', { method: 'PATCH' })
  scene.answer({ body: { version: read } })
  await scene.get('/photos/1').catch(() => undefined)
  await scene.clock.sleep(8000)
}

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

  test('I1: a floor that own writes raise is waited for from then on', inScene(options, async (scene) => {
    for (let version = 50; version < 60; version += 1) {
      // A replica that is one write behind, and always answers.
      await writeThenRead(scene, version, version - 1)
    }
    expect(resets(scene)).toBe(0)
  }))

  test('V11: own writes of the new history, which raise no floor, keep nobody in the old one', inScene(options, async (scene) => {
    scene.answer(row(50))
    await scene.get('/photos/1')
    for (let version = 3; version < 9; version += 1) await writeThenRead(scene, version, version)
    expect(resets(scene)).toBe(1)
  }))

  test('V11: nor do they where each raises a floor that has a lost one in it', inScene(inVectors, async (scene) => {
    scene.answer({ body: { version: '{"a":50,"b":1}' } })
    await scene.get('/photos/1')
    for (let count = 2; count < 8; count += 1) await writeThenRead(scene, `{"a":3,"b":${count}}`, `{"a":3,"b":${count}}`)
    expect(resets(scene)).toBe(1)
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
