import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { figuresPath, fillPage, pagePath, printFigures, renewed } from '../../bench/figures.ts'
import type { Figure } from '../../bench/figures.ts'

const figureOf = (group: string, name: string, ours: number): Figure => ({
  group,
  name,
  engine: 'Chromium 1',
  on: '2026-01-02',
  load: 0.5,
  rounds: 9,
  noise: 1,
  variants: [
    { name: 'floor', each: 100, quartiles: [90, 110] },
    { name: 'ours', each: ours, quartiles: [ours, ours] },
  ],
  targets: [{ variant: 'ours', by: 'ratio', must: 1.5, reach: 0.5 }],
})

test('a group that is measured anew takes the place of all that it came to before', () => {
  const kept = [figureOf('a', 'one', 1), figureOf('b', 'two', 2), figureOf('b', 'three', 3)]
  const measured = [figureOf('b', 'four', 4), figureOf('c', 'five', 5)]
  expect(renewed(kept, measured).map(({ name }) => name)).toEqual(['one', 'four', 'five'])
})

test('a page is filled between its marks and left alone elsewhere', () => {
  const page = 'Before.\n<!-- figures: a -->\nold\n<!-- end of figures -->\nAfter.\n<!-- figures: targets -->\n<!-- end of figures -->\n'
  const filled = fillPage(page, [figureOf('a', 'one', 120)])
  expect(filled).toBe(`Before.
<!-- figures: a -->

**one** (Chromium 1, median of 9, A/A 1.00x, load 0.5, 2026-01-02)

|  | each | ratio |
|---|---:|---:|
| floor | 100 µs | 1.00x |
| ours | 120 µs | 1.20x |

<!-- end of figures -->
After.
<!-- figures: targets -->

| work | what is measured | measured | must be at most | is to reach |  |
|---|---|---:|---:|---:|---:|
| one | ours, of: floor | 1.20x | 1.5x | 0.5x | the must holds |

<!-- end of figures -->
`)
  expect(fillPage(filled, [figureOf('a', 'one', 120)])).toBe(filled)
})

test('what is printed is read again, a line for each', () => {
  const figures = [figureOf('a', 'one', 1), figureOf('b', 'two', 2)]
  const text = printFigures(figures)
  expect(JSON.parse(text)).toEqual(figures)
  expect(text.trim().split('\n')).toHaveLength(4)
})

test('docs/performance.md quotes the figures that were measured last', () => {
  const figures: readonly Figure[] = JSON.parse(readFileSync(figuresPath, 'utf8'))
  const page = readFileSync(pagePath, 'utf8')
  expect(fillPage(page, figures), 'npm run bench -- NAME --write').toBe(page)
  const quoted = [...page.matchAll(/<!-- figures: (\S+) -->/g)].map(([, name]) => name)
  expect(new Set(quoted)).toEqual(new Set(['targets', ...figures.map(({ group }) => group)]))
})
