import { describe, expect, test } from 'vitest'
import { createTidemark, memoryStorage, tabChannel } from '../../src/index.ts'
import type { OpenStorage, Tidemark, TidemarkEvent, TidemarkOptions } from '../../src/index.ts'
import { memoryDisk } from '../../src/storage/memory-storage.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { timerOn } from './scripted-server.ts'

const origin = 'https://api.test'
const url = `${origin}/photos/1`
const scope = `main@${origin}`

/** Tabs of one browser, whose messages wait until they are delivered. */
interface Stage {
  readonly clock: VirtualClock
  readonly open: (options?: TidemarkOptions) => Tab
  /** What was sent and has not arrived. */
  readonly underWay: { readonly name: string; readonly message: unknown; readonly arrive: () => void }[]
  readonly deliver: () => Promise<void>
  /** Sends as somebody else would who knows the name. */
  readonly forge: (message: unknown) => Promise<void>
  version: number
  /** How often a disk was asked for what is on it. */
  looks: number
}

interface Tab {
  readonly tidemark: Tidemark
  readonly events: TidemarkEvent[]
  readonly read: () => Promise<unknown>
  readonly floor: () => string | undefined
}

function onStage(play: (stage: Stage) => Promise<void>): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    const disk = memoryDisk()
    const channels = new Map<(message: unknown) => void, string>()
    const stage: Stage = {
      clock,
      underWay: [],
      version: 5,
      looks: 0,
      async deliver() {
        for (const { arrive } of stage.underWay.splice(0)) arrive()
        await clock.sleep(1)
      },
      async forge(message) {
        for (const [receive] of channels) receive(message)
        await clock.sleep(1)
      },
      open(options) {
        const inner = memoryStorage({ disk })
        const storage: OpenStorage = (context) => {
          const opened = inner(context)
          return {
            ...opened,
            load(only) {
              stage.looks += 1
              return opened.load(only)
            },
          }
        }
        const tidemark = createTidemark({
          origins: [origin],
          storage,
          mirror: false,
          tabs: tabChannel({
            open(name, onMessage) {
              channels.set(onMessage, name)
              return {
                send(message) {
                  const copy: unknown = structuredClone(message)
                  for (const [other, its] of channels) {
                    if (other === onMessage || its !== name) continue
                    const arrive = (): void => void (channels.has(other) && other(copy))
                    stage.underWay.push({ name, message: copy, arrive })
                  }
                },
                close: () => void channels.delete(onMessage),
              }
            },
          }),
          now: clock.now,
          random: () => 0.5,
          setTimer: timerOn(clock),
          async fetch() {
            const { version } = stage
            await clock.sleep(10)
            return Response.json({ version }, { headers: { 'data-version': `main;e="a";v="${version}"` } })
          },
          ...options,
        })
        const events: TidemarkEvent[] = []
        tidemark.subscribe((event) => events.push(event))
        return {
          tidemark,
          events,
          read: async () => (await tidemark.fetch(url)).json(),
          floor: () => tidemark.session.floors().get(scope)?.read?.position,
        }
      },
    }
    await clock.run(() => play(stage))
  }
}

test('D19: what one tab was shown, the others show, without asking the server', onStage(async (stage) => {
  const [one, other] = [stage.open(), stage.open()]
  const photo = other.tidemark.watch(url)
  photo.listen(() => undefined)
  await photo.until(({ status }) => status === 'ready')
  stage.version = 8
  await one.read()
  await one.tidemark.flush()
  stage.version = 3 // A replica that lags.
  await stage.deliver()
  const shown = await photo.until(({ version }) => version?.[0]?.position === '8')
  expect(shown).toMatchObject({ value: { version: 8 }, fetching: false })
  expect(other.floor()).toBe('8')
}))

test('D19: a floor that rose by an own write in another tab makes a watch read again', onStage(async (stage) => {
  const [one, other] = [stage.open(), stage.open()]
  const photo = other.tidemark.watch(url)
  photo.listen(() => undefined)
  await photo.until(({ status }) => status === 'ready')
  stage.version = 8
  await one.tidemark.fetch(`${origin}/photos`, { method: 'POST' })
  await one.tidemark.flush()
  await stage.deliver()
  expect((await photo.until(({ version }) => version?.[0]?.position === '8')).value).toEqual({ version: 8 })
}))

test('D19: lost, late, doubled and disordered hints are harmless', onStage(async (stage) => {
  const [one, other] = [stage.open(), stage.open()]
  await other.read()
  await other.tidemark.flush()
  for (const version of [6, 7, 8]) {
    stage.version = version
    await one.read()
    await one.tidemark.flush()
  }
  const hints = stage.underWay.splice(0)
  expect(hints.length).toBeGreaterThan(2)
  for (const hint of hints.toReversed()) hint.arrive()
  for (const hint of hints) hint.arrive()
  await stage.clock.sleep(1)
  expect(other.floor()).toBe('8')
  const looks = stage.looks
  for (const hint of hints) hint.arrive()
  await stage.clock.sleep(1)
  expect(stage.looks, 'what is known is not looked for').toBe(looks)
}))

test('D19: a hint that is not true raises nothing', onStage(async (stage) => {
  const tab = stage.open()
  await tab.read()
  await tab.tidemark.flush()
  const version = { scope, epoch: 'a', position: '999999' }
  await stage.forge({ tidemark: 1, floors: [version], keys: [[url, [version]]] })
  await stage.forge({ tidemark: 1, floors: [{ ...version, epoch: 'z' }], keys: [] })
  expect(tab.floor()).toBe('5')
  expect(await tab.read()).toEqual({ version: 5 })
  expect(tab.events.map(({ type }) => type)).not.toContain('epoch:reset')
}))

test.each([
  [undefined],
  ['text'],
  [{ tidemark: 2, floors: [], keys: [] }],
  [{ tidemark: 1 }],
  [{ tidemark: 1, floors: 'all', keys: [] }],
  [{ tidemark: 1, floors: [{ scope }], keys: [] }],
  [{ tidemark: 1, floors: [{ scope, epoch: 'a', position: 'not a number' }], keys: [] }],
  [{ tidemark: 1, floors: [], keys: [[7, []]] }],
  [{ tidemark: 1, floors: [], keys: [['k'.repeat(3000), []]] }],
  [{ tidemark: 1, floors: Array.from({ length: 65 }, () => ({ scope, epoch: 'a', position: '9' })), keys: [] }],
  [JSON.parse('{"tidemark":1,"floors":[],"keys":[],"__proto__":{"signedOut":true}}')],
])('I14, D24: %j is no hint', (message) =>
  onStage(async (stage) => {
    const tab = stage.open()
    await tab.read()
    await tab.tidemark.flush()
    const looks = stage.looks
    await stage.forge(message)
    expect(stage.looks).toBe(looks)
    expect(tab.events.map(({ type }) => type)).not.toContain('session:ended')
  })(),
)

test('I14: a flood is answered by one look at a time', onStage(async (stage) => {
  const tab = stage.open()
  await tab.read()
  await tab.tidemark.flush()
  const looks = stage.looks
  for (let n = 0; n < 1000; n += 1) {
    void stage.forge({ tidemark: 1, floors: [{ scope, epoch: 'a', position: String(1000 + n) }], keys: [] })
  }
  await stage.clock.sleep(1)
  expect(stage.looks - looks).toBeLessThan(10)
}))

describe('P2: a sign-out', () => {
  test('reaches the tabs by the channel, where there is no mirror', onStage(async (stage) => {
    const [one, other] = [stage.open(), stage.open()]
    await Promise.all([one.read(), other.read()])
    await one.tidemark.flush()
    await other.tidemark.flush()
    await one.tidemark.session.signOut()
    await stage.deliver()
    expect(other.tidemark.session.floors().size).toBe(0)
    expect(other.events).toContainEqual(expect.objectContaining({ type: 'session:ended', reason: 'signed-out-elsewhere' }))
  }))

  test('that never was is none', onStage(async (stage) => {
    const tab = stage.open()
    await tab.read()
    await tab.tidemark.flush()
    await stage.forge({ tidemark: 1, signedOut: true })
    expect(tab.floor()).toBe('5')
  }))

  test('leaves no channel open for the old session', onStage(async (stage) => {
    const [one, other] = [stage.open({ principal: 'ada' }), stage.open({ principal: 'ada' })]
    await one.read()
    await one.tidemark.session.use('bob')
    stage.version = 8
    await other.read()
    await other.tidemark.flush()
    expect(stage.underWay).toEqual([])
  }))
})

test('P1, P5: a hint reaches the tabs of its principal only, and holds no value', onStage(async (stage) => {
  const [ada, bob, alsoAda] = ['ada', 'bob', 'ada'].map((principal) => stage.open({ principal }))
  await ada?.read()
  await ada?.tidemark.flush()
  expect(stage.underWay).toHaveLength(1)
  expect(stage.underWay[0]?.message).toEqual({
    tidemark: 1,
    floors: [{ scope, epoch: 'a', position: '5' }],
    keys: [[url, [{ scope, epoch: 'a', position: '5' }]]],
  })
  await stage.deliver()
  expect([bob?.floor(), alsoAda?.floor()]).toEqual([undefined, '5'])
}))

test('tabs: false opens no channel, and another value is refused', onStage(async (stage) => {
  const quiet = stage.open({ tabs: false })
  stage.open()
  await quiet.read()
  await quiet.tidemark.flush()
  expect(stage.underWay).toEqual([])
  // @ts-expect-error -- A channel is opened by a function.
  expect(() => createTidemark({ origins: [origin], tabs: 'all' })).toThrow('tabChannel()')
}))
