import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTidemark, memoryStorage } from '../../src/index.ts'
import { decisionMatrix, rulesFor } from '../../src/routing/index.ts'
import type { UseCase } from '../../src/routing/index.ts'

const kinds = Object.keys(decisionMatrix) as UseCase[]

test.each(kinds)('a client takes the rule for %s', (kind) => {
  const rules = rulesFor({ [kind]: ['/things/:id'] })
  const tidemark = createTidemark({ origins: ['https://api.test'], rules, storage: memoryStorage(), mirror: false })
  expect(rules).toEqual([{ match: '/things/:id', ...decisionMatrix[kind].rule }])
  tidemark.close()
})

test('a kind that does not exist is refused, with those that do', () => {
  const wrong: object = { blog: ['/posts'] }
  expect(() => rulesFor(wrong)).toThrow('checkout')
})

test('docs/choosing-a-level.md has the rows of the matrix, and no other', () => {
  const page = readFileSync('docs/choosing-a-level.md', 'utf8')
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| `([^`]+)` \| (.+) \|$/gm)].map(([, kind, level, why]) => [kind, level, why])
  const expected = kinds.map((kind) => {
    const { rule, why } = decisionMatrix[kind]
    const level = typeof rule.consistency === 'string' ? rule.consistency : `{ maxStalenessMs: ${rule.consistency?.maxStalenessMs} }`
    return [kind, level, why]
  })
  expect(rows).toEqual(expected)
})
