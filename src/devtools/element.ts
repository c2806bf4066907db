// Elements, as the panel makes them. No text becomes markup, and no style is written into it, so that the
// strictest Content-Security-Policy and Trusted Types have nothing to refuse.

/** Makes an element with attributes and children. `false` leaves an attribute out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | false>> = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(attribute, value)
  }
  made.append(...children)
  return made
}

/** Changes the text of a node only where it is another, so that nothing is laid out for nothing. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text
}

/** Changes an attribute only where it is another. */
export function setAttribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value)
}

const svgNamespace = 'http://www.w3.org/2000/svg'

/** Makes an element of SVG. */
export function svgElement(name: 'svg' | 'rect', attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(svgNamespace, name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  return made
}
