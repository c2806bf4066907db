// The floors of a session, and what whoever names scopes and histories without end can do to a page.
import { expect, test } from 'vitest'
import { createEvents } from '../../src/client/events/events.ts'
import { createSessionFloors } from '../../src/client/memory/session-floors.ts'
import type { SessionFloors } from '../../src/client/memory/session-floors.ts'
import { integer } from '../../src/core/formats/integer.ts'
import { postgresLsn } from '../../src/core/formats/postgres-lsn.ts'
import type { Version, VersionFormat } from '../../src/core/version.ts'

const at = (position: number, scope: string, epoch = 'a'): Version => ({ scope, epoch, position: String(position) })

function sceneOf(format: VersionFormat = integer): { readonly session: SessionFloors; readonly told: string[]; readonly pass: (ms: number) => void } {
  let nowMs = 0
  const events = createEvents(() => nowMs)
  const told: string[] = []
  events.subscribe((event) => {
    if (event.type === 'floor:overflowed' || event.type === 'expectation:expired') told.push(event.type)
  })
  const parts = { formatOf: () => format, events, now: () => nowMs, onUnsaved: () => undefined, onReset: () => undefined }
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

test.each([
  { of: 'one with a prime, which this session has made', stands: at(8, 'main', ''), adopted: at(6, 'main', '\u2032'), epoch: '\u2032' },
  { of: 'one that has ended, after one with a prime', stands: at(6, 'main', '\u2032'), adopted: at(8, 'main', ''), epoch: '\u2032' },
  { of: 'one of which nothing is known', stands: at(8, 'main', 'a'), adopted: at(6, 'main', 'b'), epoch: 'a' },
])('F6: the history of what another page was answered is entered if it is known to be later: $of', ({ stands, adopted, epoch }) => {
  const { session } = sceneOf()
  session.recordRead([stands])
  session.adoptWrite([adopted])
  expect(session.of('main')).toMatchObject({ read: { epoch }, write: { epoch } })
})

test('F6: where histories are ordered, the later is entered, and one that was left is not', () => {
  const { session } = sceneOf(postgresLsn)
  const lsn = (epoch: string): Version => ({ scope: 'main', epoch, position: '0/5' })
  session.recordRead([lsn('1')])
  session.adoptWrite([lsn('3')])
  expect(session.of('main')).toEqual({ read: lsn('3'), write: lsn('3') })
  session.adoptWrite([lsn('2')])
  session.goBack(lsn('1'))
  session.adoptWrite([lsn('3')])
  expect(session.of('main').read).toEqual(lsn('1'))
})

test('F7: what this page has not written itself is known as that, whatever it writes later', () => {
  const { session } = sceneOf()
  session.recordWrite([at(3, 'main')])
  expect(session.heardIn('main')).toBeUndefined()
  session.adoptWrite([at(6, 'main')])
  session.recordWrite([at(7, 'main')])
  expect(session.heardIn('main')).toEqual(at(6, 'main'))
  session.reset(at(2, 'main', 'b'))
  expect(session.heardIn('main'), 'what of its writes has lived on').toEqual(at(2, 'main', 'b'))
})
