// The tests that the threat model cites by name: each is in the file that it is said to be in.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Names in quotes, and the file after them: “I11: sees nothing”, `test/client/sign-out.test.ts`. */
const cited = [...read('docs/threat-model.md').matchAll(/((?:“[^”]+”, )+)`(test\/[^`]+)`/g)].flatMap(([, names = '', file = '']) =>
  [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']): [string, string] => [name, file]),
)

test.each(cited)('“%s” stands in %s', (name, file) => {
  expect(read(file)).toContain(name)
})

test('most promises cite a test by its name', () => {
  expect(cited.length).toBeGreaterThan(15)
})
