// Turns each `ts` block of the README, of docs/ and of the docstrings into a test, so that prose
// cannot drift from code. `node .ci/docs.mjs` writes the tests; Vitest runs them as project `docs`.
//
//   expression //=> value           asserts that the two are equal
//   const name = expression //=> value    the same, and keeps the name
//   ```ts no-run                    is type-checked only: it needs a server, or does not end
//
// D1. Line N of a test is line N of its page, so every tool that reports a line reports the page's.
// D2. A test is called as one would look it up: `README.md:57`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMain, root } from './command.mjs'
import { runVitest } from './vitest.mjs'

const out = join(root, 'test/docs/generated')

/** Writes a test for each example, and returns the page that each test file stands for. */
export function extractExamples() {
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  /** @type {Map<string, string>} */
  const pages = new Map()
  const readme = existsSync(join(root, 'README.md')) ? ['README.md'] : []
  for (const page of [...readme, ...filesUnder('docs', '.md'), ...filesUnder('src', '.ts')]) {
    for (const example of examplesIn(page, readFileSync(join(root, page), 'utf8'))) {
      const place = example.name.replaceAll(/\W+/g, '-').toLowerCase()
      const file = `${place}${example.isRun ? '.test' : ''}.ts`
      writeFileSync(join(out, file), testOf(example))
      pages.set(file, page)
    }
  }
  console.log(`docs: ${pages.size} examples extracted`)
  return pages
}

/**
 * Type-checks the examples and runs them.
 *
 * @returns {boolean} whether all is well
 */
export function checkExamples() {
  const pages = extractExamples()
  if (pages.size === 0) return true
  const areTyped = checkTypes(pages)
  return runVitest(['--project', 'docs']).failed === 0 && areTyped
}

/** @param {ReadonlyMap<string, string>} pages */
function checkTypes(pages) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', 'test/docs/tsconfig.json', '--pretty', 'false']
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  const named = stdout.replaceAll(/^test\/docs\/generated\/([^(]+)\((\d+),\d+\)/gm, (_, file, line) => {
    return `${pages.get(file)}:${line}` // D1
  })
  if (named !== '') console.error(named)
  return status === 0
}

/** @typedef {{ name: string, line: number, isRun: boolean, code: string }} Example */

/**
 * Returns the examples in the text of a page: Markdown, or the docstrings of a source file.
 *
 * @param {string} page
 * @param {string} text
 * @returns {Example[]}
 */
export function examplesIn(page, text) {
  const prose = page.endsWith('.ts') ? text.replaceAll(/^ *\* ?/gm, '') : text
  return [...prose.matchAll(/^```ts( no-run)?\n([\s\S]*?)^```$/gm)].map((block) => {
    const line = prose.slice(0, block.index).split('\n').length + 1
    return {
      name: `${page}:${line}`,
      line,
      isRun: block[1] === undefined,
      code: block[2] ?? '',
    }
  })
}

/**
 * Returns the test that an example becomes.
 *
 * @param {Example} example
 */
export function testOf({ name, line, isRun, code }) {
  /** @type {string[]} */
  const imports = []
  // Imports go to the first line, and leave theirs empty. // D1
  const body = code.replaceAll(/^import\b(?!\()[^'"]*['"][^'"]+['"];?$/gm, (statement) => {
    imports.push(statement.replaceAll(/\s+/g, ' ').replace(/;?$/, ';'))
    return statement.replaceAll(/[^\n]/g, '')
  })
  const vitest = isRun ? `import { expect, test } from 'vitest'; ` : ''
  const opening = isRun ? `test('${name}', async () => {` : 'export const example = async () => {'
  return [
    `${vitest}${imports.join(' ')} ${opening}`,
    '\n'.repeat(line - 1),
    body.trimEnd().split('\n').map(isRun ? assertionOf : String).join('\n'),
    isRun ? '\n})\n' : '\n}\n',
  ].join('')
}

/** @param {string} line */
function assertionOf(line) {
  const parts = /^(\s*)(?:const (\w+) = )?(.*?);?\s*\/\/=> (.*)$/.exec(line)
  if (parts === null) return line
  const [, indent, name, expression, value] = parts
  if (name === undefined) return `${indent}expect(${expression}).toEqual(${value})`
  return `${indent}const ${name} = ${expression}; expect(${name}).toEqual(${value})`
}

/**
 * @param {string} folder
 * @param {string} ending
 */
function filesUnder(folder, ending) {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .toSorted()
}

if (isMain(import.meta)) extractExamples()
