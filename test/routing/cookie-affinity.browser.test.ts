// Session affinity by cookie, where there is a real jar: the request that follows the choice carries it.

import { afterEach, expect, test } from 'vitest'
import { createTidemark, memoryStorage } from '../../src/index.ts'
import type { Tidemark } from '../../src/index.ts'
import { routeReads, stickyReplica } from '../../src/routing/index.ts'
import type { Policy } from '../../src/routing/index.ts'
import { pageOrigins } from '../platform/page-origins.ts'

const names = ['eu-1', 'eu-2', 'eu-3']
const { page } = pageOrigins()
// The jar is the host's: by an id of its own this page finds its cookie among those of others.
const id = crypto.randomUUID()
let tidemark: Tidemark | undefined

afterEach(() => {
  tidemark?.close()
  document.cookie = `replica-${id}=; Path=/; Max-Age=0`
})

function open(policies: readonly Policy[]): Tidemark {
  const endpoints = names.map((name) => ({ name, cookie: `replica-${id}=${name}; Path=/; SameSite=Strict` }))
  const options = { origins: [location.origin], storage: memoryStorage(), mirror: false } as const
  return (tidemark = createTidemark({ ...options, routing: routeReads({ endpoints, policies, seat: 'ada' }) }))
}

/** Returns the replica that a balancer would have chosen by what arrived. */
async function chosenFor(client: Tidemark, path: string): Promise<string | undefined> {
  const response = await client.fetch(`${page}/echo?id=${id}&read=${path}`)
  const { headers } = (await response.json()) as { headers: [name: string, value: string][] }
  return new Map(headers).get('cookie')?.split('=')[1]
}

test('R24: all reads of a session arrive with the cookie of its replica, the first one included', async () => {
  const client = open([stickyReplica()])
  const chosen: (string | undefined)[] = []
  for (const path of ['1', '2', '3']) chosen.push(await chosenFor(client, path))
  expect(names).toContain(chosen[0])
  expect(chosen).toEqual([chosen[0], chosen[0], chosen[0]])
})

test('a read that goes elsewhere takes the cookie of where it goes', async () => {
  const client = open([({ question }) => ({ why: 'by name', rank: ({ name }) => (question.url.searchParams.get('read') === name ? 0 : 1) })])
  for (const name of ['eu-2', 'eu-1', 'eu-3', 'eu-2']) expect(await chosenFor(client, name)).toBe(name)
})
