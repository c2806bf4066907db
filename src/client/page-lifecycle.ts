// The life of a page, as far as it concerns what is not yet on disk: a page that is hidden may never
// be seen again, and says so in `visibilitychange` and `freeze`, not in `unload` (lessons D14).

/** Calls back whenever the page is about to go out of sight. Returns the function that ends it. */
export function flushWhenHidden(flush: () => void): () => void {
  const { document } = globalThis
  // Outside a page there is nothing to be hidden.
  if (document === undefined) return () => undefined
  const onVisibility = (): void => {
    if (document.visibilityState === 'hidden') flush()
  }
  document.addEventListener('visibilitychange', onVisibility)
  document.addEventListener('freeze', flush)
  globalThis.addEventListener('pagehide', flush)
  return () => {
    document.removeEventListener('visibilitychange', onVisibility)
    document.removeEventListener('freeze', flush)
    globalThis.removeEventListener('pagehide', flush)
  }
}
