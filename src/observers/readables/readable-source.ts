// How a readable is made: from a way to read its value, and a way to hear of changes. The rules are
// those of the contract, `readable.ts`.

import type { SetTimer } from '../../client/waits/clock.ts'
import { derive } from './derived.ts'
import { iterate } from './iterate.ts'
import { callSafely, createListeners } from './listeners.ts'
import type { ListenOptions, Unsubscribe } from './listeners.ts'
import type { Readable, UntilOptions } from './readable.ts'
import { until } from './until.ts'

/** What a readable is made from. */
export interface ReadableSource<T> {
  /** Returns the value as it is now: the same reference until it changes (R1). */
  readonly get: () => T
  /** Returns what a server renders and a page hydrates. @default get */
  readonly getServer?: (() => T) | undefined
  /** Called when somebody begins to listen, with what to call after a change. Returns what ends it. */
  readonly start?: ((onChange: () => void) => () => void) | undefined
  /** How long the source runs on when nobody listens any more, in milliseconds. @default 0: not at all */
  readonly graceMs?: number | undefined
  /** `at-once` for what is derived from a readable, whose turn it shares. @default 'batched' */
  readonly notifies?: 'batched' | 'at-once' | undefined
  readonly setTimer: SetTimer
}

/** Makes a readable. */
export function createReadable<T>(source: ReadableSource<T>): Readable<T> {
  const { get, getServer = get, graceMs = 0, setTimer } = source
  const listeners = createListeners(begin, end)
  const derived = new WeakMap<object, WeakMap<object, Readable<unknown>>>()
  let stop: (() => void) | undefined
  let cancelStop: (() => void) | undefined
  let isScheduled = false
  // What all listeners know; `unsettled` where one that came within this turn knows something else.
  let told: T | typeof unsettled = unsettled

  function begin(): void {
    cancelStop?.()
    cancelStop = undefined
    told = get()
    stop ??= source.start?.(source.notifies === 'at-once' ? tell : schedule) ?? nothing
  }

  function end(): void {
    if (graceMs === 0) finish()
    else cancelStop = setTimer(finish, graceMs) // R3
  }

  function finish(): void {
    cancelStop = undefined
    const ending = stop
    stop = undefined
    ending?.()
  }

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    queueMicrotask(() => {
      isScheduled = false
      tell()
    })
  }

  function tell(): void {
    const value = get()
    if (Object.is(value, told)) return // R2
    told = value
    listeners.notify()
  }

  function listen(listener: () => void, options?: ListenOptions): Unsubscribe {
    const leave = listeners.add(listener, options)
    if (!Object.is(get(), told)) told = unsettled
    return leave
  }

  const readable: Readable<T> = {
    get,
    getSnapshot: get,
    getServerSnapshot: getServer,
    listen,
    subscribe(observer, options) {
      const next = typeof observer === 'function' ? observer : observer.next?.bind(observer)
      let last: T | typeof unsettled = unsettled
      const call = (): void => {
        const value = get()
        if (Object.is(value, last)) return // It came after this change was made.
        last = value
        next?.(value)
      }
      const leave = listen(call, options)
      if (options?.signal?.aborted !== true) callSafely(call)
      return leave
    },
    until: (predicate: (value: T) => boolean, options?: UntilOptions) =>
      until(readable, predicate, { ...options, setTimer }),
    select<S>(part: (value: T) => S, equal: (left: S, right: S) => boolean = Object.is) {
      const byEqual = derived.get(part) ?? new WeakMap<object, Readable<unknown>>()
      derived.set(part, byEqual)
      const known = byEqual.get(equal)
      if (known !== undefined && isMadeBy(known, part)) return known
      const made = createReadable(derive(readable, { part, equal, setTimer }))
      byEqual.set(equal, made)
      return made
    },
    [Symbol.asyncIterator]: () => iterate(readable),
    '@@observable': () => readable,
  }
  // RxJS looks for the symbol instead, where somebody had defined it before RxJS was loaded.
  const observable: unknown = Reflect.get(Symbol, 'observable')
  if (typeof observable === 'symbol') Object.assign(readable, { [observable]: () => readable })
  return readable
}

// No value of anybody's equals it.
const unsettled = Symbol('unsettled')

const nothing = (): void => undefined

/** What stands under a function was made by it, so its type is the function's. */
function isMadeBy<S>(_made: Readable<unknown>, _part: (value: never) => S): _made is Readable<S> {
  return true
}
