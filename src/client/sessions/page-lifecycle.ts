// The life of a page, as far as it concerns what a session knows.
//
//   visible ──▶ hidden ──▶ frozen, or kept for the way back ──▶ visible again, perhaps hours later
//                  │              │                                  │
//                flush      flush, as far as it gets           look at the disk
//
// G1. What is not yet on disk is brought there when the page is hidden or frozen: it may never be seen
//     again, and says so in `visibilitychange` and `freeze`, not in `unload` (lessons D14).
// G2. A page that is out of reach holds nothing that others wait for, nor what would keep it from being kept
//     (D21 to D23): no lock (`turnstile.ts`), no channel (`tab-channel.ts`), no transaction (`connection.ts`).
//     What a flush has not brought to the disk by then it brings when the page is back; floors are in the
//     mirror by then.
// G3. A page that is back has missed what was told meanwhile, so it looks at the disk (D20).

/** What is done at the turns of a page's life. */
export interface PageTurns {
  /** The page is out of sight, or about to be frozen or kept for the way back. */
  readonly onHidden: () => void
  /** It goes on after that. */
  readonly onBack: () => void
  /** It is seen again, without having been away. */
  readonly onVisible: () => void
  /** Another tab has changed something in `localStorage`: under this key, or under all. */
  readonly onStorage: (key: string | null) => void
}

/** Calls back at the turns of this page's life. Returns the function that ends it. */
export function watchPageLife({ onHidden, onBack, onVisible, onStorage }: PageTurns): () => void {
  const { document } = globalThis
  // Outside a page there is nothing to be hidden.
  if (document === undefined) return () => undefined
  const ending = new AbortController()
  const { signal } = ending
  const onVisibility = (): void => (document.visibilityState === 'hidden' ? onHidden() : onVisible())
  document.addEventListener('visibilitychange', onVisibility, { signal })
  document.addEventListener('freeze', onHidden, { signal })
  document.addEventListener('resume', onBack, { signal })
  globalThis.addEventListener('pagehide', onHidden, { signal })
  // At the first showing there was nothing to miss.
  globalThis.addEventListener('pageshow', ({ persisted }) => persisted && onBack(), { signal })
  globalThis.addEventListener('storage', ({ key }) => onStorage(key), { signal })
  return () => ending.abort()
}
