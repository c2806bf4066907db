// `WAIT FOR LSN`, by what a driver would answer: npm brings no PostgreSQL 19 yet.
import { expect, test } from 'vitest'
import { postgres } from '../../src/server/sources/postgres.ts'
import type { PostgresClient } from '../../src/server/sources/postgres.ts'

function scripted(version: string): { readonly client: PostgresClient; readonly texts: string[] } {
  const texts: string[] = []
  const client: PostgresClient = {
    async query(text) {
      texts.push(text)
      return { rows: text.startsWith('show') ? [{ server_version_num: version }] : [{ status: 'success' }] }
    },
  }
  return { client, texts }
}

test('P7: a server that has it is asked to wait, in its own words, and never without an end', async () => {
  const { client, texts } = scripted('190002')
  const { arrival } = postgres(client, { waitOn: client })
  await arrival?.('97500059720', 40)
  await arrival?.('50462720', 0)
  expect(texts).toEqual([
    'show server_version_num',
    "wait for lsn '16/B374D848' with (timeout '40ms', no_throw)",
    "wait for lsn '0/3020000' with (timeout '1ms', no_throw)",
  ])
})

test('P7: an older server is asked once what it is, and polled', async () => {
  const { client, texts } = scripted('180004')
  const { arrival } = postgres(client, { waitOn: client })
  await expect(arrival?.('1', 40)).rejects.toThrow('WAIT FOR LSN')
  await expect(arrival?.('2', 40)).rejects.toThrow('WAIT FOR LSN')
  expect(texts).toEqual(['show server_version_num'])
})

test('no text but a number becomes a part of it', async () => {
  const { client } = scripted('190002')
  await expect(postgres(client, { waitOn: client }).arrival?.("1'; drop table photo; --", 40)).rejects.toThrow()
})
