// The middleware, on nodes that do what a test says.
import { describe, expect, test } from 'vitest'
import { OptionsError } from '../../src/core/errors.ts'
import { createVersioning } from '../../src/server/versioning.ts'
import type { VersioningOptions } from '../../src/server/versioning-options.ts'
import { floorAt, nodeOf, scriptedDatabase } from './scripted-nodes.ts'
import type { ScriptedNode } from './scripted-nodes.ts'

const dataVersion = (response: Response): string | null => response.headers.get('data-version')
const routes = (database: ReturnType<typeof scriptedDatabase>): string[] =>
  database.events.flatMap((event) =>
    event.type === 'read:routed' ? [`${event.node} ${event.why} ${event.waitedMs}`] : [],
  )

describe('reads', () => {
  test('without a floor go to a replica, and say what it covers and who it is', async () => {
    const database = scriptedDatabase()
    const response = await database.run(() => database.ask())
    expect(await response.text()).toBe('90')
    expect(dataVersion(response)).toBe('main;e="e";v="90"')
    expect(response.headers.get('served-by')).toMatch(/^replica-1/)
    expect(response.headers.get('cache-control')).toBeNull()
    expect(routes(database)).toEqual(['replica-1 covered 0'])
  })

  test('that the replica covers do not wait, and are kept from shared caches', async () => {
    const database = scriptedDatabase()
    const response = await database.run(() => database.ask(floorAt(90)))
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('private, no-cache')
    expect(routes(database)).toEqual(['replica-1 covered 0'])
  })

  test('W20: wait for a replica that comes in time', async () => {
    const database = scriptedDatabase()
    const { clock, replica, run, ask } = database
    const response = await run(async () => {
      await ask()
      const asking = ask(floorAt(95))
      await clock.sleep(20)
      replica.state = { ...replica.state, position: '95' }
      return asking
    })
    expect(await response.text()).toBe('95')
    const [, waited] = routes(database)
    expect(waited).toMatch(/^replica-1 waited (2[0-9])$/)
  })

  test('W20: go to the primary when the wait is over', async () => {
    const database = scriptedDatabase({ waitMs: 30 })
    const response = await database.run(() => database.ask(floorAt(95)))
    expect(await response.text()).toBe('100')
    expect(dataVersion(response)).toBe('main;e="e";v="100"')
    expect(response.headers.get('served-by')).toBe('db-1;primary')
    expect(routes(database)).toEqual(['db-1 escalated 30'])
  })

  test('W20: never wait longer than the request can', async () => {
    const database = scriptedDatabase({ waitMs: 50 })
    const headers = { ...floorAt(95), 'Read-Consistency': 'session;wait=7' }
    await database.run(() => database.ask(headers))
    expect(routes(database)).toEqual(['db-1 escalated 7'])
  })

  test('S12: that are strong go to the primary', async () => {
    const database = scriptedDatabase()
    const response = await database.run(() => database.ask({ 'Read-Consistency': 'strong' }))
    expect(await response.text()).toBe('100')
    expect(routes(database)).toEqual(['db-1 strong 0'])
  })

  test('V3: tell what they may have seen beside what they cover', async () => {
    const database = scriptedDatabase({}, (_, { database: node }) => {
      node.state = { ...node.state, position: '93' } // Replay goes on while the handler reads.
      return new Response('ok')
    })
    const response = await database.run(() => database.ask())
    expect(dataVersion(response)).toBe('main;e="e";v="90";u="93"')
  })

  test('are bounded in staleness by what the primary was known to hold', async () => {
    const database = scriptedDatabase()
    const { replica, run, ask, clock } = database
    const headers = { 'Read-Consistency': 'session;max-staleness=500' }
    await run(async () => {
      await ask(headers)
      replica.state = { ...replica.state, position: '100' }
      await clock.sleep(5000)
      await ask(headers)
    })
    expect(routes(database).map((line) => line.split(' ')[0])).toEqual(['db-1', 'replica-1'])
  })
})

describe('P6: what the primary cannot cover', () => {
  test('is never, at once: no wait, and one look for all that ask meanwhile', async () => {
    const database = scriptedDatabase()
    const { clock, primary, run, ask } = database
    await run(async () => {
      await ask()
      const looks = primary.looks
      const startedAt = clock.now()
      const responses = await Promise.all(Array.from({ length: 500 }, () => ask(floorAt('9'.repeat(30)))))
      expect(responses.map(({ status }) => status)).toEqual(Array(500).fill(409))
      // A look, and as long again before it since one has just been had.
      expect(clock.now() - startedAt).toBeLessThanOrEqual(3)
      expect(primary.looks - looks).toBeLessThanOrEqual(2)
    })
  })

  test('V9: is told with the primary\'s own version, which a client heals by', async () => {
    const database = scriptedDatabase()
    const response = await database.run(() => database.ask(floorAt(5, 'lost')))
    expect(response.status).toBe(409)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ type: 'urn:tidemark:problem:never', want: 'lost:5' })
    expect(dataVersion(response)).toBe('main;e="e";v="100"')
    expect(response.headers.get('served-by')).toBe('db-1;primary')
  })

  test('is not said of what the primary has written since it was looked at', async () => {
    const database = scriptedDatabase({ waitMs: 0 })
    const { primary, run, ask } = database
    const response = await run(async () => {
      await ask()
      primary.state = { ...primary.state, position: '120' }
      return ask(floorAt(120))
    })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('120')
  })

  test('V15: is what was lost with a failover, and not what lies before the fork', async () => {
    const database = scriptedDatabase()
    const { primary, run, ask } = database
    const ancestors = new Map([['e', '95']])
    primary.state = { epoch: 'f', position: '130', isPrimary: true, term: 2, ancestors }
    const statuses = await run(async () => [
      (await ask(floorAt(95))).status,
      (await ask(floorAt(96))).status,
    ])
    expect(statuses).toEqual([200, 409])
  })
})

describe('writes', () => {
  const post = { method: 'POST' }

  test('V22: tell a position that was taken after the handler was done', async () => {
    const database = scriptedDatabase({}, (_, { database: node, role }) => {
      node.state = { ...node.state, position: '101' }
      return new Response(role, { status: 201 })
    })
    const { run, ask } = database
    const response = await run(async () => {
      await ask({}, post)
      return ask({}, post)
    })
    expect(await response.text()).toBe('primary')
    expect(dataVersion(response)).toBe('main;e="e";v="101"')
  })

  test('S3: are refused before the handler where the primary lacks what they follow', async () => {
    let calls = 0
    const database = scriptedDatabase({}, () => {
      calls += 1
      return new Response()
    })
    const response = await database.run(() => database.ask(floorAt(101), post))
    expect(response.status).toBe(409)
    expect(calls).toBe(0)
  })

  test.each([404, 409, 412, 422, 500])('W1: that end in %i carry a version all the same', async (status) => {
    const database = scriptedDatabase({}, () => new Response('no', { status }))
    const response = await database.run(() => database.ask({}, post))
    expect(response.status).toBe(status)
    expect(dataVersion(response)).toBe('main;e="e";v="100"')
  })

  test('go to whichever node takes them, without being told', async () => {
    const database = scriptedDatabase()
    const { primary, replica, run, ask, clock } = database
    const nodes = await run(async () => {
      const before = await ask({}, post)
      primary.fault = 'down'
      replica.state = { epoch: 'f', position: '95', isPrimary: true, term: 2 }
      await ask({}, post)
      await clock.sleep(2000)
      await ask()
      await clock.sleep(50)
      return [before, await ask({}, post)].map((response) => response.headers.get('served-by'))
    })
    expect(nodes).toEqual(['db-1;primary', 'replica-1;primary'])
    expect(database.events).toContainEqual({ type: 'primary:changed', node: 'replica-1', epoch: 'f' })
  })
})

describe('every answer', () => {
  test('W1: a 304 carries a version', async () => {
    const database = scriptedDatabase({}, () => new Response(null, { status: 304 }))
    const response = await database.run(() => database.ask())
    expect(response.status).toBe(304)
    expect(dataVersion(response)).toBe('main;e="e";v="90"')
  })

  test('W12, W17: to a floor is private, without `stale-if-error`; `no-store` stands', async () => {
    for (const [given, expected] of [
      ['public, max-age=60, stale-if-error=600', 'private, no-cache'],
      ['no-store', 'no-store'],
    ] as const) {
      const headers = { 'Cache-Control': given }
      const database = scriptedDatabase({}, () => new Response('', { headers }))
      const response = await database.run(() => database.ask(floorAt(1)))
      expect(response.headers.get('cache-control')).toBe(expected)
      expect(response.headers.get('vary')).toBeNull()
    }
  })

  test('H3: keeps the version that the handler itself has told', async () => {
    const headers = { 'Data-Version': 'main;v="7"' }
    const database = scriptedDatabase({}, () => new Response('', { headers }))
    expect(dataVersion(await database.run(() => database.ask()))).toBe('main;v="7"')
  })

  test('I4: says no version where none can be told', async () => {
    const database = scriptedDatabase({}, (_, { database: node }) => {
      node.fault = 'down'
      return new Response('ok')
    })
    const response = await database.run(() => database.ask())
    expect(response.status).toBe(200)
    expect(dataVersion(response)).toBeNull()
  })

  test('V6: a read begins anew where its node was restored, or has changed sides, meanwhile', async () => {
    for (const state of [
      { epoch: 'e', position: '80', isPrimary: false },
      { epoch: 'f', position: '91', isPrimary: true, term: 2 },
    ]) {
      let reads = 0
      const database = scriptedDatabase({}, (_, { database: node }) => {
        reads += 1
        if (reads === 1) node.state = state
        return new Response(node.state.position)
      })
      const response = await database.run(() => database.ask(floorAt(90)))
      expect(reads).toBe(state.isPrimary ? 1 : 2)
      expect(response.status).toBe(state.isPrimary ? 409 : 200)
      if (!state.isPrimary) expect(dataVersion(response)).toBe('main;e="e";v="100"')
    }
  })

  test('V6, I7: once, and then says no version', async () => {
    let position = 90
    const database = scriptedDatabase({}, (_, { database: node }) => {
      position -= 1
      node.state = { epoch: 'e', position: String(position), isPrimary: false }
      return new Response('ok')
    })
    const response = await database.run(() => database.ask())
    expect(position).toBe(88)
    expect(response.status).toBe(200)
    expect(dataVersion(response)).toBeNull()
  })

  test('I4: an acknowledged write says no version where its node takes none any more', async () => {
    const database = scriptedDatabase({}, (_, { database: node }) => {
      node.state = { ...node.state, isPrimary: false }
      return new Response('ok')
    })
    expect(dataVersion(await database.run(() => database.ask({}, { method: 'POST' })))).toBeNull()
  })
})

describe('I7: nodes that do not answer', () => {
  test('the primary down: behind, with a hint, when the wait is over', async () => {
    const database = scriptedDatabase()
    database.primary.fault = 'down'
    const response = await database.run(() => database.ask(floorAt(95)))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ type: 'urn:tidemark:problem:behind', have: 'e:90' })
    expect(dataVersion(response)).toBe('main;e="e";v="90"')
  })

  test('the primary down: reads that a replica covers go on', async () => {
    const database = scriptedDatabase()
    database.primary.fault = 'down'
    const statuses = await database.run(async () => [
      (await database.ask()).status,
      (await database.ask(floorAt(90))).status,
      (await database.ask({}, { method: 'PUT' })).status,
    ])
    expect(statuses).toEqual([200, 200, 503])
  })

  test('the replica down: the primary answers', async () => {
    const database = scriptedDatabase()
    database.replica.fault = 'down'
    const response = await database.run(() => database.ask(floorAt(95)))
    expect(await response.text()).toBe('100')
  })

  test('a node that hangs holds nobody longer than a look may take', async () => {
    const database = scriptedDatabase({ sampleTimeoutMs: 200 })
    database.replica.fault = 'hangs'
    await database.run(async () => {
      const response = await database.ask()
      expect(await response.text()).toBe('100')
      expect(database.clock.now()).toBeLessThanOrEqual(203)
    })
  })

  test('all down: 503 that is no "behind", since nothing is known', async () => {
    const database = scriptedDatabase()
    database.primary.fault = database.replica.fault = 'down'
    const response = await database.run(() => database.ask(floorAt(95)))
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ type: 'about:blank' })
    expect(database.events.filter(({ type }) => type === 'node:failed').length).toBeGreaterThan(1)
  })
})

describe('W20: a thousand that wait', () => {
  test('share one look at a time, and all end within their budgets', async () => {
    const database = scriptedDatabase({ waitMs: 200 })
    const { clock, replica, run, ask } = database
    await run(async () => {
      await ask()
      const looks = replica.looks
      const startedAt = clock.now()
      const asking = Array.from({ length: 1000 }, (_, index) => ask(floorAt(91 + (index % 9))))
      await clock.sleep(100)
      replica.state = { ...replica.state, position: '95' }
      const responses = await Promise.all(asking)
      const elapsedMs = clock.now() - startedAt
      expect(responses.every(({ status }) => status === 200)).toBe(true)
      expect(replica.lookingMost).toBe(1)
      expect(replica.looks - looks).toBeLessThanOrEqual(elapsedMs / 5 + 3)
      expect(elapsedMs).toBeLessThanOrEqual(205)
      const waited = database.events.flatMap((event) =>
        event.type === 'read:routed' ? [event.waitedMs] : [],
      )
      expect(Math.max(...waited)).toBeLessThanOrEqual(200)
    })
  })

  test('are bounded in number: those beyond go to the primary at once', async () => {
    const database = scriptedDatabase({ waitersMax: 10 })
    await database.run(async () => {
      await database.ask()
      await Promise.all(Array.from({ length: 100 }, () => database.ask(floorAt(95))))
    })
    const atOnce = routes(database).filter((line) => line === 'db-1 escalated 0')
    expect(atOnce).toHaveLength(90)
  })

  test('L3: nobody is asked while nobody waits', async () => {
    const database = scriptedDatabase()
    await database.run(async () => {
      await database.ask()
      await database.clock.sleep(10)
      const looks = database.primary.looks + database.replica.looks
      await database.clock.sleep(100_000)
      expect(database.primary.looks + database.replica.looks).toBe(looks)
    })
  })
})

describe('options', () => {
  const [node] = scriptedDatabase().nodes
  test.each<[string, object]>([
    ['nodes', { nodes: [] }],
    ['nodes[1].name', { nodes: [node, node] }],
    ['waitMs', { nodes: [node], waitMs: -1 }],
    ['sampleTimeoutMs', { nodes: [node], sampleTimeoutMs: Number.NaN }],
    ['scope', { nodes: [node], scope: 'ö' }],
    ['wait', { nodes: [node], wait: 1 }],
  ])('%s is refused with its value', (field, options) => {
    const make = (): unknown => createVersioning(options as VersioningOptions<ScriptedNode>)
    expect(make).toThrow(OptionsError)
    expect(make).toThrow(`\`${field}\``)
  })

  test('nodes of two formats are refused', () => {
    const { clock, primary, nodes } = scriptedDatabase()
    const other = nodeOf(clock, 'other', primary)
    const source = { ...other.source, format: { ...other.source.format, name: 'else' } }
    expect(() => createVersioning({ nodes: [...nodes, { ...other, source }] })).toThrow('nodes[2].source')
  })
})

test('V18: lag is what has not been applied, and 0 for what has, however long ago the last write was', async () => {
  const database = scriptedDatabase()
  const { clock, replica, versioning, run } = database
  await run(async () => {
    const [, behind] = await versioning.measure()
    expect(behind).toMatchObject({ name: 'replica-1', role: 'replica', lagAmount: 10 })
    replica.state = { ...replica.state, position: '100' }
    await clock.sleep(3_600_000)
    const [head, even] = await versioning.measure()
    expect(head).toMatchObject({ name: 'db-1', role: 'primary', lagAmount: 0, lagMs: 0 })
    expect(even).toMatchObject({ lagAmount: 0, lagMs: 0 })
  })
})
