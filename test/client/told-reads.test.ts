import { expect, test } from 'vitest'
import type { TidemarkEvent } from '../../src/index.ts'
import { inScene } from './scripted-server.ts'

/** What is told of one read, without its time. */
function toldOf(events: readonly TidemarkEvent[], read: number): string[] {
  return events.flatMap((event) => ('read' in event && event.read === read ? [event.type] : []))
}

function idOf(events: readonly TidemarkEvent[], index: number): number {
  return events.filter((event) => event.type === 'read:planned')[index]?.read ?? 0
}

test('E3: one number ties the plan, the requests, the answers and the end of a read together', inScene({}, async (scene) => {
  scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a', servedBy: 'replica-1;lag=80' }, { v: 7, e: 'a' })
  await scene.post('/photos')
  await scene.get('/photos')
  expect(toldOf(scene.events, idOf(scene.events, 0))).toEqual([
    'read:planned',
    'request:sent',
    'answer:received',
    'answer:refused',
    'request:sent',
    'answer:received',
    'read:served',
  ])
  expect(scene.events).toContainEqual(
    expect.objectContaining({ type: 'request:sent', floors: [{ scope: 'main', epoch: 'a', position: '7' }] }),
  )
  expect(scene.events).toContainEqual(
    expect.objectContaining({ type: 'answer:received', servedBy: expect.objectContaining({ name: 'replica-1', lagMs: 80 }) }),
  )
}))

test('E3: a read that shares the request of another says whose', inScene({}, async (scene) => {
  scene.answer({ v: 5, e: 'a' })
  await scene.get('/photos')
  await Promise.all([scene.get('/photos'), scene.get('/photos')])
  const [leader, joined] = [idOf(scene.events, 1), idOf(scene.events, 2)]
  expect(scene.events).toContainEqual(expect.objectContaining({ type: 'read:joined', read: joined, shared: leader }))
  expect(toldOf(scene.events, leader)).toContain('read:served')
  expect(toldOf(scene.events, joined)).toEqual(['read:planned', 'read:joined'])
}))

test('E3: a read that fails says so', inScene({ budgetMs: 100 }, async (scene) => {
  scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a' })
  await scene.post('/photos')
  await scene.get('/photos').catch(() => undefined)
  const told = toldOf(scene.events, idOf(scene.events, 0))
  expect(told.slice(-2)).toEqual(['read:refused', 'read:failed'])
}))
