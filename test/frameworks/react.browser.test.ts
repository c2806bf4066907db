// React 19: plain, in strict mode, and inside a transition.
import { createElement, StrictMode, startTransition } from 'react'
import type { ReactNode } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { useReadable } from 'virtual:recipe/react'
import type { Watch } from '../../src/index.ts'
import { behavesAsOthers, caption } from './suite.ts'
import type { Photo } from './suite.ts'

function Caption({ photo }: { photo: Watch<Photo> }): ReactNode {
  return createElement('p', undefined, caption(useReadable(photo)))
}

behavesAsOthers({
  name: 'React',
  mount(photo, into) {
    const root = createRoot(into)
    root.render(createElement(Caption, { photo }))
    return () => root.unmount()
  },
  render: (photo) => renderToString(createElement(Caption, { photo })),
  hydrate(photo, into) {
    const complaints: unknown[] = []
    const onRecoverableError = (error: unknown): void => void complaints.push(error)
    const root = hydrateRoot(into, createElement(Caption, { photo }), { onRecoverableError })
    return { unmount: () => root.unmount(), complaints }
  },
})

behavesAsOthers({
  name: 'React, in strict mode and a transition',
  mount(photo, into) {
    const root = createRoot(into)
    startTransition(() => root.render(createElement(StrictMode, undefined, createElement(Caption, { photo }))))
    return () => root.unmount()
  },
})
