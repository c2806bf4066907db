// Readables in `for await`: the value now, then the latest after each change.
//
// Written by hand, since an async generator that waits for a change cannot be ended before it has come:
// its `return` queues behind the wait, and the listener would stay for ever.

import type { Readable } from './readable.ts'

/** Returns an iterator over the values of a readable. It listens from its first `next` on. */
export function iterate<T>(readable: Pick<Readable<T>, 'get' | 'listen'>): AsyncIterableIterator<T> {
  const waiting: ((result: IteratorResult<T, undefined>) => void)[] = []
  let leave: (() => void) | undefined
  let isUnseen = true
  let isOver = false

  function onChange(): void {
    isUnseen = waiting.length === 0
    waiting.shift()?.({ done: false, value: readable.get() })
    // Who waits behind waits for the next change: each is given a value of its own.
  }

  const iterator: AsyncIterableIterator<T> = {
    next() {
      if (isOver) return Promise.resolve({ done: true, value: undefined })
      leave ??= readable.listen(onChange)
      if (!isUnseen) return new Promise((resolve) => void waiting.push(resolve))
      isUnseen = false
      return Promise.resolve({ done: false, value: readable.get() })
    },
    return() {
      isOver = true
      leave?.()
      for (const resolve of waiting.splice(0)) resolve({ done: true, value: undefined })
      return Promise.resolve({ done: true, value: undefined })
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}
