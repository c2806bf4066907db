import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { createReadable } from '../../src/observers/readables/readable-source.ts'
import type { ReadableSource } from '../../src/observers/readables/readable-source.ts'
import type { Readable } from '../../src/observers/readables/readable.ts'
import { collectUncaught } from './uncaught.ts'

interface Cell<T> {
  readonly readable: Readable<T>
  readonly set: (value: T) => void
  /** How often the source was started and stopped. */
  readonly runs: string[]
  readonly timers: (() => void)[]
}

function cellOf<T>(initial: T, options: Partial<ReadableSource<T>> = {}): Cell<T> {
  let value = initial
  let onChange: (() => void) | undefined
  const runs: string[] = []
  const timers: (() => void)[] = []
  const readable = createReadable<T>({
    get: () => value,
    start(changed) {
      onChange = changed
      runs.push('start')
      return () => {
        onChange = undefined
        runs.push('stop')
      }
    },
    setTimer(callback) {
      timers.push(callback)
      return () => void timers.splice(timers.indexOf(callback), 1)
    },
    ...options,
  })
  const set = (next: T): void => {
    value = next
    onChange?.()
  }
  return { readable, set, runs, timers }
}

const turn = (): Promise<void> => Promise.resolve()

describe('reading and listening', () => {
  test('listen does not call at once, subscribe does', async () => {
    const { readable, set } = cellOf(1)
    const heard: number[] = []
    let calls = 0
    readable.listen(() => (calls += 1))
    readable.subscribe((value) => heard.push(value))
    expect([calls, heard]).toEqual([0, [1]])
    set(2)
    expect(readable.get()).toBe(2)
    await turn()
    expect([calls, heard]).toEqual([1, [1, 2]])
  })

  test('B3: many changes in a turn are one notification, of the last', async () => {
    const { readable, set } = cellOf(0)
    const heard: number[] = []
    readable.subscribe((value) => heard.push(value))
    for (const value of [1, 2, 3]) set(value)
    await turn()
    expect(heard).toEqual([0, 3])
  })

  test('R2: what comes back to the same value within a turn tells nobody', async () => {
    const { readable, set } = cellOf(0)
    const heard: number[] = []
    readable.subscribe((value) => heard.push(value))
    set(1)
    set(0)
    await turn()
    expect(heard).toEqual([0])
  })

  test('who comes within a turn in which the value goes back hears that it went back', async () => {
    const { readable, set } = cellOf(0)
    readable.listen(() => undefined)
    set(1)
    const heard: number[] = []
    readable.subscribe((value) => heard.push(value))
    set(0)
    await turn()
    expect(heard).toEqual([1, 0])
  })

  test('an observer object is called with its own this, and one without next is no fault', async () => {
    const { readable, set } = cellOf(1)
    const observer = {
      heard: [] as number[],
      next(value: number) {
        this.heard.push(value)
      },
    }
    readable.subscribe(observer)
    readable.subscribe({})
    set(2)
    await turn()
    expect(observer.heard).toEqual([1, 2])
  })

  test('B3: listeners that leave and come while being told', async () => {
    const { readable, set } = cellOf(0)
    const heard: string[] = []
    const leaveFirst = readable.listen(() => {
      heard.push('first')
      leaveFirst()
      leaveSecond()
      readable.listen(() => heard.push('late'))
    })
    const leaveSecond = readable.listen(() => heard.push('second'))
    set(1)
    await turn()
    expect(heard).toEqual(['first'])
    set(2)
    await turn()
    expect(heard).toEqual(['first', 'late'])
  })

  test('a change that a listener makes is told to all, and once to each', async () => {
    const { readable, set } = cellOf(0)
    const heard: number[] = []
    readable.subscribe((value) => {
      if (value === 1) set(2)
    })
    readable.subscribe((value) => heard.push(value))
    set(1)
    await turn()
    await turn()
    expect(heard).toEqual([0, 2])
  })

  test('a listener that throws stops no other, and is reported', async () => {
    const { readable, set } = cellOf(0)
    const heard: number[] = []
    readable.listen(() => {
      throw new Error('a listener of the app')
    })
    readable.subscribe((value) => heard.push(value))
    const uncaught = await collectUncaught(async () => {
      set(1)
      await turn()
    })
    expect(heard).toEqual([0, 1])
    expect(uncaught).toEqual(['a listener of the app'])
  })

  test('a subscriber that throws at once is subscribed all the same, and is reported', async () => {
    const { readable, set } = cellOf(0)
    const heard: number[] = []
    const uncaught = await collectUncaught(async () => {
      readable.subscribe((value) => {
        heard.push(value)
        if (value === 0) throw new Error('at once')
      })
      set(1)
      await turn()
    })
    expect([heard, uncaught]).toEqual([[0, 1], ['at once']])
  })

  test('an unsubscribe is a function, has unsubscribe, and can be used up', async () => {
    const { readable, set, runs } = cellOf(0)
    const heard: number[] = []
    const leaves = [1, 2, 3].map(() => readable.subscribe((value) => heard.push(value)))
    leaves[0]?.()
    leaves[0]?.()
    leaves[1]?.unsubscribe()
    if (Symbol.dispose !== undefined) leaves[2]?.[Symbol.dispose]()
    else leaves[2]?.()
    set(1)
    await turn()
    expect(heard).toEqual([0, 0, 0])
    expect(runs).toEqual(['start', 'stop'])
  })

  test('the same function may listen twice, and leaves once for each', async () => {
    const { readable, set } = cellOf(0)
    let calls = 0
    const listener = (): void => void (calls += 1)
    const leave = readable.listen(listener)
    readable.listen(listener)
    leave()
    set(1)
    await turn()
    expect(calls).toBe(1)
  })

  test('a signal ends a subscription, and one that has aborted begins none', async () => {
    const { readable, set, runs } = cellOf(0)
    const controller = new AbortController()
    const heard: number[] = []
    readable.subscribe((value) => heard.push(value), { signal: controller.signal })
    controller.abort()
    readable.subscribe((value) => heard.push(value), { signal: controller.signal })
    set(1)
    await turn()
    expect(heard).toEqual([0])
    expect(runs).toEqual(['start', 'stop'])
  })
})

describe('B4: the source runs while somebody listens', () => {
  test('it starts with the first listener and stops after the last, a grace period later', () => {
    const { readable, runs, timers } = cellOf(0, { graceMs: 1000 })
    readable.get()
    expect(runs).toEqual([])
    const leave = readable.listen(() => undefined)
    readable.listen(() => undefined)()
    leave()
    expect([runs, timers.length]).toEqual([['start'], 1])
    timers[0]?.()
    expect(runs).toEqual(['start', 'stop'])
  })

  test('who comes within the grace period finds it running', () => {
    const { readable, runs, timers } = cellOf(0, { graceMs: 1000 })
    readable.listen(() => undefined)()
    readable.listen(() => undefined)
    expect([runs, timers.length]).toEqual([['start'], 0])
  })

  test('who comes back is told of what changed after, and of nothing twice', async () => {
    const { readable, set } = cellOf(0)
    readable.listen(() => undefined)()
    set(1)
    const heard: number[] = []
    readable.subscribe((value) => heard.push(value))
    await turn()
    expect(heard).toEqual([1])
  })
})

describe('select', () => {
  const titleOf = ({ title }: { title: string }): string => title
  const wordsOf = ({ title }: { title: string }): string[] => title.split(' ')
  const isSame = (left: string[], right: string[]): boolean => left.join() === right.join()

  test('B7: tells of its part alone', async () => {
    const { readable, set } = cellOf({ title: 'Boat', likes: 1 })
    const heard: string[] = []
    readable.select(titleOf).subscribe((title) => heard.push(title))
    set({ title: 'Boat', likes: 2 })
    await turn()
    set({ title: 'Ship', likes: 2 })
    await turn()
    expect(heard).toEqual(['Boat', 'Ship'])
  })

  test('the same functions give the same readable, others another', () => {
    const { readable } = cellOf({ title: 'Boat' })
    expect(readable.select(titleOf)).toBe(readable.select(titleOf))
    expect(readable.select(wordsOf)).not.toBe(readable.select(wordsOf, isSame))
    expect(readable.select(wordsOf, isSame)).toBe(readable.select(wordsOf, isSame))
  })

  test('an equal part is the same reference, with and without listeners', async () => {
    const { readable, set } = cellOf({ title: 'A boat' })
    const words = readable.select(wordsOf, isSame)
    const first = words.get()
    set({ title: 'A boat' })
    expect(words.get()).toBe(first)
    let calls = 0
    words.listen(() => (calls += 1))
    set({ title: 'A boat' })
    await turn()
    expect([calls, words.get() === first]).toEqual([0, true])
  })

  test('its notification shares the turn of its readable', async () => {
    const { readable, set } = cellOf({ title: 'Boat' })
    const order: string[] = []
    readable.select(titleOf).listen(() => order.push('part'))
    readable.listen(() => order.push('whole'))
    set({ title: 'Ship' })
    await turn()
    expect(order).toEqual(['part', 'whole'])
  })

  test('its server value is a part of the server value', () => {
    const server = { title: 'On the server' }
    const { readable } = cellOf({ title: 'Here' }, { getServer: () => server })
    const words = readable.select(wordsOf)
    expect(words.getServerSnapshot()).toEqual(['On', 'the', 'server'])
    expect(words.getServerSnapshot()).toBe(words.getServerSnapshot())
    expect(words.get()).toEqual(['Here'])
  })
})

describe('until', () => {
  test('resolves with a value that meets the condition already', async () => {
    const { readable, runs } = cellOf(3)
    expect(await readable.until((value) => value > 2)).toBe(3)
    expect(runs).toEqual(['start', 'stop'])
  })

  test('resolves with the first that does, and leaves', async () => {
    const { readable, set, runs, timers } = cellOf(0)
    const waiting = readable.until((value) => value > 1, { timeoutMs: 1000 })
    set(1)
    await turn()
    set(2)
    expect(await waiting).toBe(2)
    expect([runs, timers]).toEqual([['start', 'stop'], []])
  })

  test('I7: rejects when its time is over, and says what to do', async () => {
    const { readable, timers, runs } = cellOf(0)
    const waiting = readable.until((value) => value > 1, { timeoutMs: 250 })
    timers[0]?.()
    await expect(waiting).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'The condition was not met within 250 ms. Raise `timeoutMs`, or look at the value.',
    })
    expect(runs).toEqual(['start', 'stop'])
  })

  test('rejects with the reason of its signal, before and while it waits', async () => {
    const { readable, runs } = cellOf(0)
    const reason = new Error('left the page')
    const aborted = readable.until(() => true, { signal: AbortSignal.abort(reason) })
    await expect(aborted).rejects.toBe(reason)
    const controller = new AbortController()
    const waiting = readable.until((value) => value > 1, { signal: controller.signal })
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(runs).toEqual(['start', 'stop'])
  })

  test('rejects with what its condition throws', async () => {
    const { readable, runs } = cellOf(0)
    const broken = readable.until(() => {
      throw new Error('in the condition')
    })
    await expect(broken).rejects.toThrow('in the condition')
    expect(runs).toEqual(['start', 'stop'])
  })
})

describe('for await', () => {
  test('begins with the value now; a slow loop sees the latest', async () => {
    const { readable, set } = cellOf(0)
    const heard: number[] = []
    for await (const value of readable) {
      heard.push(value)
      if (value === 0) {
        set(1)
        await turn()
        set(2)
        await turn()
      }
      if (value === 2) void turn().then(() => set(3))
      if (value === 3) break
    }
    expect(heard).toEqual([0, 2, 3])
  })

  test('ends its subscription in return, also while it waits', async () => {
    const { readable, runs } = cellOf(0)
    const iterator = readable[Symbol.asyncIterator]()
    await iterator.next()
    const waiting = [iterator.next(), iterator.next()]
    await iterator.return?.()
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
    expect(runs).toEqual(['start', 'stop'])
  })

  test('an iterator that nobody asks listens to nothing', () => {
    const { readable, runs } = cellOf(0)
    readable[Symbol.asyncIterator]()
    expect(runs).toEqual([])
  })
})

test('is an observable by name, and by symbol where the symbol exists', () => {
  const { readable } = cellOf(0)
  expect(readable['@@observable']()).toBe(readable)
  const symbol = Symbol('observable')
  vi.stubGlobal('Symbol', new Proxy(Symbol, { get: (from, name) => (name === 'observable' ? symbol : Reflect.get(from, name)) }))
  try {
    const late = cellOf(0).readable
    const found: unknown = Reflect.get(late, symbol)
    expect(typeof found === 'function' && found()).toBe(late)
  } finally {
    vi.unstubAllGlobals()
  }
})

test('law: every listener ends with the last value, whoever came, left, or threw', async () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('set' as const), value: fc.nat(5) }),
    fc.record({ type: fc.constant('listen' as const) }),
    fc.record({ type: fc.constant('leave' as const), index: fc.nat(5) }),
    fc.record({ type: fc.constant('turn' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { readable, set, runs } = cellOf(0)
      const present: { heard: number[]; leave: () => void }[] = []
      for (const each of steps) {
        if (each.type === 'set') set(each.value)
        else if (each.type === 'turn') await turn()
        else if (each.type === 'leave') present.splice(each.index, 1)[0]?.leave()
        else {
          const heard: number[] = []
          present.push({ heard, leave: readable.subscribe((value) => heard.push(value)) })
        }
      }
      await turn()
      for (const { heard } of present) {
        expect(heard.at(-1)).toBe(readable.get())
        expect(heard.every((value, index) => index === 0 || value !== heard[index - 1])).toBe(true)
      }
      expect(runs.filter((run) => run === 'start').length - runs.filter((run) => run === 'stop').length).toBe(
        present.length > 0 ? 1 : 0,
      )
    }),
  )
})
