// What one column shows of one scene, with a line beneath on how that came about.

import { element } from './element.ts'

/** How what is shown came about. */
export interface PanelNote {
  readonly kind: 'calm' | 'violation' | 'refused'
  readonly text: string
}

/** A panel. */
export interface Panel {
  /** Shows something new; without `nodes`, what is shown stays. */
  readonly show: (nodes: readonly Node[] | undefined, note: PanelNote) => void
}

/** Makes a panel in its place on the page. */
export function createPanel(host: HTMLElement): Panel {
  const body = element('div', { class: 'panel-body' })
  const foot = element('p', { class: 'panel-note' })
  host.append(body, foot)
  return {
    show(nodes, { kind, text }) {
      if (nodes !== undefined) body.replaceChildren(...nodes)
      host.dataset['state'] = kind
      foot.textContent = text
    },
  }
}
