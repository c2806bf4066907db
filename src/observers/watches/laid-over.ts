// Operations laid over what a watch shows.
//
// O1. They meet the JSON of the base, and the watch's parser what they make of it: so watches that parse
//     one resource in different ways see the same operations.
// O2. The same operations over the same base are the same value, by reference: nothing is drawn anew.
// O3. What throws, an operation or the parser of what they made, is reported once, and shows nothing of itself.

import { reportUncaught } from '../../client/events/uncaught.ts'
import { fold } from '../../core/operations/operation-log.ts'
import type { Operation } from '../../core/operations/operation.ts'
import type { OperationView } from './operation-view.ts'
import { decode } from './parsing.ts'
import type { Parse } from './parsing.ts'
import type { Parsed, Shown } from './shown.ts'

/** What is seen of a key. */
export interface Seen<T> {
  readonly pending: boolean
  /** `undefined` where nothing is there. */
  readonly parsed: Parsed<T> | undefined
}

/** Makes the laying of operations over what one watch shows. */
export function createLaying<T>(
  view: OperationView,
  key: string,
  parse: Parse<T>,
): (shown: Shown<T> | undefined) => Seen<T> {
  const faulty = new WeakSet<Operation>()
  let last: { readonly content: unknown; readonly operations: readonly Operation[]; readonly seen: Seen<T> } | undefined

  function lay(shown: Shown<T> | undefined, operations: readonly Operation[]): Seen<T> {
    try {
      const json = shown?.content === undefined ? undefined : decode(shown.content)
      const made = fold(operations, json, report) // O1
      return { pending: true, parsed: made === undefined ? undefined : { value: parse(made) } }
    } catch (error) {
      reportUncaught(error) // O3
      return { pending: true, parsed: shown?.parsed }
    }
  }

  function report(fault: unknown, operation: Operation): void {
    if (!faulty.has(operation)) reportUncaught(fault) // O3
    faulty.add(operation)
  }

  return (shown) => {
    const operations = view.over(key, shown)
    if (operations.length === 0) return { pending: false, parsed: shown?.parsed }
    const isSame = last !== undefined && last.content === shown?.content && areSame(last.operations, operations)
    if (last !== undefined && isSame) return last.seen // O2
    last = { content: shown?.content, operations, seen: lay(shown, operations) }
    return last.seen
  }
}

function areSame(left: readonly Operation[], right: readonly Operation[]): boolean {
  return left.length === right.length && left.every((operation, index) => operation === right[index])
}
