import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { countedFigures } from './counted-figures.ts'

const page = readFileSync('docs/performance.md', 'utf8')

test.each(Object.entries(countedFigures))('docs/performance.md says what "%s" comes to', (work, { transactions, writes, bytes, reads }) => {
  expect(page).toContain(`| ${work} | ${transactions} | ${writes} | ${bytes.toLocaleString('en')} | ${reads} |`)
})
