// The recipes of docs/frameworks.md have the types of their frameworks, and are as short as they claim.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, expect, test } from 'vitest'
import { recipesOf } from './recipes.ts'

const root = process.cwd()
const recipes = [...recipesOf(root)]
const folder = `${root}/node_modules/.cache/tidemark/recipes`

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('there is a recipe for each framework that we name', () => {
  const named = ['angular', 'lit', 'nanostores', 'preact', 'react', 'rxjs', 'signals', 'solid', 'svelte', 'vue']
  expect(recipes.map(([name]) => name).toSorted()).toEqual(named)
})

test.each(recipes)('%s: is a few lines', (_, { code }) => {
  const lines = code.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import '))
  expect(lines.length).toBeLessThanOrEqual(8)
})

test('all compile, as strictly as the rest of the house', () => {
  mkdirSync(folder, { recursive: true })
  for (const [name, { language, code }] of recipes) {
    if (language === 'ts') writeFileSync(`${folder}/${name}.ts`, code)
  }
  const config = {
    extends: `${root}/test/tsconfig.json`,
    compilerOptions: {
      noEmit: true,
      rootDir: root,
    },
    include: ['.'],
    exclude: [],
  }
  writeFileSync(`${folder}/tsconfig.json`, JSON.stringify(config))
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' })
  expect(stdout).toBe('')
})
