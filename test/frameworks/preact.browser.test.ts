// Preact.
import { h, hydrate, render } from 'preact'
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { useReadable } from 'virtual:recipe/preact'
import type { Watch } from '../../src/index.ts'
import { behavesAsOthers, caption } from './suite.ts'
import type { Photo } from './suite.ts'

function Caption({ photo }: { photo: Watch<Photo> }): VNode {
  return h('p', null, caption(useReadable(photo)))
}

behavesAsOthers({
  name: 'Preact',
  mount(photo, into) {
    render(h(Caption, { photo }), into)
    return () => render(null, into)
  },
  render: (photo) => renderToString(h(Caption, { photo })),
  hydrate(photo, into) {
    hydrate(h(Caption, { photo }), into)
    return { unmount: () => render(null, into), complaints: [] }
  },
})
