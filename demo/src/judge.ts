// Has histories judged beside the page: the checker goes through a whole history each time, which after minutes of
// play takes longer than a frame.
//
// J1. A history only grows. What has been sent is kept at the other end, so only what is new is sent.
// J2. Verdicts come in the order in which they were asked for.

import type { Operation, ReadViolation } from 'tidemark/testing'

/** What the checker says of a history. */
export interface Verdict {
  /** How many reads showed something. */
  readonly reads: number
  /** How many of them went wrong on the screen. */
  readonly violations: number
  /** How many reads broke each guarantee: one may break several. */
  readonly broken: Readonly<Record<ReadViolation['guarantee'], number>>
  /** The violations that no verdict before this one had in it. */
  readonly found: readonly ReadViolation[]
  /** How many operations were judged. Those that were recorded meanwhile are for the next verdict. */
  readonly judged: number
}

/** What is sent to the other end. */
export interface Question {
  /** Which history. */
  readonly history: number
  /** What is new in it (J1). */
  readonly operations: readonly Operation[]
}

/** What comes back: one for each question. */
export interface Answer {
  readonly history: number
  readonly verdict: Verdict
}

/** Judges one history. */
export interface Judge {
  /** Says what becomes of the history by some more operations. */
  readonly judge: (operations: readonly Operation[]) => Promise<Verdict>
}

interface Waiting {
  readonly resolve: (verdict: Verdict) => void
  readonly reject: (reason: Error) => void
}

let worker: Worker | undefined
let histories = 0
/** Who waits for a verdict on which history, the first to be answered first (J2). */
const waiting = new Map<number, Waiting[]>()

/** Makes a judge of a history that is empty yet. */
export function createJudge(): Judge {
  worker ??= hire()
  const other = worker
  histories += 1
  const history = histories
  return {
    judge: (operations) =>
      new Promise((resolve, reject) => {
        waiting.set(history, [...(waiting.get(history) ?? []), { resolve, reject }])
        const question: Question = { history, operations }
        other.postMessage(question, [])
      }),
  }
}

function hire(): Worker {
  const hired = new Worker(new URL('judge-worker.ts', import.meta.url), { type: 'module' })
  hired.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    const [first, ...others] = waiting.get(data.history) ?? []
    waiting.set(data.history, others)
    first?.resolve(data.verdict)
  })
  hired.addEventListener('error', ({ message }) => {
    const failure = new Error(`The history checker failed: ${message}`)
    for (const { reject } of [...waiting.values()].flat()) reject(failure)
    waiting.clear()
  })
  return hired
}
