// What the recipes of docs/frameworks.md export, for the drivers that import them from the page.

declare module 'virtual:recipe/react' {
  import type { Readable } from 'tidemark'

  export const useReadable: <T>(readable: Readable<T>) => T
}

declare module 'virtual:recipe/preact' {
  import type { Readable } from 'tidemark'

  export const useReadable: <T>(readable: Readable<T>) => T
}

declare module 'virtual:recipe/vue' {
  import type { Readable } from 'tidemark'
  import type { ShallowRef } from 'vue'

  export function useReadable<T>(readable: Readable<T>): Readonly<ShallowRef<T>>
}

declare module 'virtual:recipe/svelte' {
  import type { Component } from 'svelte'
  import type { Snapshot, Watch } from 'tidemark'

  interface Photo {
    readonly title: string
  }
  const component: Component<{
    photo: Watch<Photo>
    caption: (snapshot: Snapshot<Photo>) => string
  }>
  export default component
}

declare module 'virtual:recipe/solid' {
  import type { Accessor } from 'solid-js'
  import type { Readable } from 'tidemark'

  export const useReadable: <T>(readable: Readable<T>) => Accessor<T>
}

declare module 'virtual:recipe/angular' {
  import type { Signal } from '@angular/core'
  import type { Readable } from 'tidemark'

  export const readableSignal: <T>(readable: Readable<T>) => Signal<T>
}

declare module 'virtual:recipe/lit' {
  import type { ReactiveControllerHost } from 'lit'
  import type { Readable } from 'tidemark'

  export function observe<T>(host: ReactiveControllerHost, readable: Readable<T>): () => T
}

declare module 'virtual:recipe/rxjs' {
  import type { Observable } from 'rxjs'
  import type { Readable } from 'tidemark'

  export const observableOf: <T>(readable: Readable<T>) => Observable<T>
}

declare module 'virtual:recipe/nanostores' {
  import type { ReadableAtom } from 'nanostores'
  import type { Readable } from 'tidemark'

  export function atomOf<T>(readable: Readable<T>): ReadableAtom<T>
}

declare module 'virtual:recipe/signals' {
  import type { Signal } from 'signal-polyfill'
  import type { Readable } from 'tidemark'

  export function signalOf<T>(readable: Readable<T>): Signal.Computed<T>
}
