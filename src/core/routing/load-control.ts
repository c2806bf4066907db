// Load control: how much of the reading goes to the primary while replicas are too often behind.
//
// L1. Hysteresis: the share rises where a replica's answers are behind more often than `upAt`, falls
//     where less often than `downAt`, and stays in between.
// L2. Each change needs fresh evidence, gathered since the last one, and some time since then: a fast
//     rise, a slow fall. So the number of changes in any stretch of time is bounded.
// L3. The share never reaches 1: who asks no replica never hears that they have caught up.

/** How much goes to the primary, and what speaks for changing it. */
export interface LoadControl {
  /** An index into {@link shares}. */
  readonly step: number
  readonly changedAtMs: number
  /** Whether each of the last answers of replicas was behind, since the last change, oldest first. */
  readonly evidence: readonly boolean[]
}

/** The shares of reads that go to the primary, step by step. */
export const shares = [0, 0.25, 0.5, 0.75, 0.9] as const

/** Nothing goes to the primary because of lag. */
export const noLoadControl: LoadControl = { step: 0, changedAtMs: 0, evidence: [] }

// Between two writes replicas lack nothing, and just after one they all do: at a lag of 100 ms, with a
// write a second, one answer in ten is behind, and that is no reason for anything. The bounds lie so far
// apart, and the evidence is so long, that such a rate almost never reads as a third.
const evidenceMin = 12
const evidenceMax = 24
const upAt = 1 / 3
const downAt = 0.1
const riseAfterMs = 250
const fallAfterMs = 2000

/** Returns the share of reads that goes to the primary. */
export function shareOf({ step }: LoadControl): number {
  return shares[step] ?? 0
}

/** Notes whether an answer of a replica was behind, and changes the share where that is due. */
export function adaptLoad(control: LoadControl, isBehind: boolean, atMs: number): LoadControl {
  const evidence = [...control.evidence, isBehind].slice(-evidenceMax)
  const next = { ...control, evidence }
  if (evidence.length < evidenceMin) return next // L2
  const rate = evidence.filter(Boolean).length / evidence.length
  const sinceMs = atMs - control.changedAtMs
  // Where every other answer is behind, or none, small steps would cost more than they teach.
  if (rate >= upAt && sinceMs >= riseAfterMs) return moveTo(next, control.step + (rate >= 0.5 ? 2 : 1), atMs)
  if (rate <= downAt && sinceMs >= fallAfterMs) return moveTo(next, control.step - (rate === 0 ? 2 : 1), atMs)
  return next // L1
}

function moveTo(control: LoadControl, wanted: number, atMs: number): LoadControl {
  const step = Math.min(Math.max(wanted, 0), shares.length - 1) // L3
  return step === control.step ? control : { step, changedAtMs: atMs, evidence: [] }
}
