// MySQL, by what its driver would answer: no MySQL server runs here.
import { describe, expect, test } from 'vitest'
import { standingTo } from '../../src/core/standing.ts'
import { beginEpoch, mysql, setUpEpoch } from '../../src/server/sources/mysql.ts'
import type { MysqlRow } from '../../src/server/sources/mysql.ts'

const [old, promoted] = ['3e11fa47-71ca-11e1-9e33-c80aa9429562', '8a94f357-aab4-11df-86ab-c80aa9429562']

interface Scripted {
  row: MysqlRow | undefined
  readonly texts: string[]
  readonly query: (text: string) => Promise<readonly unknown[]>
}

function scripted(row: MysqlRow | undefined): Scripted {
  const client: Scripted = {
    row,
    texts: [],
    async query(text) {
      client.texts.push(text)
      return [client.row === undefined ? [] : [client.row], []]
    },
  }
  return client
}

const rowOf = (position: string, isReadOnly = '0'): MysqlRow => ({ name: 'a1', position, is_read_only: isReadOnly })

describe('mysql', () => {
  test('tells the set in its one text, and who takes writes', async () => {
    const client = scripted(rowOf(`${old.toUpperCase()}:1-5:6-7,\n${promoted}:3`))
    const sample = await mysql(client).sample()
    expect(sample).toEqual({ epoch: 'a1', position: `${old}:1-7,${promoted}:3`, isPrimary: true })
    client.row = rowOf(`${old}:1`, '1')
    expect((await mysql(client).sample()).isPrimary).toBe(false)
  })

  test('G1, V15: a promoted server has gone on without what was lost, and covers none of it', async () => {
    const source = mysql(scripted(rowOf(`${old}:1-100,${promoted}:1-9`)))
    const sample = await source.sample()
    expect(standingTo(source.format, sample, { epoch: 'a1', position: `${old}:1-103` })).toBe('never')
    expect(standingTo(source.format, sample, { epoch: 'a1', position: `${old}:1-100` })).toBe('met')
  })

  test('I4: a server without GTIDs, or without the row, tells nothing', async () => {
    await expect(mysql(scripted(rowOf(''))).sample()).rejects.toThrow('gtid_mode')
    await expect(mysql(scripted(undefined)).sample()).rejects.toThrow('setUpEpoch')
    await expect(mysql(scripted(rowOf('1-2-3'))).sample()).rejects.toThrow('Malformed')
  })

  test('W20: waits by the function of the server, on a connection apart, for no text but a set', async () => {
    const [client, waiting] = [scripted(rowOf(`${old}:1`)), scripted({ result: 0 })]
    const source = mysql(client, { waitOn: waiting })
    await source.arrival?.(`${old}:1-9`, 40)
    expect(waiting.texts).toEqual([`select wait_for_executed_gtid_set('${old}:1-9', 0.04)`])
    expect(client.texts).toEqual([])
    await expect(source.arrival?.(`') or ('`, 40)).rejects.toThrow('Malformed')
    expect(mysql(client).arrival).toBeUndefined()
  })

  test('the epoch is named once, and anew by the procedure', async () => {
    const client = scripted(rowOf(''))
    await setUpEpoch(client)
    expect(client.texts.join()).toMatch(/create table if not exists tidemark_epoch[^]*insert ignore/)
    const name = await beginEpoch(client)
    expect(name).toMatch(/^[0-9a-z]{8,32}$/)
    expect(client.texts.join()).toContain(`set name = '${name}'`)
    await expect(beginEpoch(scripted(undefined))).rejects.toThrow('setUpEpoch')
  })
})
