// The page on guarantees keeps its word: each test that it cites is there, by the rule that it names.

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const page = readFileSync('docs/guarantees.md', 'utf8')

interface Citation {
  readonly file: string
  readonly rules: readonly string[]
}

/** A path in backticks, and the rules in the brackets after it, if there are any. */
const citations = [...page.matchAll(/`(test\/[^`]+\.ts)`(?:\s+\(([^)]*)\))?/g)].map(
  ([, file = '', list = '']): Citation => ({ file, rules: list.split(/,\s*/).filter(Boolean) }),
)

/** Returns the names of the tests in a file, as they begin: with a rule, or a group of them. */
function namesIn(file: string): string[] {
  const calls = readFileSync(file, 'utf8').matchAll(
    /\b(?:test|describe)(?:\.\w+)?(?:<[^(]*>)?\([\s\S]*?['`]([^'`]+)['`]/g,
  )
  const rows = readFileSync(file, 'utf8').matchAll(/['`]([A-Z]\d+: [^'`]*)['`]/g)
  return [...calls, ...rows].map(([, name = '']) => name)
}

test('it cites tests for every guarantee of its table', () => {
  const sections = page.split(/^## /m).slice(1)
  const named = [...page.matchAll(/^\| \[[^\]]+\]\(#([\w-]+)\)/gm)].map(([, anchor = '']) => anchor)
  expect(named.length).toBeGreaterThanOrEqual(10)
  for (const anchor of named) {
    const section = sections.find((text) => anchorOf(text.split('\n')[0] ?? '') === anchor)
    expect(section, anchor).toMatch(/`test\/[^`]+`/)
  }
})

function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\w -]/g, '').replaceAll(' ', '-')
}

describe.each(citations)('$file', ({ file, rules }) => {
  test('exists', () => {
    expect(existsSync(file)).toBe(true)
  })

  test.each(rules)('has a test named %s', (rule) => {
    expect(rule).toMatch(/^[A-Z]\d+$/)
    expect(namesIn(file).filter((name) => new RegExp(`\\b${rule}\\b`).test(name))).not.toEqual([])
  })
})
