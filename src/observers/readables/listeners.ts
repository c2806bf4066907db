// Listeners: who is told of a change, and how each of them leaves.
//
// L1. A listener that throws stops no other: its error is reported as the page's own.
// L2. Who leaves while others are being told is told no more; who comes meanwhile is told of the next
//     change, since it has just seen the value of this one.
// L3. One function may be added twice, and leaves once for each time.
// L4. What has left is not held: neither the function, nor our listener on its signal.

/// <reference lib="esnext.disposable" preserve="true" />

import { reportUncaught } from '../../client/events/uncaught.ts'

/**
 * Ends a subscription: call it as a function, as React and Svelte do; or as `unsubscribe()`, as RxJS and
 * Angular do; or let `using` call it.
 */
export interface Unsubscribe {
  (): void
  readonly unsubscribe: () => void
  readonly [Symbol.dispose]: () => void
}

/** What a subscription may be given. */
export interface ListenOptions {
  /** Ends the subscription when it aborts. */
  readonly signal?: AbortSignal | undefined
}

/** The listeners of one readable. */
export interface Listeners {
  readonly add: (call: () => void, options: ListenOptions | undefined) => Unsubscribe
  readonly notify: () => void
}

interface Listener {
  readonly call: () => void
  /** Whether it has not left. */
  isOn: boolean
}

/** Makes a list of listeners. `onFirst` is called before the first one is told, `onLast` after the last left. */
export function createListeners(onFirst: () => void, onLast: () => void): Listeners {
  const all = new Set<Listener>()
  // The set as a list that is never changed, so that it can be walked while the set changes (L2).
  let list: readonly Listener[] | undefined

  function remove(listener: Listener): void {
    if (!all.delete(listener)) return
    listener.isOn = false
    list = undefined
    if (all.size === 0) onLast()
  }

  return {
    add(call, options) {
      const listener: Listener = { call, isOn: true }
      const signal = options?.signal
      const leave = (): void => {
        signal?.removeEventListener('abort', leave) // L4
        remove(listener)
      }
      if (signal?.aborted !== true) {
        all.add(listener) // L3
        list = undefined
        signal?.addEventListener('abort', leave)
        if (all.size === 1) onFirst()
      }
      return disposable(leave)
    },

    notify() {
      list ??= [...all]
      for (const listener of list) {
        if (listener.isOn) callSafely(listener.call)
      }
    },
  }
}

/** Calls a function of the app. What it throws is reported, and stops nothing of ours (L1). */
export function callSafely(call: () => void): void {
  try {
    call()
  } catch (error) {
    reportUncaught(error)
  }
}

function disposable(leave: () => void): Unsubscribe {
  // Where the engine has no `Symbol.dispose` yet, nobody can call it either.
  return Object.assign((): void => leave(), { unsubscribe: leave, [Symbol.dispose]: leave })
}
