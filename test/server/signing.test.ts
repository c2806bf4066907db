// Signed versions.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochSeq } from '../../src/core/formats/epoch-seq.ts'
import { mysqlGtid } from '../../src/core/formats/mysql-gtid.ts'
import { parseVersionList } from '../../src/core/wire/protocol.ts'
import { hmacSigning, signedPosition } from '../../src/server/signing.ts'
import { floorAt, scriptedDatabase } from './scripted-nodes.ts'

const secret = 'a secret of the tests'
const signing = hmacSigning([secret])

async function signed(position: string, epoch = 'e', by = signing): Promise<Record<string, string>> {
  return floorAt(await by.sign({ scope: 'main', epoch, position }), epoch)
}

describe('P7: a version that is not ours', () => {
  test.each<[string, () => Promise<Record<string, string>>]>([
    ['a forged position under a real signature', async () => {
      const header = (await signed('90'))['Min-Version'] ?? ''
      return { 'Min-Version': header.replace('v="90.', 'v="91.') }
    }],
    ['a real one in another epoch', async () => {
      const header = (await signed('90'))['Min-Version'] ?? ''
      return { 'Min-Version': header.replace('e="e"', 'e="f"') }
    }],
    ['one of another secret', () => signed('90', 'e', hmacSigning(['another secret, long']))],
  ])('%s is never, costs no look and waits for nothing', async (_, headers) => {
    const database = scriptedDatabase({ signing })
    const { primary, replica, run, ask, clock } = database
    await run(async () => {
      await ask()
      const before = [primary.looks + replica.looks, clock.now()]
      const response = await ask(await headers())
      expect(response.status).toBe(409)
      expect([primary.looks + replica.looks, clock.now()]).toEqual(before)
      expect(response.headers.get('data-version')).toMatch(/^main;e="e";v="100\.[\w-]{22}"$/)
    })
  })

  test('one whose signature was stripped is malformed', async () => {
    const database = scriptedDatabase({ signing })
    const response = await database.run(() => database.ask(floorAt(90)))
    expect(response.status).toBe(400)
  })
})

test('what was handed out is taken back, both of its bounds', async () => {
  const database = scriptedDatabase({ signing }, (_, { database: node }) => {
    node.state = { ...node.state, position: '93' }
    return new Response('ok')
  })
  const { run, ask } = database
  await run(async () => {
    const text = (await ask()).headers.get('data-version') ?? ''
    const [version] = parseVersionList('Data-Version', text)
    expect(version?.upTo).toMatch(/^93\./)
    for (const position of [version?.position, version?.upTo]) {
      expect((await ask(floorAt(position ?? ''))).status).toBe(200)
    }
  })
})

test('G2: a secret that was replaced verifies for as long as it is named', async () => {
  const version = { scope: 'main', epoch: 'e', position: '42' }
  const old = { ...version, position: await signing.sign(version) }
  expect(await hmacSigning(['the next secret, longer', secret]).verify(old)).toBe('42')
  expect(await hmacSigning(['the next secret, longer']).verify(old)).toBeUndefined()
  expect(() => hmacSigning(['short'])).toThrow('16 characters')
})

describe('G4: the format of signed positions', () => {
  const format = signedPosition(epochSeq)
  const signature = fc.stringMatching(/^[\w-]{22}$/)
  const positions = fc
    .tuple(fc.nat({ max: 9 }), signature)
    .map(([position, text]) => `${position}.${text}`)

  test('law: compares as the positions in front do, whatever the signatures are', () => {
    fc.assert(
      fc.property(positions, positions, (left, right) => {
        const bare = (text: string): string => text.slice(0, text.indexOf('.'))
        expect(format.comparePositions(left, right)).toBe(epochSeq.comparePositions(bare(left), bare(right)))
        expect(format.parsePosition(left)).toBe(left)
      }),
    )
  })

  test('law: a join is one of the two, and the same for either order', () => {
    fc.assert(
      fc.property(positions, positions, (left, right) => {
        const joined = format.joinPositions(left, right)
        expect([left, right]).toContain(joined)
        expect(format.joinPositions(right, left)).toBe(joined)
      }),
    )
  })

  test('texts go there and back with their epoch', () => {
    const text = `e:1:42.${'s'.repeat(22)}`
    expect(format.print(format.parse(text))).toBe(text)
    expect(() => format.parsePosition('42')).toThrow('base64url')
  })

  test('joins that are neither of the two cannot be signed', () => {
    const [one, other] = ['1', '2'].map(
      (digit) => `${digit.repeat(8)}-1111-1111-1111-111111111111:1.${'s'.repeat(22)}`,
    )
    expect(() => signedPosition(mysqlGtid).joinPositions(one ?? '', other ?? '')).toThrow('cannot be signed')
  })
})
