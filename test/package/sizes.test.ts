// The sizes that the README quotes are those that `npm run check:sizes` holds us to.
//
// The table is the one whose first column is called "Import"; its second column is the limit, such as
// | `createTidemark` from `tidemark` | 6.5 kB |
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rowsOfSizes } from './size-table.ts'

interface SizeLimit {
  readonly name: string
  readonly path: string
  readonly limit: string
}

const limits: readonly SizeLimit[] = JSON.parse(readFileSync('package.json', 'utf8'))['size-limit']
const readme = existsSync('README.md') ? readFileSync('README.md', 'utf8') : ''
const rows = rowsOfSizes(readme)

test('the client has a limit', () => {
  expect(limits.map(({ path }) => path)).toContain('dist/index.js')
})

test.each(limits)('the limit of $name is a size in kB', ({ limit }) => {
  expect(limit).toMatch(/^\d+(\.\d+)? kB$/)
})

test.skipIf(rows === undefined)('the README quotes each limit, and no other', () => {
  expect(rows).toEqual(limits.map(({ name, limit }) => [name, limit]))
})

test('the reader of the table finds its rows', () => {
  const table = '| Import | At most |\n|---|--:|\n| `a` from `b` | 1 kB |\n| c | 2.5 kB |\n\nText\n'
  expect(rowsOfSizes(`# Title\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n${table}`)).toEqual([
    ['a from b', '1 kB'],
    ['c', '2.5 kB'],
  ])
  expect(rowsOfSizes('| Import | At most |\n|---|--:|\n')).toEqual([])
  expect(rowsOfSizes('# Title\n')).toBeUndefined()
})
