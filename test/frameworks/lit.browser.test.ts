// Lit.
import { html, LitElement } from 'lit'
import type { TemplateResult } from 'lit'
import { observe } from 'virtual:recipe/lit'
import type { Watch } from '../../src/index.ts'
import { behavesAsOthers, caption } from './suite.ts'
import type { Photo } from './suite.ts'

let shown: Watch<Photo> | undefined

class PhotoCaption extends LitElement {
  readonly photo = shown === undefined ? undefined : observe(this, shown)

  // In the document itself, where the suite looks.
  override createRenderRoot(): HTMLElement {
    return this
  }

  override render(): TemplateResult {
    return html`<p>${this.photo === undefined ? '' : caption(this.photo())}</p>`
  }
}
customElements.define('photo-caption', PhotoCaption)

behavesAsOthers({
  name: 'Lit',
  mount(photo, into) {
    shown = photo
    const element = document.createElement('photo-caption')
    into.append(element)
    return () => element.remove()
  },
})
