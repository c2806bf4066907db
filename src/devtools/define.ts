// The custom element. Its class is made when it is defined, since a server has no `HTMLElement` to extend.

import type { RecordedHistory } from './history-document.ts'
import { panelStyle } from './panel-style.ts'
import { createPanel } from './panel.ts'
import type { Panel } from './panel.ts'
import type { DevtoolsSource, Recorder } from './recorder.ts'

/** `<tidemark-devtools>`: shows what a client does. */
export interface TidemarkDevtoolsElement extends HTMLElement {
  /** The client that is shown. */
  tidemark: DevtoolsSource | undefined
  /** What was recorded since then. */
  readonly recorder: Recorder | undefined
  /** What was recorded of reads and writes, as `parseHistory` of `tidemark/testing` reads it. */
  readonly history: () => RecordedHistory | undefined
}

const name = 'tidemark-devtools'

/**
 * Defines `<tidemark-devtools>`, once. It does nothing where there is no document.
 *
 * The element shows the client that its property `tidemark` is set to, in the theme of the page or of its
 * attribute `theme` (`light` or `dark`). With the attribute `docked` it is a button at the foot of the
 * window, which opens the panel over the page.
 */
export function defineDevtools(): void {
  if (globalThis.customElements === undefined || customElements.get(name) !== undefined) return
  customElements.define(name, elementClass())
}

/**
 * Puts the devtools on the page, docked at the foot of the window. Returns the element: `remove()` ends it.
 *
 * ```ts no-run
 * import { createTidemark } from 'tidemark'
 * import { showDevtools } from 'tidemark/devtools'
 *
 * const tidemark = createTidemark()
 * showDevtools(tidemark)
 * ```
 */
export function showDevtools(tidemark: DevtoolsSource): TidemarkDevtoolsElement {
  defineDevtools()
  const made = document.createElement(name)
  if (!isDevtools(made)) throw new TypeError(`<${name}> was defined by somebody else.`)
  made.setAttribute('docked', '')
  made.tidemark = tidemark
  document.body.append(made)
  return made
}

function isDevtools(made: HTMLElement): made is TidemarkDevtoolsElement {
  return 'tidemark' in made && 'recorder' in made
}

function elementClass(): CustomElementConstructor {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(panelStyle)

  return class extends HTMLElement implements TidemarkDevtoolsElement {
    readonly #panel: Panel
    #source: DevtoolsSource | undefined

    constructor() {
      super()
      const root = this.attachShadow({ mode: 'open' })
      root.adoptedStyleSheets = [sheet]
      this.#panel = createPanel(root, {
        isShown: () => !this.hasAttribute('docked') || this.hasAttribute('open'),
        setOpen: (isOpen) => void this.toggleAttribute('open', isOpen),
      })
    }

    get tidemark(): DevtoolsSource | undefined {
      return this.#source
    }

    set tidemark(source: DevtoolsSource | undefined) {
      this.#source = source
      this.#panel.attach(source)
    }

    get recorder(): Recorder | undefined {
      return this.#panel.recorder()
    }

    history(): RecordedHistory | undefined {
      return this.recorder?.history()
    }

    connectedCallback(): void {
      // Set before the element was defined: a property of its own, which hides the one above.
      const early: unknown = Object.hasOwn(this, 'tidemark') ? Reflect.get(this, 'tidemark') : undefined
      if (isSource(early)) {
        Reflect.deleteProperty(this, 'tidemark')
        this.tidemark = early
      } else if (this.recorder === undefined && this.#source !== undefined) {
        this.#panel.attach(this.#source)
      }
      this.#panel.connect()
    }

    disconnectedCallback(): void {
      this.#panel.disconnect()
      this.#panel.attach(undefined)
    }
  }
}

function isSource(value: unknown): value is DevtoolsSource {
  return typeof value === 'object' && value !== null && 'subscribe' in value
}
