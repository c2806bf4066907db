import { describe, expect, test } from 'vitest'
import { createTidemark, memoryStorage, OptionsError } from '../../src/index.ts'
import type { Tidemark, TidemarkEvent, TidemarkOptions } from '../../src/index.ts'
import { caughtUp, criticalPath, hedged, recentWrites, routeReads, stickyReplica } from '../../src/routing/index.ts'
import type { Endpoint, Policy, RoutingOptions } from '../../src/routing/index.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { timerOn } from '../client/scripted-server.ts'

const origin = 'https://api.test'

const endpoints: readonly Endpoint[] = [
  { name: 'primary', isPrimary: true, url: 'https://primary.test' },
  { name: 'one', url: 'https://one.test' },
  { name: 'two', url: 'https://two.test' },
]

/** Prefers endpoints in the order given. */
const inOrder =
  (...names: readonly string[]): Policy =>
  () => ({ why: 'as the test says', rank: ({ name }) => (names.includes(name) ? names.indexOf(name) : names.length) })

interface Reply {
  readonly v?: number
  readonly status?: number
  readonly afterMs?: number
  readonly headers?: Record<string, string>
  readonly body?: object
}

interface Scene {
  readonly clock: VirtualClock
  readonly tidemark: Tidemark
  readonly events: TidemarkEvent[]
  readonly sent: Request[]
  /** The hosts that were asked, in order. */
  readonly hosts: () => string[]
  /** What a host answers from now on; an error for a network that fails. */
  readonly answers: Record<string, Reply | Error>
}

const inScene =
  (options: RoutingOptions & { readonly client?: TidemarkOptions }, play: (scene: Scene) => Promise<void>) =>
  async (): Promise<void> => {
    const { client, ...routing } = options
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    const sent: Request[] = []
    const answers: Scene['answers'] = {}
    const tidemark = createTidemark({
      origins: [origin],
      routing: routeReads({ endpoints, ...routing }),
      storage: memoryStorage(),
      mirror: false,
      now: clock.now,
      random: () => 0.5,
      setTimer: timerOn(clock),
      async fetch(input, init) {
        const request = new Request(input, init)
        sent.push(request)
        const host = new URL(request.url).hostname.split('.')[0] ?? ''
        const reply = answers[host] ?? {}
        await clock.sleep(reply instanceof Error ? 10 : (reply.afterMs ?? 10), request.signal)
        if (reply instanceof Error) throw reply
        const { v, status = 200, headers, body = { host, v } } = reply
        const version = v === undefined ? {} : { 'data-version': `main;e="a";v="${v}"` }
        const response = Response.json(body, { status, headers: { ...version, ...headers } })
        Object.defineProperty(response, 'url', { value: request.url })
        return response
      },
      ...client,
    })
    const events: TidemarkEvent[] = []
    tidemark.subscribe((event) => events.push(event))
    const hosts = (): string[] => sent.map(({ url }) => new URL(url).hostname.split('.')[0] ?? '')
    await clock.run(() => play({ clock, tidemark, events, sent, hosts, answers }))
  }

const down = new TypeError('Failed to fetch')

describe('where a read goes', () => {
  test('to an endpoint, with its path, query, headers and modes', inScene({ policies: [inOrder('one')] }, async (scene) => {
    scene.answers['one'] = { v: 5 }
    const init = { headers: { 'x-trace': '7' }, credentials: 'include' } as const
    await scene.tidemark.fetch(`${origin}/photos?page=2`, init)
    await scene.tidemark.fetch(new Request(`${origin}/photos?page=3`, init))
    expect(scene.sent.map(({ url }) => url)).toEqual(['https://one.test/photos?page=2', 'https://one.test/photos?page=3'])
    for (const { headers, credentials } of scene.sent) {
      expect(headers.get('x-trace')).toBe('7')
      expect(credentials).toBe('include')
    }
  }))

  test('R24: by a header, by a cookie, or below a path', () => {
    const cookies: string[] = []
    const hints: readonly Endpoint[] = [
      { name: 'by-header', headers: { 'X-Replica': 'eu-1' } },
      { name: 'by-cookie', cookie: 'replica=eu-2; Path=/' },
      { name: 'by-path', url: 'https://api.test/eu-3/' },
    ]
    const setCookie = (cookie: string): void => void cookies.push(cookie)
    return inScene({ endpoints: hints, setCookie, policies: [({ question: { url } }) => ({ why: 'by name', rank: ({ name }) => (url.pathname === `/${name}` ? 0 : 1) })] }, async (scene) => {
      for (const { name } of hints) await scene.tidemark.fetch(`${origin}/${name}`)
      expect(scene.sent.map(({ url }) => url)).toEqual([`${origin}/by-header`, `${origin}/by-cookie`, `${origin}/eu-3/by-path`])
      expect(scene.sent.map(({ headers }) => headers.get('x-replica'))).toEqual(['eu-1', null, null])
      expect(cookies).toEqual(['replica=eu-2; Path=/'])
    })()
  })

  describe('R24: a session keeps to its replica, however that is told, and moves on when it fails', () => {
    const names = ['eu-1', 'eu-2', 'eu-3']
    const told: Record<string, (name: string) => Endpoint> = {
      endpoint: (name) => ({ name, url: `https://${name}.test` }),
      header: (name) => ({ name, headers: { 'X-Replica': name } }),
      cookie: (name) => ({ name, cookie: `replica=${name}; Path=/` }),
    }
    test.each(Object.entries(told))('by %s', (_, endpointOf) => {
      let cookie = ''
      const setCookie = (next: string): void => void (cookie = next)
      const asked: string[] = []
      /** Whom a balancer would ask: told by the address, a header, or the cookie of the moment. */
      const chosen = ({ url, headers }: Request): string =>
        headers.get('x-replica') ?? (/replica=([\w-]+)/.exec(cookie)?.[1] || (new URL(url).hostname.split('.')[0] ?? ''))
      let dead = ''
      const client: TidemarkOptions = {
        async fetch(input, init) {
          const name = chosen(new Request(input, init))
          asked.push(name)
          if (name === dead) throw down
          return Response.json({ name })
        },
      }
      return inScene({ endpoints: names.map(endpointOf), seat: 'ada', setCookie, policies: [stickyReplica()], client }, async ({ tidemark, clock }) => {
        for (let read = 0; read < 5; read += 1) await tidemark.fetch(`${origin}/photos/${read}`)
        const [own = ''] = asked
        expect(names).toContain(own)
        expect(asked.splice(0)).toEqual(Array.from({ length: 5 }, () => own))
        dead = own
        for (let read = 0; read < 3; read += 1) await tidemark.fetch(`${origin}/photos/${read}`)
        const [, next = ''] = asked
        expect(next).not.toBe(own)
        expect(asked.splice(0)).toEqual([own, next, next, next])
        dead = ''
        await clock.sleep(600)
        for (let read = 0; read < 2; read += 1) await tidemark.fetch(`${origin}/photos/${read}`)
        expect(asked, 'and comes back').toEqual([own, own])
      })()
    })
  })

  test('a write goes where the app sends it', inScene({ policies: [inOrder('one')] }, async ({ tidemark, hosts }) => {
    await tidemark.fetch(`${origin}/photos`, { method: 'POST', body: '{}' })
    expect(hosts()).toEqual(['api'])
  }))

  test('I12: other origins are not routed, and floors go to named endpoints alone', inScene({ policies: [inOrder('one')] }, async (scene) => {
    scene.answers['one'] = { v: 5 }
    await scene.tidemark.fetch(`${origin}/photos`)
    await scene.tidemark.fetch(`${origin}/photos/1`)
    await scene.tidemark.fetch('https://elsewhere.test/photos')
    expect(scene.hosts()).toEqual(['one', 'one', 'elsewhere'])
    expect(scene.sent.map(({ headers }) => headers.get('min-version'))).toEqual([null, 'main;e="a";v="5"', null])
  }))

  test('the key of what is held does not depend on who answered', inScene({ policies: [inOrder('one')] }, async (scene) => {
    scene.answers['one'] = { v: 5 }
    scene.answers['two'] = { v: 3 }
    await (await scene.tidemark.fetch(`${origin}/photos`)).json()
    scene.answers['one'] = down
    const response = await scene.tidemark.fetch(`${origin}/photos`)
    expect(await response.json()).toEqual({ host: 'one', v: 5 })
    expect(scene.tidemark.explain(response)).toMatchObject({ source: 'memory', achieved: 'fresh' })
    expect(scene.hosts()).toEqual(['one', 'one', 'two'])
  }))

  test('every decision is an event that says why', inScene({ policies: [inOrder('two')] }, async (scene) => {
    await scene.tidemark.fetch(`${origin}/photos`)
    expect(scene.events.find(({ type }) => type === 'read:routed')).toMatchObject({ endpoint: 'two', why: 'as the test says' })
  }))

  test('behind one address, the wire asks for the primary, once the server has spoken it', inScene(
    { endpoints: undefined, policies: [criticalPath(['/'])] },
    async (scene) => {
      scene.answers['api'] = { v: 5 }
      await scene.tidemark.fetch(`${origin}/photos`)
      await scene.tidemark.fetch(`${origin}/photos`)
      expect(scene.sent.map(({ headers }) => headers.get('read-consistency'))).toEqual([null, expect.stringMatching(/^strong/)])
    },
  ))
})

describe('S12: strong', () => {
  test('goes to the primary alone, and is proven by its address', inScene({ policies: [inOrder('one')] }, async (scene) => {
    scene.answers['primary'] = { v: 9 }
    const response = await scene.tidemark.fetch(`${origin}/photos`, { consistency: 'strong' })
    expect(scene.hosts()).toEqual(['primary'])
    expect(scene.tidemark.explain(response)).toMatchObject({ achieved: 'fresh', servedBy: 'primary' })
  }))

  test('fails with the primary, rather than to weaken silently', inScene({}, async (scene) => {
    scene.answers['primary'] = down
    await expect(scene.tidemark.fetch(`${origin}/photos`, { consistency: 'strong' })).rejects.toBe(down)
    expect(scene.hosts()).toEqual(['primary'])
  }))
})

describe('R25: an endpoint that fails', () => {
  test('is left at once for the next, and then for a while', inScene({ policies: [inOrder('one', 'two')] }, async (scene) => {
    scene.answers['one'] = down
    scene.answers['two'] = { v: 5 }
    for (let read = 0; read < 5; read += 1) await scene.tidemark.fetch(`${origin}/photos/${read}`)
    expect(scene.hosts()).toEqual(['one', 'two', 'two', 'two', 'two', 'two'])
    expect(scene.events).toContainEqual(expect.objectContaining({ type: 'endpoint:left', endpoint: 'one', restMs: 500, why: 'it did not answer' }))
    expect(scene.tidemark.lag?.get().endpoints.find(({ name }) => name === 'one')).toMatchObject({ health: 'left' })
  }))

  test('is probed again, and rejoins', inScene({ policies: [inOrder('one', 'two')] }, async (scene) => {
    scene.answers['one'] = down
    await scene.tidemark.fetch(`${origin}/photos/1`)
    scene.answers['one'] = { v: 5 }
    await scene.clock.sleep(600)
    await scene.tidemark.fetch(`${origin}/photos/2`)
    expect(scene.hosts().slice(2)).toEqual(['one'])
    expect(scene.events).toContainEqual(expect.objectContaining({ type: 'endpoint:rejoined', endpoint: 'one' }))
  }))

  test.each([502, 503, 504, 429])('a gateway that answers %i has failed, too', (status) =>
    inScene({ policies: [inOrder('one', 'two')] }, async (scene) => {
      scene.answers['one'] = { status }
      const response = await scene.tidemark.fetch(`${origin}/photos`)
      expect(response.status).toBe(200)
      expect(scene.hosts()).toEqual(['one', 'two'])
    })(),
  )

  test.each([500, 404, 401])('a %i is an answer, and not asked for again elsewhere', (status) =>
    inScene({ policies: [inOrder('one', 'two')] }, async (scene) => {
      scene.answers['one'] = { status, v: 5 }
      expect((await scene.tidemark.fetch(`${origin}/photos`)).status).toBe(status)
      expect(scene.hosts()).toEqual(['one'])
    })(),
  )

  test('where all fail, the read fails as the last did, after one request each', inScene({}, async (scene) => {
    for (const host of ['primary', 'one', 'two']) scene.answers[host] = down
    await expect(scene.tidemark.fetch(`${origin}/photos`)).rejects.toBe(down)
    expect(scene.hosts().toSorted()).toEqual(['one', 'primary', 'two'])
  }))

  test('Retry-After is waited for within the budget, once, where nobody else answers', inScene({ policies: [inOrder('one')] }, async (scene) => {
    for (const host of ['primary', 'two']) scene.answers[host] = down
    scene.answers['one'] = { status: 503, headers: { 'retry-after': '1' } }
    const reading = scene.tidemark.fetch(`${origin}/photos`)
    await scene.clock.sleep(500)
    scene.answers['one'] = { v: 5 }
    const startedAt = scene.clock.now()
    expect((await reading).status).toBe(200)
    expect(scene.clock.now() - startedAt).toBeGreaterThan(400)
    expect(scene.hosts().filter((host) => host === 'one')).toHaveLength(2)
  }))

  test('a Retry-After beyond the budget is not waited for', inScene({ policies: [inOrder('one')] }, async (scene) => {
    for (const host of ['primary', 'two']) scene.answers[host] = { status: 502 }
    scene.answers['one'] = { status: 503, headers: { 'retry-after': '60' } }
    const startedAt = scene.clock.now()
    expect((await scene.tidemark.fetch(`${origin}/photos`)).ok).toBe(false)
    expect(scene.clock.now() - startedAt).toBeLessThan(100)
    const left = scene.events.find((event) => event.type === 'endpoint:left' && event.endpoint === 'one')
    expect(left).toMatchObject({ restMs: 30_000 })
  }))

  test('a date is a Retry-After as well', inScene({ policies: [inOrder('one')] }, async (scene) => {
    const at = new Date(scene.clock.now() + 20_000).toUTCString()
    scene.answers['one'] = { status: 503, headers: { 'retry-after': at } }
    await scene.tidemark.fetch(`${origin}/photos`)
    const left = scene.events.find(({ type }) => type === 'endpoint:left')
    expect(left).toMatchObject({ restMs: expect.closeTo(20_000, -3) })
  }))

  test('the ladder does not ask again where it was in vain', inScene({ policies: [inOrder('one', 'two')] }, async (scene) => {
    scene.answers['api'] = { v: 9 }
    scene.answers['one'] = { v: 3 }
    scene.answers['primary'] = { v: 9 }
    await scene.tidemark.fetch(`${origin}/photos`, { method: 'POST' })
    await scene.tidemark.fetch(`${origin}/photos`)
    expect(scene.hosts()).toEqual(['api', 'one', 'primary'])
  }))

  test('where the primary is gone, the ladder asks the other replica', inScene({ policies: [inOrder('one', 'two')] }, async (scene) => {
    scene.answers['api'] = { v: 9 }
    scene.answers['one'] = { v: 3 }
    scene.answers['two'] = { v: 9 }
    scene.answers['primary'] = down
    await scene.tidemark.fetch(`${origin}/photos`, { method: 'POST' })
    const response = await scene.tidemark.fetch(`${origin}/photos`)
    expect(await response.json()).toMatchObject({ host: 'two' })
  }))
})

describe('A2: an endpoint that is behind, and says when to ask again', () => {
  const refusal = (retryAfterMs: number): Reply => ({
    status: 503,
    headers: { 'content-type': 'application/problem+json' },
    body: { type: 'urn:tidemark:problem:behind', want: 'a:9', have: 'a:3', retryAfterMs },
    v: 3,
  })

  test('is asked when that has been waited for, and no other', inScene({ policies: [inOrder('one', 'two')] }, async (scene) => {
    scene.answers['api'] = { v: 9 }
    await scene.tidemark.fetch(`${origin}/photos`, { method: 'POST' })
    scene.answers['one'] = refusal(60)
    const reading = scene.tidemark.fetch(`${origin}/photos`)
    await scene.clock.sleep(30)
    scene.answers['one'] = { v: 9 }
    expect(await (await reading).json()).toMatchObject({ host: 'one' })
    expect(scene.hosts()).toEqual(['api', 'one', 'one'])
    expect(scene.events.findLast(({ type }) => type === 'read:routed')).toMatchObject({ endpoint: 'one', why: 'it asked to be asked again' })
  }))

  test('is not asked again where that would take too long: the primary is', inScene({ policies: [inOrder('one', 'two')] }, async (scene) => {
    for (const host of ['api', 'primary']) scene.answers[host] = { v: 9 }
    await scene.tidemark.fetch(`${origin}/photos`, { method: 'POST' })
    scene.answers['one'] = refusal(3000)
    await scene.tidemark.fetch(`${origin}/photos`)
    expect(scene.hosts()).toEqual(['api', 'one', 'primary'])
  }))

  test('and that is behind all the same, is not believed twice', inScene({ policies: [inOrder('one', 'two')] }, async (scene) => {
    for (const host of ['api', 'primary']) scene.answers[host] = { v: 9 }
    await scene.tidemark.fetch(`${origin}/photos`, { method: 'POST' })
    scene.answers['one'] = refusal(20)
    await scene.tidemark.fetch(`${origin}/photos`)
    expect(scene.hosts()).toEqual(['api', 'one', 'one', 'primary'])
  }))
})

describe('R21: hedging', () => {
  const hedging = { policies: [inOrder('one', 'two'), hedged({ after: 50, ratio: 1 })] }

  test('the first satisfying answer wins, and the other request is aborted', inScene(hedging, async (scene) => {
    scene.answers['one'] = { v: 5, afterMs: 5000 }
    scene.answers['two'] = { v: 5 }
    const startedAt = scene.clock.now()
    const response = await scene.tidemark.fetch(`${origin}/photos`)
    expect(await response.json()).toMatchObject({ host: 'two' })
    expect(scene.clock.now() - startedAt).toBe(60)
    expect(scene.sent.map(({ signal }) => signal.aborted)).toEqual([true, false])
    expect(scene.events).toContainEqual(expect.objectContaining({ type: 'read:hedged', endpoint: 'two', afterMs: 50 }))
  }))

  test('an answer that is behind does not win', inScene(hedging, async (scene) => {
    scene.answers['api'] = { v: 9 }
    await scene.tidemark.fetch(`${origin}/photos`, { method: 'POST' })
    scene.answers['one'] = { v: 9, afterMs: 300 }
    scene.answers['two'] = { v: 3 }
    const response = await scene.tidemark.fetch(`${origin}/photos`)
    expect(await response.json()).toMatchObject({ host: 'one' })
    expect(scene.hosts()).toEqual(['api', 'one', 'two'])
  }))

  test('an answer in time sends no second request', inScene(hedging, async (scene) => {
    scene.answers['one'] = { v: 5, afterMs: 49 }
    await scene.tidemark.fetch(`${origin}/photos`)
    await scene.clock.sleep(500)
    expect(scene.hosts()).toEqual(['one'])
  }))

  test('what was not earned is not spent', inScene(
    { policies: [inOrder('one', 'two'), hedged({ after: 50, ratio: 0.5 })] },
    async (scene) => {
      scene.answers['one'] = { v: 5, afterMs: 60 }
      for (let read = 0; read < 3; read += 1) await scene.tidemark.fetch(`${origin}/photos/${read}`)
      expect(scene.tidemark.lag?.get().counts).toMatchObject({ reads: 3, requests: 4, hedges: 1 })
    },
  ))

  test('a caller who leaves ends both, with its own reason', inScene(hedging, async (scene) => {
    scene.answers['one'] = { afterMs: 5000 }
    scene.answers['two'] = { afterMs: 5000 }
    const controller = new AbortController()
    const reading = scene.tidemark.fetch(`${origin}/photos`, { signal: controller.signal })
    const outcome = expect(reading).rejects.toThrow('enough')
    await scene.clock.sleep(100)
    controller.abort(new Error('enough'))
    await outcome
    expect(scene.sent.map(({ signal }) => signal.aborted)).toEqual([true, true])
    const { endpoints: known } = scene.tidemark.lag!.get()
    expect(known.map(({ health }) => health)).toEqual(['well', 'well', 'well'])
  }))
})

describe('R17: a write that failed may have happened', () => {
  test('its window sends reads to the primary all the same', inScene({ policies: [recentWrites(), inOrder('one')] }, async (scene) => {
    scene.answers['api'] = down
    await scene.tidemark.fetch(`${origin}/photos`, { method: 'POST' }).catch(() => undefined)
    await scene.tidemark.fetch(`${origin}/photos`)
    await scene.tidemark.fetch(`${origin}/users`)
    expect(scene.hosts()).toEqual(['api', 'primary', 'one'])
  }))
})

describe('what is learned', () => {
  test('is a readable, frozen, and the same until it changes', inScene({ policies: [caughtUp()] }, async (scene) => {
    const { lag } = scene.tidemark
    const seen: number[] = []
    const stop = lag!.subscribe(({ counts }) => seen.push(counts.reads))
    expect(lag!.get()).toBe(lag!.get())
    expect(Object.isFrozen(lag!.get())).toBe(true)
    await scene.tidemark.fetch(`${origin}/photos`)
    stop()
    await scene.tidemark.fetch(`${origin}/photos`)
    expect([seen[0], seen.at(-1)]).toEqual([0, 1])
  }))

  test('lag is measured from the as-ofs of answers', inScene({ policies: [inOrder('one')] }, async (scene) => {
    scene.answers['api'] = { v: 9 }
    scene.answers['one'] = { v: 3 }
    scene.answers['primary'] = { v: 9 }
    await scene.tidemark.fetch(`${origin}/photos`, { method: 'POST' })
    await scene.clock.sleep(90)
    await scene.tidemark.fetch(`${origin}/photos`)
    const { endpoints: known, scopes } = scene.tidemark.lag!.get()
    expect(known.find(({ name }) => name === 'one')).toMatchObject({ lagMs: { p50: 100 }, behindRate: 1 })
    expect(scopes).toMatchObject([{ name: `main@${origin}`, p50: 100 }])
  }))

  test('without routing there is none', () => {
    const tidemark = createTidemark({ origins: [origin], storage: memoryStorage(), mirror: false })
    expect(tidemark.lag).toBeUndefined()
    tidemark.close()
  })
})

describe('refusals say the field, the value, and what is accepted', () => {
  const bad: [string, unknown][] = [
    ['endpoints', []],
    ['endpoints[0].name', [{ name: '' }]],
    ['endpoints[0].url', [{ name: 'a', url: 'ftp://a.test' }]],
    ['endpoints[0].url', [{ name: 'a', url: 'https://a.test/?x=1' }]],
    ['endpoints[0].region', [{ name: 'a', region: 'eu' }]],
    ['endpoints[1].name', [{ name: 'a' }, { name: 'a' }]],
    ['endpoints[1].isPrimary', [{ name: 'a', isPrimary: true }, { name: 'b', isPrimary: true }]],
  ]
  test.each(bad)('%s', (field, value) => {
    const options: object = { endpoints: value }
    expect(() => routeReads(options)).toThrow(expect.objectContaining({ facts: expect.objectContaining({ field }) }))
  })

  test('unknown options, policies that are none, origins that are not governed', () => {
    const wrong: object = { policy: [] }
    expect(() => routeReads(wrong)).toThrow(OptionsError)
    const noPolicy: object = { policies: ['sticky'] }
    expect(() => routeReads(noPolicy)).toThrow('routing.policies[0]')
    const start = (options: TidemarkOptions): unknown => createTidemark({ storage: memoryStorage(), mirror: false, ...options })
    expect(() => start({ origins: [origin], routing: routeReads({ origin: 'https://b.test' }) })).toThrow('routing.origin')
    expect(() => start({ origins: [origin, 'https://b.test'], routing: routeReads() })).toThrow('routing.origin')
    const noRouting: object = { origins: [origin], routing: { endpoints: [] } }
    expect(() => start(noRouting)).toThrow(OptionsError)
  })
})
