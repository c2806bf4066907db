// Vue 3.
import { useReadable } from 'virtual:recipe/vue'
import { createApp, createSSRApp, h } from 'vue'
import type { Component } from 'vue'
import { renderToString } from 'vue/server-renderer'
import type { Watch } from '../../src/index.ts'
import { behavesAsOthers, caption } from './suite.ts'
import type { Photo } from './suite.ts'

const captionOf = (photo: Watch<Photo>): Component => ({
  setup() {
    const current = useReadable(photo)
    return () => h('p', caption(current.value))
  },
})

behavesAsOthers({
  name: 'Vue',
  mount(photo, into) {
    const app = createApp(captionOf(photo))
    app.mount(into)
    return () => app.unmount()
  },
  render: (photo) => renderToString(createSSRApp(captionOf(photo))),
  hydrate(photo, into) {
    const complaints: unknown[] = []
    const app = createSSRApp(captionOf(photo))
    app.config.warnHandler = (message) => void complaints.push(message)
    app.mount(into)
    return { unmount: () => app.unmount(), complaints }
  },
})
