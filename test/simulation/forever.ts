/**
 * Waits for ever, as what is lost does. Each time by a promise of its own: one for all would keep everything that
 * ever waited for it, of all runs.
 */
export function forever(): Promise<never> {
  return new Promise(() => undefined)
}
