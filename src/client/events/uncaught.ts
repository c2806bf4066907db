// Errors of the app's own functions, where nobody waits for them.

/**
 * Reports an error as an uncaught one of the page or process, where its author looks for it, once what
 * runs now has ended: a listener that throws stops no other.
 */
export function reportUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
