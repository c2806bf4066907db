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
  /** Shows something that stays beneath what is shown, until there is something else to stay. */
  readonly keep: (nodes: readonly Node[]) => void
}

/** Makes a panel in its place on the page. */
export function createPanel(host: HTMLElement): Panel {
  const body = element('div', { class: 'panel-body' })
  const kept = element('div', { class: 'panel-kept' })
  const foot = element('p', { class: 'panel-note' })
  host.append(body, kept, foot)
  return {
    show(nodes, { kind, text }) {
      if (nodes !== undefined) body.replaceChildren(...nodes)
      host.dataset['state'] = kind
      foot.textContent = text
    },
    keep: (nodes) => kept.replaceChildren(...nodes),
  }
}
