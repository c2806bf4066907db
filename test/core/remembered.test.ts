import { expect, test } from 'vitest'
import { remembered } from '../../src/core/remembered.ts'

function counted(): { made: string[]; read: (text: string) => object } {
  const made: string[] = []
  const read = remembered((text) => {
    made.push(text)
    return { text }
  })
  return { made, read }
}

test('what was said of a text is said again, and not made again', () => {
  const { made, read } = counted()
  expect(read('a')).toBe(read('a'))
  expect(made).toEqual(['a'])
})

test('memory is bounded: of many texts, those made first are forgotten', () => {
  const { made, read } = counted()
  for (let index = 0; index < 1000; index += 1) read(`text ${index}`)
  made.length = 0
  read('text 999')
  read('text 936')
  expect(made).toEqual([])
  read('text 935')
  expect(made).toEqual(['text 935'])
})

test('a long text is made each time, and takes nobody else’s place', () => {
  const { made, read } = counted()
  const long = 'x'.repeat(10_000)
  expect(read(long)).toEqual(read(long))
  expect(made).toEqual([long, long])
})

test('what throws is asked again', () => {
  let calls = 0
  const read = remembered(() => {
    calls += 1
    if (calls === 1) throw new Error('no')
    return {}
  })
  expect(() => read('a')).toThrow('no')
  expect(read('a')).toEqual({})
})
