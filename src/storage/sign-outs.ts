// Sign-outs: a mark for each principal, changed when its user signs out, where all tabs see it in the same
// step. It stands beside the mirror of the floors, which has no transaction to compare a generation in:
//
//   [["1ah2k3","x81kq"],["0",...]]     a fingerprint of the principal, and its mark
//
// O1. Whose mark has changed since it began writes nothing more, however long it was frozen (lessons P2).
// O2. The principal itself does not stand there: its name must not outlive its data.
// O3. It never throws. What is missing, forbidden or malformed says nothing, and nobody is signed out by it:
//     the disk has a generation of its own (`indexeddb-storage.ts`).
// O4. It is bounded: the oldest marks go first.

import { fingerprint } from '../core/fingerprint.ts'

/** The marks of all principals. */
export interface SignOuts {
  /** Where they stand, for who listens to changes of it. */
  readonly key: string
  /** The mark of a principal; `undefined` where there is none, or nobody can tell. */
  readonly markOf: (principal: string) => string | undefined
  /** Gives a principal another mark. */
  readonly renew: (principal: string) => void
}

/** What {@link signOuts} needs. */
export interface SignOutsOptions {
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined
  readonly name: string
}

/** A fingerprint of a principal (O2), and its mark. */
export type Mark = readonly [principal: string, mark: string]

const marksMax = 32
const textLengthMax = 4096

/** Reads marks that a stranger may have written, oldest first. */
export function parseMarks(value: unknown): Mark[] {
  return Array.isArray(value) ? value.filter(isMark).slice(-marksMax) : []
}

/** Returns the mark of a principal, if it has one. */
export function markIn(marks: readonly Mark[], principal: string): string | undefined {
  const name = fingerprint(principal)
  return marks.find(([known]) => known === name)?.[1]
}

/** Returns marks with another one for a principal (O4). */
export function withNewMark(marks: readonly Mark[], principal: string): readonly [all: Mark[], mark: string] {
  const name = fingerprint(principal)
  const mark = Math.random().toString(36).slice(2)
  return [[...marks.filter(([known]) => known !== name), [name, mark] as const].slice(-marksMax), mark]
}

/** Makes the marks that stand in a storage such as `localStorage`. */
export function signOuts({ storage, name }: SignOutsOptions): SignOuts {
  const key = `${name}:sign-outs`

  function read(): Mark[] {
    try {
      const text = storage?.getItem(key) ?? '[]'
      return parseMarks(text.length > textLengthMax ? [] : JSON.parse(text))
    } catch {
      return [] // O3
    }
  }

  return {
    key,
    markOf: (principal) => markIn(read(), principal),
    renew(principal) {
      const [all] = withNewMark(read(), principal)
      try {
        storage?.setItem(key, JSON.stringify(all))
      } catch {
        // O3
      }
    },
  }
}

function isMark(value: unknown): value is Mark {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}
