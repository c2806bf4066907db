// The readable: one contract that every framework takes as it is (docs/frameworks.md).
//
//   wants a value now, and a call when it changes   `get`, `listen`          React, Vue, Lit, nanostores
//   wants to be called with the value, at once      `subscribe`              Svelte, Solid, Angular
//   knows observables, or `for await`               `Symbol.observable`, …   RxJS, plain loops
//
// R1. `get` returns the same reference until the value changes, whoever asks, and never an older one.
// R2. Listeners are told at most once a turn, in a microtask, and only when the value is another.
// R3. The source runs from the first listener on, and until a grace period after the last has left.
// R4. A readable never ends and never fails: errors are values of it (lessons B5).

import type { ListenOptions, Unsubscribe } from './listeners.ts'

/** How long a condition is waited for. */
export interface UntilOptions {
  /** After this many milliseconds the promise rejects. Without it, the wait has no bound but `signal`. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** An object that is called with values, as observables call it. */
export interface Observer<T> {
  readonly next?: ((value: T) => void) | undefined
}

/** A value that changes, for every framework. All methods work detached. */
export interface Readable<T> {
  /** Returns the value as it is now: the same reference until it changes. */
  readonly get: () => T
  /** The same as `get`, as React's `useSyncExternalStore` calls it. */
  readonly getSnapshot: () => T
  /** The value that a server renders, and that the first render of a page hydrates. */
  readonly getServerSnapshot: () => T
  /** Calls back after each change, and not at once. */
  readonly listen: (listener: () => void, options?: ListenOptions) => Unsubscribe
  /** Calls with the value at once, and after each change. */
  readonly subscribe: (
    observer: ((value: T) => void) | Observer<T>,
    options?: ListenOptions,
  ) => Unsubscribe
  /**
   * Resolves with the first value that meets a condition: the one now, if it does.
   *
   * @throws {DOMException} `TimeoutError` after `timeoutMs`; or the reason of `signal`.
   */
  readonly until: {
    <S extends T>(predicate: (value: T) => value is S, options?: UntilOptions): Promise<S>
    (predicate: (value: T) => boolean, options?: UntilOptions): Promise<T>
  }
  /**
   * Returns a readable of a part. The same two functions give the same readable, so keep them outside of
   * what renders.
   *
   * @param equal Whether two parts count as the same, so that nobody is told. @default Object.is
   */
  readonly select: <S>(part: (value: T) => S, equal?: (left: S, right: S) => boolean) => Readable<S>
  /** The value now, then the latest after each change: what a slow loop has missed, it has missed. */
  readonly [Symbol.asyncIterator]: () => AsyncIterableIterator<T>
  /** For RxJS and its kin, which look for this name, or for `Symbol.observable` where it exists. */
  readonly '@@observable': () => Readable<T>
}
