import { expect, test } from 'vitest'
import { sharesOf } from '../../bench/profile.ts'

const node = (id: number, functionName: string, children: readonly number[] = []) => ({
  id,
  callFrame: { functionName, lineNumber: 9 },
  children,
})

test('a function has what it runs itself, and what runs within it, once however deep it calls itself', () => {
  const nodes = [node(1, '(root)', [2, 5]), node(2, 'read', [3]), node(3, 'parse', [4]), node(4, 'parse'), node(5, '(idle)')]
  const shares = sharesOf({ nodes, samples: [2, 3, 3, 4, 4, 4, 4, 5, 5, 5] })
  expect(Object.fromEntries(shares.map(({ name, self, within }) => [name, [self, within]]))).toEqual({
    '(root):10': [0, 1],
    'read:10': [0.1, 0.7],
    'parse:10': [0.6, 0.6],
    '(idle):10': [0.3, 0.3],
  })
  expect(shares.map(({ name }) => name)).toEqual(['(root):10', 'read:10', 'parse:10', '(idle):10'])
})
