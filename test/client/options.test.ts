import { describe, expect, test } from 'vitest'
import { createTidemark, integer, jsonVersion, memoryStorage, OptionsError } from '../../src/index.ts'
import type { TidemarkOptions } from '../../src/index.ts'

const origins = ['https://api.test']

function refusal(options: unknown): OptionsError {
  try {
    createTidemark(options as TidemarkOptions).close()
  } catch (error) {
    if (error instanceof OptionsError) return error
    throw error
  }
  throw new Error('The options were accepted.')
}

describe('a wrong option is refused by its name, its value, and what is accepted', () => {
  test.each<[unknown, string, string]>([
    [{}, 'origins', 'outside a page'],
    [{ origins: [] }, 'origins', 'https://api.example.com'],
    [{ origins: ['api.test'] }, 'origins[0]', 'origins such as'],
    [{ origins: ['https://api.test/v1'] }, 'origins[0]', 'origins such as'],
    [{ origins: ['*'] }, 'origins[0]', 'origins such as'],
    [{ origins, consistancy: 'strong' }, 'consistancy', 'consistency'],
    [{ origins, consistency: 'stronger' }, 'consistency', '"strong"'],
    [{ origins, consistency: { maxStaleness: 5 } }, 'consistency', 'maxStalenessMs'],
    [{ origins, budgetMs: -1 }, 'budgetMs', 'milliseconds from 0'],
    [{ origins, budgetMs: Number.NaN }, 'budgetMs', 'milliseconds from 0'],
    [{ origins, onUnavailable: true }, 'onUnavailable', '"serve-stale"'],
    [{ origins, fetch: 'fetch' }, 'fetch', 'a function'],
    [{ origins, valueBytesMax: '1 MB' }, 'valueBytesMax', 'bytes'],
    [{ origins, rules: [undefined] }, 'rules[0]', 'a rule'],
    [{ origins, rules: [{ match: 'photos' }] }, 'rules[0].match', '/photos/:id'],
    [{ origins, rules: [{ match: '/photos?page=1' }] }, 'rules[0].match', 'without query'],
    [{ origins, rules: [{ match: 42 }] }, 'rules[0].match', 'a regular expression'],
    [{ origins, rules: [{ match: '/a', scop: 'x' }] }, 'rules[0].scop', 'scope'],
    [{ origins, rules: [{ match: '/a', keep: 'forever' }] }, 'rules[0].keep', '"memory"'],
    [{ origins, rules: [{ match: '/a', affects: ['photos'] }] }, 'rules[0].affects', '/photos/:id'],
    [{ origins, rules: [{ match: '/a', versions: 'etag' }] }, 'rules[0].versions', 'jsonVersion'],
  ])('%j', (options, field, accepted) => {
    const error = refusal(options)
    expect(error.facts.field).toBe(field)
    expect(error.message).toContain(`\`${field}\``)
    expect(error.facts.accepted).toContain(accepted)
  })

  test('a rule that can match nothing: its origin was not named', () => {
    const error = refusal({ origins, rules: [{ match: 'https://other.test/photos' }] })
    expect(error.facts).toMatchObject({ field: 'rules[0].match' })
    expect(error.message).toContain('https://api.test')
  })

  test('a rule that can match nothing: an earlier one takes all of it', () => {
    const rules = [{ match: '/photos/:id' }, { match: '/photos/latest' }]
    expect(refusal({ origins, rules }).message).toContain('rules[0] ("/photos/:id")')
  })

  test('V2: two formats of one name', () => {
    const other = { ...integer }
    const rules = [
      { match: '/a', versions: jsonVersion('v', integer) },
      { match: '/b', versions: jsonVersion('v', other) },
    ]
    expect(refusal({ origins, rules }).message).toContain('integer')
  })

  test('a value of a megabyte does not become a message of a megabyte', () => {
    expect(refusal({ origins, consistency: 'x'.repeat(1e6) }).message.length).toBeLessThan(500)
  })
})

test('the narrower rule first is accepted', () => {
  const rules = [{ match: '/photos/latest' }, { match: '/photos/:id' }, { match: '/photos/*' }]
  expect(() => createTidemark({ origins, rules, storage: memoryStorage() }).close()).not.toThrow()
})

test('a wrong level of one call is refused, and nothing is sent', async () => {
  let sent = 0
  const tidemark = createTidemark({
    origins,
    storage: memoryStorage(),
    fetch: async () => {
      sent += 1
      return new Response()
    },
  })
  const init = { consistency: 'total' } as unknown as RequestInit
  await expect(tidemark.fetch('https://api.test/a', init)).rejects.toBeInstanceOf(OptionsError)
  expect(sent).toBe(0)
})
