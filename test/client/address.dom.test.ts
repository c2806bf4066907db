import { expect, test } from 'vitest'
import { readAddress } from '../../src/client/paths/address.ts'

test('a text, a URL and a Request of one address say the same', () => {
  const text = 'https://api.test/photos?b=2#top'
  const expected = { href: text, origin: 'https://api.test' }
  for (const input of [text, new URL(text), new Request(text)]) expect(readAddress(input)).toMatchObject(expected)
  expect(readAddress(text)).toBe(readAddress(text))
})

test('A2: a URL that was written into is not used again', () => {
  const first = readAddress('https://api.test/a')
  first?.url.searchParams.set('is', 'mine')
  expect(readAddress('https://api.test/a')).toMatchObject({ href: 'https://api.test/a' })
  expect(readAddress('https://api.test/a')?.url.href).toBe('https://api.test/a')
})

test('what the caller’s own URL becomes later changes nothing', () => {
  const own = new URL('https://api.test/a')
  const address = readAddress(own)
  own.pathname = '/b'
  expect(address?.url.pathname).toBe('/a')
})

test('a relative address is of where the page is now', () => {
  location.href = 'https://one.test/page/'
  expect(readAddress('x')?.href).toBe('https://one.test/page/x')
  location.href = 'https://two.test/'
  expect(readAddress('x')?.href).toBe('https://two.test/x')
})

test('what is no address is none', () => {
  expect(readAddress('https://')).toBeUndefined()
})
