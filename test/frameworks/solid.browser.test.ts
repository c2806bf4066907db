// Solid, without its compiler.
import { useReadable } from 'virtual:recipe/solid'
import h from 'solid-js/h'
import { render } from 'solid-js/web'
import { behavesAsOthers, caption } from './suite.ts'

behavesAsOthers({
  name: 'Solid',
  mount: (photo, into) =>
    render(() => {
      const current = useReadable(photo)
      // What `h` gives is drawn when it is called, as what a compiled template gives is at once.
      const paragraph = h('p', () => caption(current()))
      return paragraph()
    }, into),
})
