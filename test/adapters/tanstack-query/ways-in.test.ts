// Every way in, by every standing of the value that comes: `ways-in.ts` holds the ways.
//
// A query shows a value, and then another comes. What is older, unordered, or of a history that the
// session is not in changes nothing on the screen, whichever way it takes (I2, I5).

import { notifyManager, QueryObserver } from '@tanstack/query-core'
import type { QueryObserverOptions } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { headerVersion, versionVector } from '../../../src/index.ts'
import type { Level, TidemarkOptions } from '../../../src/index.ts'
import type { Scripted } from '../../client/scripted-server.ts'
import { painted, withQueries } from './query-scene.ts'
import type { QueryScene } from './query-scene.ts'
import { answered, elsewhere, floored, key, seed } from './ways-in.ts'
import type { Arriving, Stage, WayIn } from './ways-in.ts'

/** How a value that comes stands to the one that is shown. */
const standings = ['older', 'equal', 'newer', 'concurrent', 'of another epoch'] as const
type Standing = (typeof standings)[number]

const shown = { title: 'shown' }

/** One wire has epochs, the other versions that no order relates. */
function wireOf(standing: Standing): { options: TidemarkOptions; at: (title: string) => Arriving } {
  const titleOf = (title: string) => ({ title: title === 'equal' ? 'shown' : title })
  if (standing !== 'concurrent') {
    const positions: Record<string, string> = { older: '2', newer: '9' }
    return {
      options: {},
      at(title) {
        const epoch = title === 'of another epoch' ? 'b' : 'a'
        const position = positions[title] ?? '8'
        const answer: Scripted = { v: position, e: epoch, body: titleOf(title) }
        return arriving(answer, { scope: 'main@https://api.test', epoch, position })
      },
    }
  }
  const versions = headerVersion('X-Vector', versionVector)
  return {
    options: { rules: [{ match: '/photos/:id', scope: 'photos', versions }] },
    at(title) {
      const position = title === 'concurrent' ? '{"a":9,"b":1}' : '{"a":4,"b":4}'
      const answer: Scripted = { body: titleOf(title), headers: { 'x-vector': position } }
      return arriving(answer, { scope: 'photos#version-vector@https://api.test', epoch: '', position })
    },
  }
}

function arriving(answer: Scripted, version: Arriving['version']): Arriving {
  return { data: answer.body, version, answer, held: answer }
}

/** Plays one way of one value, and returns what was painted. */
function painting(
  { way, standing, level }: { way: WayIn; standing: Standing; level: Level },
  judge: (frames: readonly unknown[], scene: QueryScene) => void,
): () => Promise<void> {
  const { options, at } = wireOf(standing)
  return withQueries({ tidemark: { ...options, consistency: level } }, async (scene) => {
    const frames: unknown[] = []
    const paint: Stage['paint'] = (data) => {
      if (data !== undefined && JSON.stringify(data) !== JSON.stringify(frames.at(-1))) frames.push(data)
    }
    const observers: (() => void)[] = []
    const leave = (): void => {
      for (const stop of observers.splice(0)) stop()
      scene.client.removeQueries({ queryKey: key })
    }
    const show = (own: Partial<QueryObserverOptions> = {}): QueryObserver => {
      const observer = new QueryObserver(scene.client, {
        queryKey: key,
        queryFn: scene.read('/photos/1'),
        staleTime: Infinity,
        ...own,
      })
      // As the bindings subscribe: what is painted is what stands at the end of a batch.
      const onResult = notifyManager.batchCalls(() => paint(observer.getCurrentResult().data))
      observers.push(observer.subscribe(onResult))
      paint(observer.getCurrentResult().data)
      return observer
    }
    const { answer: held } = at('shown')
    scene.answer(held)
    await scene.client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos/1') })
    show()
    await way({ ...scene, show, leave, paint }, { ...at(standing), held })
    await scene.clock.sleep(3000)
    judge(frames, scene)
  })
}

const onlyShown = [shown]

test('the judge bites: without the adapter an older value is painted', withQueries({ isGoverned: false }, async (scene) => {
  scene.answer({ v: 8, body: shown })
  await scene.client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos/1') })
  const frames = painted(new QueryObserver(scene.client, { queryKey: key, enabled: false }))
  scene.client.setQueryData(key, { title: 'older' })
  expect(frames).toEqual([{ title: 'older' }])
}))

test.each(['older', 'equal'] as const)('Q11: a placeholder that is %s is not painted over what was shown', (standing) =>
  painting(
    {
      standing,
      level: 'session',
      async way(stage, value) {
        const placeholderData = seed(stage, value)
        stage.answer(value.held)
        const observer = stage.show({ placeholderData: () => placeholderData })
        stage.client.getQueryCache().find({ queryKey: key })?.reset()
        await observer.refetch()
      },
    },
    (frames) => expect(frames).toEqual(onlyShown),
  )(),
)

describe.each(Object.entries({ ...answered, ...floored }))('I2: %s', (_name, way) => {
  test.each<[Standing, readonly unknown[]]>([
    ['older', onlyShown],
    ['equal', onlyShown],
    ['newer', [shown, { title: 'newer' }]],
    ['concurrent', onlyShown],
    ['of another epoch', [shown, { title: 'of another epoch' }]], // The primary has said so (I13).
  ])('an answer that is %s', (standing, expected) =>
    painting({ way, standing, level: 'session' }, (frames) => expect(frames).toEqual(expected))(),
  )
})

describe.each(Object.entries(answered))('I2: %s, where the wrapped fetch promises nothing', (_name, way) => {
  test.each<[Standing, readonly unknown[]]>([
    ['older', onlyShown],
    ['equal', onlyShown],
    ['newer', [shown, { title: 'newer' }]],
  ])('an answer that is %s', (standing, expected) =>
    painting({ way, standing, level: 'eventual' }, (frames) => expect(frames).toEqual(expected))(),
  )
})

describe.each(Object.entries(elsewhere))('I5: %s', (_name, way) => {
  test.each<[Standing, readonly unknown[]]>([
    ['older', onlyShown],
    ['equal', onlyShown],
    ['newer', [shown, { title: 'newer' }]],
    ['concurrent', onlyShown],
    ['of another epoch', onlyShown],
  ])('a value that is %s', (standing, expected) =>
    painting({ way, standing, level: 'session' }, (frames) => expect(frames).toEqual(expected))(),
  )
})
