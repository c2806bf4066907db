// The devtools on the demo: what the client of the right column does, read by read.
//
// They are loaded when they are asked for, and show what happens from then on, also after starting over.

import type { DevtoolsSource, TidemarkDevtoolsElement } from 'tidemark/devtools'

/** The devtools, which follow the visit. */
export interface DemoDevtools {
  /** Shows another client: that of the visit which begins. */
  readonly follow: (source: DevtoolsSource) => void
}

/** Lets a button put the devtools on the page, and take them away. */
export function connectDevtools(button: HTMLButtonElement, first: DevtoolsSource): DemoDevtools {
  let source = first
  let panel: TidemarkDevtoolsElement | undefined

  const isShown = (): boolean => panel?.isConnected === true
  const toggle = async (): Promise<void> => {
    if (isShown()) {
      panel?.remove()
    } else {
      const { showDevtools } = await import('tidemark/devtools')
      panel = showDevtools(source)
      panel.setAttribute('open', '')
      takeTheme()
    }
    button.setAttribute('aria-pressed', String(isShown()))
  }

  // The page lets its visitor choose a theme, which no style sheet of the panel can know.
  function takeTheme(): void {
    const { theme } = document.documentElement.dataset
    if (theme !== undefined) panel?.setAttribute('theme', theme)
  }

  new MutationObserver(takeTheme).observe(document.documentElement, { attributeFilter: ['data-theme'] })
  button.addEventListener('click', () => void toggle())
  return {
    follow(next) {
      source = next
      if (panel !== undefined && isShown()) panel.tidemark = next
    },
  }
}
