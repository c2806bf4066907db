declare module '*.svelte' {
  import type { Component } from 'svelte'
  const app: Component<Record<string, unknown>>
  export default app
}
