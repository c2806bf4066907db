// The other end of `judge.ts`: a worker, where the history checker takes no frame from the page.
//
// W1. Nothing here decides what a violation is: `checkGuarantees` does, over the whole history.
// W2. Questions that came while it judged are answered by one judgement. It rests as long as it has judged, so that
//     a long history leaves half a processor at least to the page and its service worker.

import { checkGuarantees } from 'tidemark/testing'
import type { Operation, ReadViolation, Violation } from 'tidemark/testing'
import type { Answer, Question, Verdict } from './judge.ts'

interface Case {
  readonly operations: Operation[]
  /** The violations that a verdict has had in it. */
  readonly known: Set<string>
  /** How many questions wait for an answer. */
  asked: number
}

const cases = new Map<number, Case>()
let isDue = false
let tookMs = 0

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  const { history, operations } = data
  const known = cases.get(history) ?? { operations: [], known: new Set(), asked: 0 }
  cases.set(history, known)
  known.operations.push(...operations)
  known.asked += 1
  if (isDue) return
  isDue = true
  setTimeout(answerAll, tookMs) // W2
})

function answerAll(): void {
  isDue = false
  const begunMs = performance.now()
  for (const [history, asked] of cases) {
    if (asked.asked === 0) continue
    let verdict = judge(asked)
    for (; asked.asked > 0; asked.asked -= 1) {
      const answer: Answer = { history, verdict }
      postMessage(answer)
      // What was found is told once, to who has waited longest.
      verdict = { ...verdict, found: [] }
    }
  }
  tookMs = performance.now() - begunMs
}

function judge({ operations, known }: Case): Verdict {
  const { reads, violations } = checkGuarantees({ operations }) // W1
  const onScreen = violations.filter(isOnScreen)
  const found = onScreen
    .filter((violation) => !known.has(nameOf(violation)))
    // Where one read broke several, an effect without its cause says most of what was on the screen.
    .toSorted((left, right) => Number(isOfCause(right)) - Number(isOfCause(left)))
  for (const violation of found) known.add(nameOf(violation))
  const broken = (guarantee: string): number =>
    onScreen.filter((violation) => violation.guarantee === guarantee).length
  return {
    reads,
    violations: new Set(onScreen.map(({ read }) => read.id)).size,
    broken: {
      'read-your-writes': broken('read-your-writes'),
      'monotonic-reads': broken('monotonic-reads'),
      'consistent-prefix': broken('consistent-prefix'),
    },
    found,
    judged: operations.length,
  }
}

/** Tells whether a violation is of the kind that a visitor can see in one column. */
function isOnScreen(violation: Violation): violation is ReadViolation {
  const { guarantee } = violation
  const isSession = guarantee === 'read-your-writes' || guarantee === 'monotonic-reads'
  return isSession || guarantee === 'consistent-prefix'
}

function isOfCause({ guarantee }: ReadViolation): boolean {
  return guarantee === 'consistent-prefix'
}

function nameOf({ guarantee, read }: ReadViolation): string {
  return `${guarantee} ${read.id}`
}
