// The order of sending: which of the mutations that wait may leave now.
//
// S1. Of two in one line, the later one waits until the earlier has ended, however it does: so the writes
//     of a line arrive in the order of the log, as far as a client can see to that (lessons O9).
// S2. What names an id that is not real yet waits for the creation that will tell it.
// S3. What cannot be sent keeps back nothing but what is behind it in its own line.

/** A mutation that has not ended. */
export interface Unsent {
  readonly id: string
  /** What it is in line with. */
  readonly line: string
  /** Mutations whose answers tell ids that it names. */
  readonly after: readonly string[]
  readonly state: 'waiting' | 'under-way'
}

/** Returns the ids of those that may leave now, of all that have not ended, in the order of the log. */
export function mayLeave(unsent: readonly Unsent[]): string[] {
  const lines = new Set<string>()
  const unended = new Set(unsent.map(({ id }) => id))
  const leaving: string[] = []
  for (const { id, line, after, state } of unsent) {
    const isFirst = !lines.has(line)
    lines.add(line) // S1
    const isKnown = !after.some((other) => unended.has(other)) // S2
    if (isFirst && isKnown && state === 'waiting') leaving.push(id)
  }
  return leaving
}
