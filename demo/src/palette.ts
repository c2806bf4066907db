// The colours of the page for what is drawn on a canvas, which cannot read them from a style sheet.

import { element } from './element.ts'

/** Returns the colour that a custom property such as `--accent` stands for, in the theme of now. */
export type Palette = (property: string) => string

/** Makes a palette of what holds around an element. */
export function createPalette(host: HTMLElement): Palette {
  const probe = element('span', { hidden: '' })
  host.append(probe)
  const system = matchMedia('(prefers-color-scheme: dark)')
  const known = new Map<string, string>()
  let theme = ''
  return (property) => {
    const current = document.documentElement.dataset['theme'] ?? String(system.matches)
    if (current !== theme) known.clear()
    theme = current
    const colour = known.get(property) ?? read(probe, property)
    known.set(property, colour)
    return colour
  }
}

/** Calls back when the theme has become another. */
export function onThemeChange(callback: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', callback)
  new MutationObserver(callback).observe(document.documentElement, { attributeFilter: ['data-theme'] })
}

/** `getPropertyValue` would give `light-dark(…)` as it was written. A colour that is computed is one. */
function read(probe: HTMLElement, property: string): string {
  probe.style.color = `var(${property})`
  return getComputedStyle(probe).color
}
