// Newest data: for each key of a cache, the newest value that was ever brought there by an answer.
//
// W1. A value that is older than the newest of its key gives way to it (I2). One that cannot be related to
//     it stands: an answer was judged when it arrived.
// W2. A value without versions is the app's word: it is shown, and proves nothing (I4).

import type { AnswerVersions, TaggedData } from './tagged-data.ts'

/** A value, and the versions of the answers that it was made of. */
export interface Newest {
  readonly data: unknown
  readonly answers: AnswerVersions
}

/** The newest values of one cache. */
export interface NewestData {
  /** Returns what may stand under a key: the value, or the newer one that is known. */
  readonly admit: <T>(key: string, data: T, answers: AnswerVersions | undefined) => T
  readonly of: (key: string) => Newest | undefined
  readonly forget: (key: string) => void
}

/** Makes a memory of the newest values, of `keysMax` keys at most: the longest unused go first. */
export function createNewestData(tagged: TaggedData, keysMax: number = Infinity): NewestData {
  const newest = new Map<string, Newest>()

  function note(key: string, value: Newest): void {
    newest.delete(key)
    newest.set(key, value)
    const [oldest] = newest.size > keysMax ? newest.keys() : []
    if (oldest !== undefined) newest.delete(oldest)
  }

  return {
    admit<T>(key: string, data: T, answers: AnswerVersions | undefined): T {
      if (answers === undefined || answers.length === 0) return data // W2
      const known = newest.get(key)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- What a key has is of one type.
      if (known !== undefined && tagged.isOlder(answers, known.answers)) return known.data as T // W1
      tagged.tag(data, answers)
      note(key, { data, answers })
      return data
    },
    of: (key) => newest.get(key),
    forget: (key) => void newest.delete(key),
  }
}
