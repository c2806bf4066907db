import { expect, test } from 'vitest'
import { compilePath, fillTemplate } from '../../src/client/paths/path-pattern.ts'

test.each<[string, string, Record<string, string> | undefined]>([
  ['/photos', '/photos', {}],
  ['/photos', '/photos/', undefined],
  ['/photos', '/photos/1', undefined],
  ['/photos/:id', '/photos/1', { id: '1' }],
  ['/photos/:id', '/photos/', undefined],
  ['/photos/:id', '/photos/1/comments', undefined],
  ['/photos/:id', '/photos/a%20b', { id: 'a b' }],
  ['/photos/:id', '/photos/%', { id: '%' }],
  ['/photos/:id/comments/:comment', '/photos/1/comments/2', { id: '1', comment: '2' }],
  ['/files/*', '/files/a/b.txt', { '*': 'a/b.txt' }],
  ['/files/*', '/files', undefined],
  ['/*', '/', { '*': '' }],
  ['/a.b', '/aXb', undefined],
  ['/a(b)', '/a(b)', {}],
])('%s on %s', (pattern, path, params) => {
  expect(compilePath(pattern, 'match')(path)).toEqual(params)
})

test('a template is filled whole, and encoded, or not at all', () => {
  const values: Record<string, string> = { id: 'a/b' }
  expect(fillTemplate('/photos/:id', (name) => values[name])).toBe('/photos/a%2Fb')
  expect(fillTemplate('/photos/:id/:other', (name) => values[name])).toBeUndefined()
})
