// Time that passes only while everyone waits.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/testing/determinism/clock.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'

test('C1: time stands still outside of run, and while there is something to do', async () => {
  const clock = createVirtualClock({ startMs: 5 })
  const sleeping = clock.sleep(100)
  await new Promise((resolve) => setTimeout(resolve))
  expect(clock.now()).toBe(5)
  await clock.run(async () => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
    await new Response('a body').text()
    expect(clock.now()).toBe(5)
    await sleeping
    expect(clock.now()).toBe(105)
  })
})

test('law: C2: sleepers wake by time, and those of one time in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 12 }), async (naps) => {
      const clock = createVirtualClock()
      const woken: { readonly index: number; readonly atMs: number }[] = []
      await clock.run(() =>
        Promise.all(
          naps.map(async (ms, index) => {
            await clock.sleep(ms)
            woken.push({ index, atMs: clock.now() })
          }),
        ),
      )
      const expected = naps
        .map((atMs, index) => ({ index, atMs }))
        .toSorted((left, right) => left.atMs - right.atMs || left.index - right.index)
      expect(woken).toEqual(expected)
    }),
    { numRuns: 30 },
  )
})

test('C2: what a sleeper sets off is finished before the next one wakes', async () => {
  const clock = createVirtualClock()
  const told: string[] = []
  const nap = async (name: string): Promise<void> => {
    await clock.sleep(10)
    told.push(`${name} wakes`)
    await new Response('a body').text()
    told.push(`${name} is done`)
  }
  await clock.run(() => Promise.all([nap('a'), nap('b')]))
  expect(told).toEqual(['a wakes', 'a is done', 'b wakes', 'b is done'])
})

test('C3: waits for the outside world while nobody sleeps', async () => {
  const clock = createVirtualClock()
  const result = await clock.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    await clock.sleep(1)
    return clock.now()
  })
  expect(result).toBe(1)
})

test('a task that fails ends the run, and the clock runs again', async () => {
  const clock = createVirtualClock()
  const failing = async (): Promise<void> => {
    await clock.sleep(1)
    throw new Error('planted')
  }
  await expect(clock.run(failing)).rejects.toThrow('planted')
  await expect(clock.run(() => clock.sleep(1))).resolves.toBeUndefined()
  expect(clock.now()).toBe(2)
})

test('runs one task at a time', async () => {
  const clock = createVirtualClock()
  const first = clock.run(() => clock.sleep(1))
  await expect(clock.run(() => clock.sleep(1))).rejects.toThrow('runs already')
  await first
})

test('a timer calls back in its time, unless it is cancelled', async () => {
  const clock = createVirtualClock()
  const rung: string[] = []
  const ring = (name: string) => () => void rung.push(`${name} at ${clock.now()}`)
  clock.setTimer(ring('late'), 30)
  const cancel = clock.setTimer(ring('cancelled'), 20)
  clock.setTimer(ring('early'), 10)
  cancel()
  await clock.run(() => clock.sleep(50))
  expect(rung).toEqual(['early at 10', 'late at 30'])
})

describe.each([
  ['virtual', createVirtualClock()],
  ['system', { ...systemClock, run: <T>(task: () => Promise<T>) => task() }],
])('the %s clock', (_, clock) => {
  test('an aborted sleep rejects with the reason, at once', async () => {
    const leaving = new AbortController()
    const reason = new Error('left')
    const startMs = clock.now()
    const asleep = clock.run(() => clock.sleep(60_000, leaving.signal))
    leaving.abort(reason)
    await expect(asleep).rejects.toBe(reason)
    expect(clock.now() - startMs).toBeLessThan(10_000)
  })

  test('a sleep that begins aborted does not begin', async () => {
    const reason = new Error('left')
    await expect(clock.sleep(1, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('an abort after the sleep changes nothing', async () => {
    const leaving = new AbortController()
    await clock.run(() => clock.sleep(1, leaving.signal))
    leaving.abort()
    await expect(clock.run(() => clock.sleep(1))).resolves.toBeUndefined()
  })
})
