// Derived readables: a part of a value, told of only when the part has changed.
//
// D1. The part is computed once for each value, and an equal part is the same reference as before.

import type { SetTimer } from '../../client/waits/clock.ts'
import type { Readable } from './readable.ts'

/** How a part is taken, and compared. */
export interface Derivation<T, S> {
  readonly part: (value: T) => S
  readonly equal: (left: S, right: S) => boolean
  readonly setTimer: SetTimer
}

/** What a derived readable is made from: see `ReadableSource`. */
export interface DerivedSource<S> {
  readonly get: () => S
  readonly getServer: () => S
  readonly start: (onChange: () => void) => () => void
  readonly notifies: 'at-once'
  readonly setTimer: SetTimer
}

/** Returns the source of a readable that is a part of another. */
export function derive<T, S>(
  parent: Pick<Readable<T>, 'get' | 'getServerSnapshot' | 'listen'>,
  { part, equal, setTimer }: Derivation<T, S>,
): DerivedSource<S> {
  const ofPage = remember(part, equal)
  const ofServer = remember(part, equal)
  return {
    get: () => ofPage(parent.get()),
    getServer: () => ofServer(parent.getServerSnapshot()),
    start: (onChange) => parent.listen(onChange),
    notifies: 'at-once',
    setTimer,
  }
}

function remember<T, S>(
  part: (value: T) => S,
  equal: (left: S, right: S) => boolean,
): (value: T) => S {
  let last: { readonly value: T; readonly output: S } | undefined
  return (value) => {
    if (last !== undefined && Object.is(last.value, value)) return last.output
    const next = part(value)
    const output = last !== undefined && equal(last.output, next) ? last.output : next // D1
    last = { value, output }
    return output
  }
}
