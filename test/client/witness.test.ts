// Which piece of work a request belongs to (`src/client/events/witness.ts`).

import { expect, test } from 'vitest'
import { OptionsError } from '../../src/index.ts'
import { partsOf } from '../../src/client/exchanges/parts.ts'
import type { Testimony } from '../../src/client/events/witness.ts'
import { inScene } from './scripted-server.ts'

test('N1: a request belongs to the work that begins it before it waits', inScene({}, async (scene) => {
  const { witnesses } = partsOf(scene.tidemark)
  const told: Testimony[] = []
  scene.answer({ v: 5, e: 'a' })
  await witnesses.during((testimony) => told.push(testimony), async () => {
    const first = scene.get('/photos')
    await first
    await scene.get('/albums') // Begun after a wait: nobody can know.
  })
  expect(told).toMatchObject([{ report: { versions: [{ position: '5' }] } }])
}))

test('N1: a request with a signal belongs to whoever follows it', inScene({}, async (scene) => {
  const { witnesses } = partsOf(scene.tidemark)
  const told: string[] = []
  const { signal } = new AbortController()
  witnesses.follow(() => void told.push('signal'), signal)
  scene.answer({ v: 5, e: 'a' })
  await witnesses.during(() => void told.push('work'), () => scene.get('/photos', { signal }))
  expect(told).toEqual(['signal'])
}))

test('N1: work within work has its own witness, also where it throws', inScene({}, async (scene) => {
  const { witnesses } = partsOf(scene.tidemark)
  const outer: Testimony[] = []
  scene.answer({ v: 5, e: 'a' })
  await witnesses.during((testimony) => outer.push(testimony), async () => {
    const fail = (): never => {
      throw new Error('as it may')
    }
    expect(() => witnesses.during(() => undefined, fail)).toThrow('as it may')
    await scene.get('/photos')
  })
  expect(outer).toHaveLength(1)
}))

test('N2: a write tells what it caused, and what has no witness is told to nobody', inScene({}, async (scene) => {
  const { witnesses } = partsOf(scene.tidemark)
  const told: Testimony[] = []
  scene.answer({ status: 201, v: 6, e: 'a' })
  await scene.post('/photos')
  expect(witnesses.of('/photos', undefined)).toBeUndefined()
  await witnesses.during((testimony) => told.push(testimony), () => scene.post('/photos'))
  expect(told).toMatchObject([{ caused: [{ position: '6' }] }])
}))

test('what is no client of ours is refused', () => {
  expect(() => partsOf({})).toThrow(OptionsError)
})
