// The floors of a session, and what whoever names scopes and histories without end can do to a page.
import { expect, test } from 'vitest'
import { createEvents } from '../../src/client/events.ts'
import { createSessionFloors } from '../../src/client/session-floors.ts'
import type { SessionFloors } from '../../src/client/session-floors.ts'
import { integer } from '../../src/core/formats/integer.ts'
import type { Version } from '../../src/core/version.ts'

const at = (position: number, scope: string, epoch = 'a'): Version => ({ scope, epoch, position: String(position) })

function sceneOf(): { readonly session: SessionFloors; readonly told: string[]; readonly pass: (ms: number) => void } {
  let nowMs = 0
  const events = createEvents(() => nowMs)
  const told: string[] = []
  events.subscribe((event) => {
    if (event.type === 'floor:overflowed' || event.type === 'expectation:expired') told.push(event.type)
  })
  const parts = { formatOf: () => integer, events, now: () => nowMs, onUnsaved: () => undefined, onReset: () => undefined }
  return { session: createSessionFloors(parts), told, pass: (ms) => void (nowMs += ms) }
}

test('F5: so many scopes have floors; those that stand go on rising, and what is beyond is told', () => {
  const { session, told } = sceneOf()
  for (let index = 0; index < 10_100; index += 1) session.recordRead([at(1, `scope ${index}`)])
  session.recordWrite([at(1, 'one more')])
  session.join(new Map([['of a token', { read: at(1, 'of a token') }]]))
  session.adoptNews(new Map([['of a tab', { read: at(1, 'of a tab') }]]))
  expect(session.all.size).toBe(10_000)
  expect(told).toEqual(Array.from({ length: 103 }, () => 'floor:overflowed'))
  session.recordRead([at(7, 'scope 3')])
  expect(session.of('scope 3').read?.position).toBe('7')
  expect(session.of('scope 10050'), 'it has none').toEqual({})
})

test('F3: what is expected of scopes that nobody reads ends as well', () => {
  const { session, told, pass } = sceneOf()
  for (let index = 0; index < 10_000; index += 1) session.expect(at(1, `scope ${index}`), 100)
  pass(200)
  session.expect(at(1, 'another'), 100)
  expect(told).toHaveLength(10_000)
})

test.each([5000, 3_600_000])('F3: a clock that is set back by %d ms does not make it last', (ms) => {
  const { session, told, pass } = sceneOf()
  session.recordRead([at(1, 'main')])
  session.expect(at(9, 'main'), 5000)
  pass(-ms)
  pass(10_000)
  expect(session.requiredOf('main')).toEqual({ read: at(1, 'main') })
  expect(told).toEqual(['expectation:expired'])
})

test('F3: what is expected anew lasts as long as the longer of both', () => {
  const { session, pass } = sceneOf()
  const isExpected = (): boolean => session.requiredOf('main').write !== undefined
  session.expect(at(8, 'main'), 5000)
  pass(1000)
  session.expect(at(9, 'main'), 100)
  pass(3999)
  expect(isExpected()).toBe(true)
  pass(1)
  expect(isExpected()).toBe(false)
})

test('F4: of ever so many histories that have ended the last are remembered', () => {
  const { session } = sceneOf()
  for (let index = 0; index < 100; index += 1) session.goBack(at(1, 'main', `epoch ${index}`))
  expect([98, 40, 10].map((index) => session.hasLeft('main', `epoch ${index}`))).toEqual([true, true, false])
})
