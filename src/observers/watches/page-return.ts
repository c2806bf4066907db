// When a page is worth reading for again: it comes back into sight, or the network comes back.

import type { RevalidationCause } from './watch-options.ts'

/** What the platform tells of a page. Outside of one there is nothing to tell. */
export interface PageReturn {
  readonly isPage: () => boolean
  readonly isVisible: () => boolean
  /**
   * Calls back with what has happened; `onBack` first where the page was out of reach, frozen or kept for the way
   * back. Returns what ends it.
   */
  readonly listen: (onReturn: (cause: RevalidationCause) => void, onBack: () => void) => () => void
}

/** Listens to the platform's own page. */
export const pageReturn: PageReturn = {
  isPage: () => globalThis.document !== undefined,
  isVisible: () => globalThis.document?.visibilityState !== 'hidden',
  listen(onReturn, onBack) {
    const { document } = globalThis
    if (document === undefined) return () => undefined
    const controller = new AbortController()
    const { signal } = controller
    const onVisibility = (): void => {
      if (document.visibilityState === 'visible') onReturn('focus')
    }
    document.addEventListener('visibilitychange', onVisibility, { signal })
    globalThis.addEventListener('online', () => onReturn('reconnect'), { signal })
    // Out of the back-forward cache, or after a sleep: whatever happened meanwhile was not heard (lessons D22).
    const comeBack = (): void => {
      onBack()
      onReturn('focus')
    }
    document.addEventListener('resume', comeBack, { signal })
    globalThis.addEventListener('pageshow', ({ persisted }) => persisted && comeBack(), { signal })
    return () => controller.abort()
  },
}
