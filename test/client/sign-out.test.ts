import { describe, expect, test } from 'vitest'
import { createTidemark, memoryStorage, serialized, StorageError } from '../../src/index.ts'
import type { OpenStorage, Snapshot, Tidemark, TidemarkEvent, TidemarkOptions } from '../../src/index.ts'
import { memoryDisk } from '../../src/storage/memory-storage.ts'
import type { MemoryDisk } from '../../src/storage/memory-storage.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { routeReads } from '../../src/routing/index.ts'
import { timerOn } from './scripted-server.ts'

const origin = 'https://api.test'
const url = `${origin}/photos/1`
const ended = { code: 'session-ended', facts: { reason: 'signed-out' } }
const endedElsewhere = { code: 'session-ended', facts: { reason: 'signed-out-elsewhere' } }

/** A browser with a disk and a mirror, and a server that answers whoever is signed in. */
interface Stage {
  readonly clock: VirtualClock
  readonly disk: MemoryDisk
  readonly mirror: Map<string, string>
  readonly requests: string[]
  readonly events: TidemarkEvent[]
  readonly open: (options?: TidemarkOptions) => Tidemark
  user: string
  version: number
}

function onStage(play: (stage: Stage) => Promise<void>): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    const mirror = new Map<string, string>()
    const disk = memoryDisk()
    const stage: Stage = {
      clock,
      disk,
      mirror,
      requests: [],
      events: [],
      user: 'ada',
      version: 5,
      open(options) {
        const tidemark = createTidemark({
          origins: [origin],
          storage: memoryStorage({ disk }),
          mirror: mirrorOf(mirror),
          now: clock.now,
          random: () => 0.5,
          setTimer: timerOn(clock),
          async fetch(input, init) {
            const { method, signal } = new Request(input, init)
            const { user, version } = stage
            stage.requests.push(`${method} as ${user}`)
            await clock.sleep(10, signal)
            return Response.json({ of: user }, { headers: { 'data-version': `main;e="a";v="${version}"` } })
          },
          ...options,
        })
        tidemark.subscribe((event) => stage.events.push(event))
        return tidemark
      },
    }
    await clock.run(() => play(stage))
  }
}

function mirrorOf(texts: Map<string, string>): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  return {
    getItem: (name) => texts.get(name) ?? null,
    setItem: (name, text) => void texts.set(name, text),
    removeItem: (name) => void texts.delete(name),
  }
}

const read = async (tidemark: Tidemark): Promise<unknown> => (await tidemark.fetch(url)).json()
const stored = ({ disk, mirror }: Stage) => ({
  principals: [...disk.shelves].filter(([, { floors, keys }]) => floors.size + keys.size > 0).map(([name]) => name),
  // That of who knows nothing says so, and no more.
  mirrors: [...mirror].flatMap(([name, text]) => (name === 'tidemark:sign-outs' || text === '[1]' ? [] : name)),
})
const nothing = { principals: [], mirrors: [] }

describe('signing out', () => {
  test('P2: ends what is in flight, wipes memory, wipes the disk, and then tells the other tabs', onStage(
    async (stage) => {
      const steps: string[] = []
      const open = memoryStorage({ disk: stage.disk })
      const mirror = mirrorOf(stage.mirror)
      const tidemark = stage.open({
        storage: (context) => {
          const inner = open(context)
          return {
            ...inner,
            async clear() {
              steps.push('the disk is being wiped')
              await stage.clock.sleep(100)
              await inner.clear()
              steps.push('the disk is wiped')
            },
          }
        },
        mirror: {
          ...mirror,
          setItem(name, text) {
            if (name === 'tidemark:sign-outs') steps.push('the tabs are told')
            mirror.setItem(name, text)
          },
        },
      })
      await read(tidemark)
      await tidemark.flush()
      const reading = tidemark.fetch(url).catch((error: unknown) => {
        steps.push('what was in flight has ended')
        throw error
      })
      const out = tidemark.session.signOut()
      await expect(reading).rejects.toMatchObject(ended)
      expect(tidemark.session.floors().size, 'memory is wiped at once').toBe(0)
      await out
      expect(steps).toEqual([
        'the disk is being wiped',
        'what was in flight has ended',
        'the disk is wiped',
        'the tabs are told',
      ])
      expect(stored(stage)).toEqual(nothing)
      expect(stage.events.map(({ type }) => type).filter((type) => type.startsWith('session:'))).toEqual([
        'session:ended',
        'session:begun',
      ])
    },
  ))

  test('P3: an answer that comes late raises nothing, and is held nowhere', onStage(async (stage) => {
    let answer: () => void = () => undefined
    const held = new Promise<void>((resolve) => void (answer = resolve))
    const tidemark = stage.open({
      // A network that hears of no abort.
      fetch: async () => {
        await held
        return Response.json({ of: 'ada' }, { headers: { 'data-version': 'main;e="a";v="9"' } })
      },
    })
    const calls = [tidemark.fetch(url), tidemark.fetch(url, { method: 'PUT' })]
    await stage.clock.sleep(10)
    const out = tidemark.session.signOut()
    for (const call of calls) await expect(call).rejects.toMatchObject(ended)
    await out
    answer()
    await stage.clock.sleep(1000)
    await tidemark.flush()
    expect(tidemark.session.floors().size).toBe(0)
    expect(stored(stage)).toEqual(nothing)
  }))

  test('P3: a body that is read later is not held, though its head had come before', onStage(async (stage) => {
    const tidemark = stage.open()
    const response = await tidemark.fetch(url)
    await tidemark.session.signOut()
    await response.text().catch(() => undefined)
    await tidemark.flush()
    expect(stored(stage)).toEqual(nothing)
    expect(tidemark.watch(url).get().status).toBe('empty')
  }))

  test('P3: what the disk tells late is told to nobody', onStage(async (stage) => {
    const before = stage.open()
    await read(before)
    await before.flush()
    before.close()
    const open = memoryStorage({ disk: stage.disk })
    const slow: OpenStorage = (context) => {
      const inner = open(context)
      return {
        ...inner,
        async load() {
          const found = await inner.load()
          await stage.clock.sleep(500)
          return found
        },
      }
    }
    stage.mirror.clear()
    const tidemark = stage.open({ storage: slow })
    await stage.clock.sleep(100)
    await tidemark.session.signOut()
    await stage.clock.sleep(5000)
    expect(tidemark.session.floors().size).toBe(0)
    expect(stored(stage)).toEqual(nothing)
  }))

  test('P3: a write that waits for its turn is not sent as the next user', onStage(async (stage) => {
    const rules = [{ match: '/photos/:id', writes: serialized({ locks: false }) }]
    const tidemark = stage.open({ rules })
    const calls = [1, 2].map(() => tidemark.fetch(url, { method: 'PUT' }))
    await stage.clock.sleep(5)
    stage.user = 'bob'
    await tidemark.session.signOut()
    for (const call of calls) await expect(call).rejects.toMatchObject(ended)
    await stage.clock.sleep(5000)
    expect(stage.requests).toEqual(['PUT as ada'])
  }))

  test('I8: the next session does not wait for the wiping, and what it stores stands', onStage(async (stage) => {
    const open = memoryStorage({ disk: stage.disk })
    const tidemark = stage.open({
      storage: (context) => {
        const inner = open(context)
        return { ...inner, clear: () => stage.clock.sleep(3000).then(inner.clear) }
      },
    })
    await read(tidemark)
    const out = tidemark.session.signOut()
    stage.user = 'bob'
    stage.version = 2
    expect(await read(tidemark)).toEqual({ of: 'bob' })
    expect(stage.clock.now()).toBe(1_700_000_000_020)
    await out
    await tidemark.flush()
    const after = stage.open()
    await after.loaded
    expect([...after.session.floors().values()].map(({ read: floor }) => floor?.position)).toEqual(['2'])
  }))

  test('a disk that cannot be wiped is told, and is not touched by the next session', onStage(async (stage) => {
    const open = memoryStorage({ disk: stage.disk })
    const tidemark = stage.open({
      storage: (context) => ({
        ...open(context),
        clear: () => Promise.reject(new StorageError('The disk is gone.')),
      }),
    })
    await read(tidemark)
    await tidemark.flush()
    const before = structuredClone([...stage.disk.shelves.get('')!.keys])
    await expect(tidemark.session.signOut()).rejects.toThrow('The disk is gone.')
    stage.user = 'bob'
    stage.version = 2
    expect(await read(tidemark), 'nothing of ada, though it is still there').toEqual({ of: 'bob' })
    await tidemark.flush()
    expect([...stage.disk.shelves.get('')!.keys]).toEqual(before)
  }))

  test('who waits for a write to settle hears of the end', onStage(async (stage) => {
    const tidemark = stage.open()
    const written = await tidemark.fetch(url, { method: 'PUT' })
    const settled = tidemark.session.settled(written)
    await tidemark.session.signOut()
    await expect(settled).rejects.toMatchObject(ended)
    expect(await tidemark.session.settled(written)).toBe('unknown')
  }))

  test('it can be done again, and by two at once', onStage(async (stage) => {
    const tidemark = stage.open()
    await read(tidemark)
    await Promise.all([tidemark.session.signOut(), tidemark.session.signOut()])
    await read(tidemark)
    await tidemark.session.signOut()
    expect(stored(stage)).toEqual(nothing)
  }))
})

describe('other tabs', () => {
  test('P2: what one of them has under way does not refill the disk, and it hears of the end', onStage(
    async (stage) => {
      const [here, there] = [stage.open({ mirror: false }), stage.open({ mirror: false })]
      await Promise.all([read(here), read(there)])
      await here.flush()
      await here.session.signOut()
      await there.flush() // It knows of nothing yet, and finds out by the disk alone.
      expect(stored(stage)).toEqual(nothing)
      expect(there.session.floors().size).toBe(0)
      expect(stage.events.filter(({ type }) => type === 'session:ended')).toMatchObject([
        { reason: 'signed-out' },
        { reason: 'signed-out-elsewhere' },
      ])
    },
  ))

  test('P2: nor does it refill the mirror, and its answers in flight end', onStage(async (stage) => {
    const [here, there] = [stage.open(), stage.open()]
    await Promise.all([read(here), read(there)])
    const writing = there.fetch(url, { method: 'PUT' })
    await here.session.signOut()
    await expect(writing).rejects.toMatchObject(endedElsewhere)
    expect(stored(stage)).toEqual(nothing)
  }))

  test('P2: what they wrote into the mirror while the disk was wiped goes too', onStage(async (stage) => {
    const open = memoryStorage({ disk: stage.disk })
    const here = stage.open({
      storage: (context) => {
        const inner = open(context)
        return { ...inner, clear: () => stage.clock.sleep(100).then(inner.clear) }
      },
    })
    const there = stage.open()
    await read(here)
    const out = here.session.signOut()
    await there.fetch(url, { method: 'PUT' })
    expect(stored(stage).mirrors).toHaveLength(1)
    await out
    expect(stored(stage).mirrors).toEqual([])
  }))

  test('T4: a session that began on a mirror not yet wiped ends as well', onStage(async (stage) => {
    const late = new Map<string, string>()
    const [here, there] = [stage.open(), stage.open({ mirror: mirrorOf(late) })]
    await Promise.all([read(here), read(there)])
    await here.session.signOut()
    await there.flush() // It finds out by the disk; what the other has wiped in the mirror is yet to come.
    expect(there.session.floors().size).toBe(1)
    late.clear()
    late.set('tidemark:sign-outs', stage.mirror.get('tidemark:sign-outs') ?? '')
    stage.user = 'bob'
    stage.version = 1
    await there.flush()
    expect(there.session.floors().size).toBe(0)
    expect(await read(there)).toEqual({ of: 'bob' })
    expect(stage.events.filter(({ type }) => type === 'session:ended')).toMatchObject([
      { reason: 'signed-out' },
      { reason: 'signed-out-elsewhere' },
      { reason: 'signed-out-elsewhere' },
    ])
  }))

  test('P7: what a tab had to store before its disk had told anything does not outlive the sign-out of another', onStage(async (stage) => {
    let arrive: () => void = () => undefined
    const arrived = new Promise<void>((resolve) => void (arrive = resolve))
    // As when a database takes its time to open: all that was asked of it is done then.
    const storage: OpenStorage = (context) => {
      const inner = memoryStorage({ disk: stage.disk })(context)
      return {
        ...inner,
        load: () => arrived.then(() => inner.load()),
        commit: (batch) => arrived.then(() => inner.commit(batch)),
      }
    }
    const [here, there] = [stage.open({ storage }), stage.open()]
    await read(here)
    const flushing = here.flush()
    await stage.clock.sleep(1)
    await there.session.signOut()
    arrive()
    await flushing
    expect(stored(stage).principals).toEqual([])
  }))

  test('T5: what a tab has under way after its own sign-out does not outlive that of another', onStage(async (stage) => {
    let arrive: () => void = () => undefined
    const arrived = new Promise<void>((resolve) => void (arrive = resolve))
    let isSlow = false
    const storage: OpenStorage = (context) => {
      const inner = memoryStorage({ disk: stage.disk })(context)
      return {
        ...inner,
        async commit(batch) {
          if (isSlow) await arrived
          return inner.commit(batch)
        },
      }
    }
    const [here, there] = [stage.open({ storage }), stage.open()]
    await here.session.signOut()
    await read(here)
    isSlow = true
    const flushing = here.flush()
    await stage.clock.sleep(1)
    await there.session.signOut()
    arrive()
    await flushing
    expect(stored(stage).principals).toEqual([])
  }))

  test('those of other principals go on', onStage(async (stage) => {
    const [ada, bob] = [stage.open({ principal: 'ada' }), stage.open({ principal: 'bob' })]
    await Promise.all([read(ada), read(bob)])
    await bob.flush()
    await ada.session.signOut()
    await bob.fetch(url, { method: 'PUT' })
    await bob.flush()
    expect(bob.session.floors().size).toBe(1)
    expect(stored(stage)).toEqual({ principals: ['bob'], mirrors: ['tidemark:"bob"'] })
    expect(stage.mirror.get('tidemark:sign-outs'), 'no name outlives its data').not.toContain('ada')
  }))
})

describe('another principal', () => {
  test('I11: sees nothing of the first, in memory, on disk, in floors or by a token', onStage(async (stage) => {
    const tidemark = stage.open({ principal: 'ada', rules: [{ match: '/photos/:id', maxAgeMs: 60_000 }] })
    expect(await read(tidemark)).toEqual({ of: 'ada' })
    const token = tidemark.session.token()
    await tidemark.session.use('bob')
    expect(tidemark.session.floors().size).toBe(0)
    expect(() => tidemark.session.adopt(token)).toThrow('one of this principal')
    stage.user = 'bob'
    stage.version = 1
    expect(await read(tidemark)).toEqual({ of: 'bob' })
    await tidemark.flush()
    expect(stored(stage).principals.toSorted()).toEqual(['ada', 'bob'])
  }))

  test('P1: finds its own again, as the first does', onStage(async (stage) => {
    const tidemark = stage.open({ principal: 'ada' })
    await read(tidemark)
    await tidemark.session.use('bob')
    await tidemark.session.use('ada')
    await stage.clock.sleep(10)
    expect([...tidemark.session.floors().values()].map(({ read: floor }) => floor?.position)).toEqual(['5'])
  }))

  test('answers in flight end, and the same principal changes nothing', onStage(async (stage) => {
    const tidemark = stage.open({ principal: 'ada' })
    const reading = read(tidemark)
    await tidemark.session.use('ada')
    expect(await reading).toEqual({ of: 'ada' })
    const late = read(tidemark)
    await tidemark.session.use('bob')
    await expect(late).rejects.toMatchObject({ facts: { reason: 'switched' } })
    // @ts-expect-error -- A principal is a text.
    await expect(tidemark.session.use(7)).rejects.toMatchObject({ code: 'options' })
  }))
})

describe('what the app holds', () => {
  const settled = ({ fetching }: Snapshot<unknown>): boolean => !fetching

  test('a watch is empty at once, and reads again once the disk is wiped', onStage(async (stage) => {
    const tidemark = stage.open()
    const photo = tidemark.watch(url)
    const shown: unknown[] = []
    photo.subscribe(({ value }) => void (shown.at(-1) === value || shown.push(value)))
    await photo.until(settled)
    stage.user = 'bob'
    stage.version = 2
    const out = tidemark.session.signOut()
    expect(photo.get()).toMatchObject({ status: 'empty', version: undefined })
    await out
    await photo.until(settled)
    expect(shown).toEqual([{ of: 'ada' }, undefined, { of: 'bob' }])
  }))

  test('a watch that nobody listens to forgets as well, and so does a derived one', onStage(async (stage) => {
    const tidemark = stage.open()
    const photo = tidemark.watch(url)
    const name = photo.select(({ value }) => JSON.stringify(value))
    await photo.until(settled)
    expect(name.get()).toBe('{"of":"ada"}')
    await tidemark.session.signOut()
    expect(photo.get().status).toBe('empty')
    expect(name.get()).toBeUndefined()
  }))

  test('what a server has rendered is forgotten too', onStage(async (stage) => {
    const server = stage.open()
    await read(server)
    const tidemark = stage.open({ storage: memoryStorage(), mirror: false })
    tidemark.hydrate(server.dehydrate())
    const photo = tidemark.watch(url)
    expect(photo.getServerSnapshot().value).toEqual({ of: 'ada' })
    await tidemark.session.signOut()
    expect(photo.getServerSnapshot().status).toBe('empty')
  }))

  test('routing: what is shown of the lag goes along', onStage(async (stage) => {
    const tidemark = stage.open({ routing: routeReads() })
    const told: number[] = []
    const leave = tidemark.lag?.subscribe(({ counts }) => void told.push(counts.reads))
    await read(tidemark)
    expect(tidemark.lag?.get().counts.reads).toBe(1)
    await tidemark.session.signOut()
    expect(tidemark.lag?.getSnapshot().counts.reads).toBe(0)
    await read(tidemark)
    await stage.clock.sleep(1)
    leave?.()
    expect([told.at(0), Math.max(...told), told.filter((count) => count === 0).length > 1]).toEqual([0, 1, true])
  }))

  test('a mutation ends, what waits of it is not sent, and its state is idle', onStage(async (stage) => {
    const tidemark = stage.open()
    const rename = tidemark.mutation({ request: (title: string) => ({ url, method: 'PATCH', json: { title } }) })
    const calls = ['one', 'two'].map((title) => rename.mutate(title))
    rename.listen(() => undefined)
    await stage.clock.sleep(5)
    stage.user = 'bob'
    await tidemark.session.signOut()
    for (const { acknowledged, settled: shown } of calls) {
      await expect(acknowledged).rejects.toMatchObject(ended)
      await expect(shown).rejects.toMatchObject(ended)
    }
    expect(rename.get()).toMatchObject({ status: 'idle', variables: undefined, underWay: 0 })
    await stage.clock.sleep(5000)
    expect(stage.requests).toEqual(['PATCH as ada'])
    await rename.mutate('three').acknowledged
    expect(stage.requests.at(-1)).toBe('PATCH as bob')
  }))
})
