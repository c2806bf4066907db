// The recipes of docs/frameworks.md as modules: what the tests import is what the page prints.
//
//   import { useReadable } from 'virtual:recipe/react'
//
// P1. A recipe has no other source than the page. Its types are checked by `recipes.test.ts`.
import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

const page = 'docs/frameworks.md'

/** Returns the recipes of the page, by name. */
export function recipesOf(root: string): Map<string, { readonly language: string; readonly code: string }> {
  const text = readFileSync(`${root}/${page}`, 'utf8')
  const blocks = text.matchAll(/^```(\w+) recipe=(\w+)\n([\s\S]*?)^```$/gm)
  return new Map([...blocks].map(([, language = '', name = '', code = '']) => [name, { language, code }]))
}

/** A plugin for Vite that serves the recipes. */
export function recipes(): Plugin {
  let root = ''
  const prefix = 'virtual:recipe/'
  return {
    name: 'recipes',
    enforce: 'pre',
    configResolved(config) {
      root = config.root
    },
    resolveId(source, _importer, options) {
      if (!source.startsWith(prefix)) return undefined
      // The scan for dependencies reads files itself, and leaves alone what is named so.
      if ('scan' in options && options.scan === true) return `\0${source}`
      // As a file beside the page, so that its imports are found, and its types erased, as any file's.
      return `${root}/docs/${source.slice(prefix.length)}.recipe.ts`
    },
    async load(id) {
      const [, name] = /\/docs\/(\w+)\.recipe\.ts$/.exec(id) ?? []
      const recipe = name === undefined ? undefined : recipesOf(root).get(name)
      if (recipe?.language !== 'svelte') return recipe?.code
      // Here alone, so that tests of anything else run without it.
      const { compile } = await import('svelte/compiler')
      return compile(recipe.code, { generate: 'client', filename: `${name}.svelte` }).js.code
    },
  }
}
