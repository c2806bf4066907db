// The ways of `ways-in.ts` one after another, or at once, each with a value of any version, over a server
// whose answers are of any version too: what is painted never goes back.

import { notifyManager, QueryObserver } from '@tanstack/query-core'
import type { QueryObserverOptions } from '@tanstack/query-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Level } from '../../../src/index.ts'
import { withQueries } from './query-scene.ts'
import { answered, elsewhere, floored, key } from './ways-in.ts'
import type { Arriving, Stage, WayIn } from './ways-in.ts'

interface Step {
  readonly way: string
  readonly version: number
  /** What the server answers besides. */
  readonly held: number
  /** How long it is before the next, in milliseconds. */
  readonly pauseMs: number
}

/** Where all servers deny for long what the session has seen, its history begins anew, and that is told (I13). */
const anew = 0

// These two paint a query of their own.
const { 'a page of an infinite query': _page, ...answeredHere } = answered
const { 'a chunk of a stream': _chunk, ...flooredHere } = floored

// Whoever joins a fetch that was hydrated is given what it brings: see the limits in docs/tanstack-query.md.
const { 'hydrate of a promise': _promise, ...elsewhereHere } = elsewhere

function arriving({ version, held }: Step): Arriving {
  const answerOf = (v: number) => ({ v, e: 'a', body: { title: v } })
  return {
    data: { title: version },
    version: { scope: 'main@https://api.test', epoch: 'a', position: String(version) },
    answer: answerOf(version),
    held: answerOf(held),
  }
}

/** Plays steps, and returns the versions that were painted. */
async function play(steps: readonly Step[], ways: Readonly<Record<string, WayIn>>, level: Level): Promise<number[]> {
  const painted: number[] = []
  await withQueries({ tidemark: { consistency: level } }, async (scene) => {
    const paint: Stage['paint'] = (data) => {
      const { title } = (data ?? {}) as { title?: number }
      if (title !== undefined && title !== painted.at(-1)) painted.push(title)
    }
    scene.tidemark.subscribe(({ type }) => type === 'epoch:reset' && painted.push(anew))
    const observers: (() => void)[] = []
    let pages = 0
    const leave = (): void => {
      pages += 1
      for (const stop of observers.splice(0)) stop()
      scene.client.removeQueries({ queryKey: key })
    }
    const show = (own: Partial<QueryObserverOptions> = {}): QueryObserver => {
      const options = { queryKey: key, queryFn: scene.read('/photos/1'), staleTime: Infinity, retry: false, ...own }
      const observer = new QueryObserver(scene.client, options)
      observers.push(observer.subscribe(notifyManager.batchCalls(() => paint(observer.getCurrentResult().data))))
      paint(observer.getCurrentResult().data)
      return observer
    }
    /** A step paints on the page that it began on, or has gone to: not on one that came after. */
    const createStage = (): Stage => {
      let page = pages
      return {
        ...scene,
        show,
        paint: (data) => page === pages && paint(data),
        leave() {
          leave()
          page = pages
        },
      }
    }
    scene.answer(arriving({ way: '', version: 5, held: 5, pauseMs: 0 }).answer)
    await scene.client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos/1') })
    show()
    const underWay: Promise<unknown>[] = []
    for (const step of steps) {
      // What finds nothing new enough, or is overtaken, may fail: that is no answer on the screen.
      underWay.push(Promise.resolve(ways[step.way]?.(createStage(), arriving(step))).catch(() => undefined))
      await scene.clock.sleep(step.pauseMs)
    }
    await Promise.all(underWay)
    await scene.clock.sleep(5000)
    leave()
  })()
  return painted
}

const version = fc.integer({ min: 1, max: 9 })
// Requests take 10 ms. No step falls into the very moment between an answer and whoever awaits it.
const pauseMs = fc.constantFrom(1.137, 4.291, 17.713, 3000.531)
const stepsOf = (ways: object) =>
  fc.array(
    fc.record({ way: fc.constantFrom(...Object.keys(ways)), version, held: version, pauseMs }),
    { minLength: 1, maxLength: 8 },
  )

const isRising = (versions: readonly number[]): boolean =>
  versions.every((one, at) => one === anew || one >= (versions[at - 1] ?? anew))

test('law: in whatever order values come, and by whatever ways, what is painted never goes back', async () => {
  const ways = { ...answeredHere, ...flooredHere, ...elsewhereHere }
  await fc.assert(
    fc.asyncProperty(stepsOf(ways), async (steps) => {
      expect(await play(steps, ways, 'session')).toSatisfy(isRising)
    }),
    { numRuns: 150 },
  )
})

test('law: the same where the wrapped fetch promises nothing, as long as the query is there', async () => {
  await fc.assert(
    fc.asyncProperty(stepsOf(answeredHere), async (steps) => {
      expect(await play(steps, answeredHere, 'eventual')).toSatisfy(isRising)
    }),
    { numRuns: 100 },
  )
})
