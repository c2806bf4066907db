// What draws nothing itself: RxJS, nanostores, the signals of TC39, and a plain loop.
import { atomOf } from 'virtual:recipe/nanostores'
import { observableOf } from 'virtual:recipe/rxjs'
import { signalOf } from 'virtual:recipe/signals'
import { cleanStores } from 'nanostores'
import { Signal } from 'signal-polyfill'
import { behavesAsOthers, caption } from './suite.ts'

behavesAsOthers({
  name: 'RxJS',
  mount(photo, into) {
    const subscription = observableOf(photo).subscribe((snapshot) => into.replaceChildren(caption(snapshot)))
    return () => subscription.unsubscribe()
  },
})

behavesAsOthers({
  name: 'nanostores',
  mount(photo, into) {
    const store = atomOf(photo)
    store.subscribe((snapshot) => into.replaceChildren(caption(snapshot)))
    // As leaving does, but without the second for which nanostores goes on.
    return () => cleanStores(store)
  },
})

behavesAsOthers({
  name: 'Signals of TC39',
  mount(photo, into) {
    const text = new Signal.Computed(() => caption(signal.get()))
    const signal = signalOf(photo)
    const draw = (): void => {
      into.replaceChildren(text.get())
      watcher.watch()
    }
    const watcher = new Signal.subtle.Watcher(() => queueMicrotask(draw))
    watcher.watch(text)
    draw()
    return () => watcher.unwatch(text)
  },
})

behavesAsOthers({
  name: 'A plain loop',
  mount(photo, into) {
    const snapshots = photo[Symbol.asyncIterator]()
    const drawing = (async () => {
      for await (const snapshot of snapshots) into.replaceChildren(caption(snapshot))
    })()
    return async () => {
      await snapshots.return?.()
      await drawing
    }
  },
})
