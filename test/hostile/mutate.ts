// Mutations: what a stranger, a bug or a broken disk makes of a good text or value.

import type { Random } from '../../src/testing/determinism/random.ts'

/** Pieces that have broken parsers before. */
const pieces = [
  '', ' ', '"', '\\', ';', ',', '=', ':', '-', '.', '\n', '\r\n', '\0', '\u00e4', '\ud800', '\u202e', '%00', '<script>',
  '__proto__', 'constructor', 'prototype', 'toString', 'null', 'undefined', 'NaN', 'Infinity', '-1', '1e999', '0x10',
  '18446744073709551616', '9'.repeat(40), '9'.repeat(400), '0'.repeat(40), '?1', '@0', '%"a"', ':YQ==:', '()', '[[[[', '{"a":',
] as const

/** Returns a text that was changed in some places. */
export function mutateText(random: Random, text: string, others: readonly string[]): string {
  let mutated = text
  for (let times = 1 + random.below(3); times > 0; times -= 1) mutated = mutateOnce(random, mutated, others)
  return mutated
}

function mutateOnce(random: Random, text: string, others: readonly string[]): string {
  const at = random.below(text.length + 1)
  const to = at + random.below(text.length - at + 1)
  const piece = pieces[random.below(pieces.length)] ?? ''
  switch (random.below(9)) {
    case 0:
      return text.slice(0, at) + piece + text.slice(at)
    case 1:
      return text.slice(0, at) + piece + text.slice(to)
    case 2:
      return text.slice(0, at) + text.slice(to)
    case 3:
      return text.slice(0, to) + text.slice(at)
    case 4:
      return text.slice(0, at)
    case 5:
      return text.slice(0, at) + String.fromCharCode(random.below(random.next() < 0.9 ? 128 : 65_536)) + text.slice(at + 1)
    case 6: {
      const other = others[random.below(others.length)] ?? ''
      return text.slice(0, at) + other.slice(random.below(other.length + 1))
    }
    case 7:
      return `${text},${text}`
    default:
      // Giants are rare, since they take most of the time.
      return random.next() < 0.01 ? (piece + text.slice(at, to)).repeat(2000) : text + piece
  }
}

/** Returns a value, as JSON or a structured clone gives one, that was changed in one place. */
export function mutateValue(random: Random, value: unknown): unknown {
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1)
    switch (random.below(5)) {
      case 0:
        return strangeValue(random)
      case 1:
        return value.toSpliced(at, 1)
      case 2:
        return value.toSpliced(at, 0, strangeValue(random))
      case 3:
        return random.next() < 0.05 ? Array.from({ length: 5000 }, () => value[0] as unknown) : [...value, ...value]
      default:
        return value.length === 0 ? [value] : value.with(random.below(value.length), mutateValue(random, value[random.below(value.length)]))
    }
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value)
    const chosen = entries[random.below(entries.length)]
    if (chosen === undefined || random.next() < 0.1) return strangeValue(random)
    const [name, inner] = chosen
    switch (random.below(5)) {
      case 0:
        return withField(value, name, strangeValue(random))
      case 1:
        return Object.fromEntries(entries.filter(([other]) => other !== name))
      case 2:
        return withField(value, pieces[random.below(pieces.length)] ?? '', strangeValue(random))
      default:
        return withField(value, name, mutateValue(random, inner))
    }
  }
  if (typeof value === 'string' && random.next() < 0.7) return mutateText(random, value, [])
  if (typeof value === 'number' && random.next() < 0.7) return [-1, 0.5, Number.NaN, Infinity, -0, 2 ** 53, 1e308][random.below(7)]
  return strangeValue(random)
}

/** An own field, whatever its name: as `JSON.parse` makes `__proto__`. */
function withField(value: object, name: string, field: unknown): object {
  const copy = { ...value }
  Object.defineProperty(copy, name, { value: field, enumerable: true, writable: true, configurable: true })
  return copy
}

function strangeValue(random: Random): unknown {
  switch (random.below(13)) {
    case 0:
      return null
    case 1:
      return undefined
    case 2:
      return pieces[random.below(pieces.length)]
    case 3:
      return [-1, 0, 1.5, Number.NaN, Infinity, 2 ** 53][random.below(6)]
    case 4:
      return []
    case 5:
      return {}
    case 6:
      return JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as unknown
    case 7:
      return random.next() < 0.05 ? nested(5000) : nested(20)
    case 8:
      return random.next() < 0.02 ? 'x'.repeat(2_000_000) : 'x'.repeat(9000)
    case 9:
      return true
    case 10:
      return new Date(Number.NaN)
    case 11:
      return new Map([['scope', 'main']])
    default:
      return new Uint8Array(8)
  }
}

function nested(depth: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value }
  return value
}
