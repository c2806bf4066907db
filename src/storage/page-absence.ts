// When a page is out of reach: about to be frozen, kept for the way back, or gone.

/** Calls back when the page goes out of reach, and when it is back. Returns the function that ends it. */
export type WatchPage = (onAway: () => void, onBack: () => void) => () => void

/** Watches this page: `pagehide` and `freeze` are its leaving, `pageshow` and `resume` its return. */
export const watchThisPage: WatchPage = (onAway, onBack) => {
  const { document } = globalThis
  // Outside a page there is nothing to be frozen.
  if (document === undefined) return () => undefined
  globalThis.addEventListener('pagehide', onAway)
  globalThis.addEventListener('pageshow', onBack)
  document.addEventListener('freeze', onAway)
  document.addEventListener('resume', onBack)
  return () => {
    globalThis.removeEventListener('pagehide', onAway)
    globalThis.removeEventListener('pageshow', onBack)
    document.removeEventListener('freeze', onAway)
    document.removeEventListener('resume', onBack)
  }
}
