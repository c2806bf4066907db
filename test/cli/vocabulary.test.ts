import { describe, expect, test } from 'vitest'
import { configurationFor, patternOf } from '../../src/cli/configuration.ts'
import type { Observation } from '../../src/cli/observation.ts'
import { findVocabulary, readIn, vocabularies } from '../../src/cli/vocabulary.ts'
import * as tidemark from '../../src/index.ts'
import { memoryStorage } from '../../src/index.ts'

function answer(headers: Record<string, string>, document: unknown = { title: 'Boat' }): Observation {
  return {
    method: 'GET',
    url: new URL('https://api.example.com/photos/7'),
    status: 200,
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    text: JSON.stringify(document),
    document,
    sentAtMs: 0,
    endedAtMs: 1,
  }
}

const samples: [place: string, option: string | undefined, answer: Observation][] = [
  ['the header Data-Version', undefined, answer({ 'Data-Version': 'main;e="7f3a";v="45"' })],
  ['the header Data-Version', 'postgresLsn', answer({ 'Data-Version': 'main;e="7f3a";v="0/16B3748"' })],
  [
    'the header Data-Version',
    'mysqlGtid',
    answer({ 'Data-Version': 'main;v="3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5"' }),
  ],
  ['the header Data-Version', 'isoTime', answer({ 'Data-Version': 'main;v="2026-01-01T00:00:00.000Z"' })],
  [
    'the header x-d1-bookmark',
    'd1()',
    answer({ 'x-d1-bookmark': '00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683' }),
  ],
  ['the header X-Consul-Index', 'consul()', answer({ 'X-Consul-Index': '42' })],
  ['the header X-Revision', "headerVersion('X-Revision')", answer({ 'X-Revision': '42' })],
  ['the JSON field version', "jsonVersion('version')", answer({}, { version: 3 })],
  ['the JSON field meta.revision', "jsonVersion('meta.revision')", answer({}, { meta: { revision: '3' } })],
  [
    'the JSON field updatedAt',
    "jsonVersion('updatedAt', isoTime)",
    answer({}, { updatedAt: '2026-01-01T00:00:00.000Z' }),
  ],
  ['the header ETag', 'entityTag()', answer({ ETag: '"7f3a"' })],
  ['the header Last-Modified', 'lastModified()', answer({ 'Last-Modified': 'Sun, 06 Nov 1994 08:49:37 GMT' })],
]

describe('what an API says is recognised', () => {
  test.each(samples)('in %s, as %s', (place, option, sample) => {
    const vocabulary = findVocabulary([sample])
    expect(vocabulary?.place).toBe(place)
    expect(vocabulary?.option?.code).toBe(option)
  })

  test('a version of a product is none', () => {
    expect(findVocabulary([answer({}, { version: '1.2.3' })])).toBeUndefined()
  })

  test('one that proves an order goes before one that does not, also where it is not on every answer', () => {
    const both = answer({ ETag: '"1"', 'Data-Version': 'main;v="4"' })
    expect(findVocabulary([both, answer({ ETag: '"1"' })])?.header).toBe('Data-Version')
  })

  test('a malformed header is recognised, and said to be malformed', () => {
    const sample = answer({ 'Data-Version': 'main;v=4' })
    const vocabulary = findVocabulary([sample])
    expect(vocabulary?.header).toBe('Data-Version')
    expect(vocabulary && readIn(vocabulary, sample).kind).toBe('malformed')
  })
})

describe('the configuration that is printed', () => {
  const examined = { findings: [], latenciesMs: [], lagsMs: [], settledMs: [], staleness: undefined }
  const url = new URL('https://api.example.com/photos/7')

  test.each(vocabularies.map((vocabulary) => [vocabulary.option?.code ?? 'nothing', vocabulary] as const))(
    'is code that the client takes, with %s',
    (_, vocabulary) => {
      const code = configurationFor({ url, vocabulary, ...examined })
      const [, imports = '', options = ''] =
        /^import \{ (.*) \} from 'tidemark'[^]*createTidemark\((\{[^]*\})\)$/.exec(code) ?? []
      const names = imports.split(', ')
      expect(names).toContain('createTidemark')
      // oxlint-disable-next-line typescript/no-implied-eval -- The text itself is what is tried.
      const make = new Function(...names, 'more', `return createTidemark({ ...${options}, ...more })`)
      const values = names.map((name) => Reflect.get(tidemark, name))
      const client = make(...values, { storage: memoryStorage() })
      expect(typeof client.fetch).toBe('function')
      client.close()
    },
  )

  test('makes parameters of what looks like an identifier', () => {
    const at = (path: string): string => patternOf(new URL(path, 'https://api.example.com'))
    expect(at('/photos')).toBe('/photos')
    expect(at('/photos/7/comments/12')).toBe('/photos/:id/comments/:id2')
    expect(at('/users/3e11fa47-71ca-41e1-9e33-c80aa9429562')).toBe('/users/:id')
  })
})
