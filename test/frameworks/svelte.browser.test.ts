// Svelte 5, compiled from the page.
import Caption from 'virtual:recipe/svelte'
import { mount, unmount } from 'svelte'
import { behavesAsOthers, caption } from './suite.ts'

behavesAsOthers({
  name: 'Svelte',
  mount(photo, target) {
    const app = mount(Caption, { target, props: { photo, caption } })
    return () => unmount(app)
  },
})
