import { afterEach, expect, test, vi } from 'vitest'
import { pathBase } from '../../src/client/paths/path-base.ts'

const api = 'https://api.example.com'
const other = 'https://other.example.com'

afterEach(() => vi.unstubAllGlobals())

test('outside a page, paths are of the first origin', () => {
  expect(pathBase(new Set([api, other]))).toBe(api)
})

test('in a page of a governed origin, they are of the page', () => {
  vi.stubGlobal('location', new URL(`${other}/deep/page`))
  expect(pathBase(new Set([api, other]))).toBe(`${other}/deep/page`)
})

test('in a page of another origin, they are of the API: a path of the page would be nobody’s', () => {
  vi.stubGlobal('location', new URL('https://app.example.com/'))
  expect(pathBase(new Set([api]))).toBe(api)
})
