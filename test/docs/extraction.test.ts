// How examples become tests: what is promised in the head of `.ci/docs.mjs`.
import { describe, expect, test } from 'vitest'
import { examplesIn, testOf } from '../../.ci/docs.mjs'

const page = `# Title

\`\`\`ts
import { deepEqual } from 'node:assert/strict'
import {
  ok,
} from 'node:assert'

const sum = 1 + 1 //=> 2
await Promise.resolve(sum) //=> 2
\`\`\`

\`\`\`ts no-run
await listen()
\`\`\`

\`\`\`sh
npm test
\`\`\`
`

/** Returns the only example of a page whose block holds `code`. */
const only = (code: string): string => {
  const [example, ...others] = examplesIn('page.md', `\`\`\`ts\n${code}\n\`\`\`\n`)
  if (example === undefined || others.length > 0) throw new Error('expected one example')
  return testOf(example)
}

describe('examplesIn', () => {
  test('finds the blocks of TypeScript, by page and line', () => {
    const found = examplesIn('README.md', page)
    expect(found.map(({ name, isRun }) => [name, isRun])).toEqual([
      ['README.md:4', true],
      ['README.md:14', false],
    ])
  })

  test('finds the examples of docstrings, without their stars', () => {
    const source = '/**\n * Adds.\n *\n * ```ts\n * 1 + 1 //=> 2\n * ```\n */\nexport const a = 1\n'
    expect(examplesIn('src/a.ts', source)).toEqual([
      { name: 'src/a.ts:5', line: 5, isRun: true, code: '1 + 1 //=> 2\n' },
    ])
  })
})

describe('testOf', () => {
  test('D1: line N of a test is line N of its page', () => {
    const pageLines = page.split('\n')
    for (const example of examplesIn('README.md', page)) {
      const lines = testOf(example).split('\n')
      const code = example.code.trimEnd().split('\n')
      const last = example.line + code.length - 1
      expect(pageLines[last - 1]).toBe(code.at(-1))
      expect(lines[last - 1]).toContain(code.at(-1)?.split(' //=>')[0])
    }
  })

  test('D2: a test is called as one would look it up', () => {
    const [first] = examplesIn('README.md', page)
    expect(first && testOf(first)).toContain(`test('README.md:4', async () => {`)
  })

  test('imports are hoisted, those of several lines too', () => {
    const [first] = examplesIn('README.md', page)
    const [head = ''] = (first ? testOf(first) : '').split('\n')
    expect(head).toContain(`import { deepEqual } from 'node:assert/strict';`)
    expect(head).toContain(`import { ok, } from 'node:assert';`)
  })

  test('a result becomes an assertion, and a name stays', () => {
    expect(only('f(1) //=> { a: 1 }')).toContain('expect(f(1)).toEqual({ a: 1 })')
    expect(only('const x = f(1); //=> 2')).toContain('const x = f(1); expect(x).toEqual(2)')
    expect(only('await f() //=> 2')).toContain('expect(await f()).toEqual(2)')
  })

  test('what is not run has no test, and is still compiled', () => {
    const source = examplesIn('README.md', page).map(testOf)[1]
    expect(source).toContain('export const example = async () => {')
    expect(source).not.toContain('vitest')
  })

  test('a dynamic import stays where it is', () => {
    expect(only(`import('node:fs')`).split('\n')[1]).toBe(`import('node:fs')`)
  })
})
