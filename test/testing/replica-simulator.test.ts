// One primary and its replicas, as a function of time.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawMs } from '../../src/testing/replicas/distribution.ts'
import type { Distribution } from '../../src/testing/replicas/distribution.ts'
import { createRandom } from '../../src/testing/determinism/random.ts'
import { createReplicaSimulator } from '../../src/testing/replicas/replica-simulator.ts'
import type { ReplicaSimulator } from '../../src/testing/replicas/replica-simulator.ts'
import type { Place } from '../../src/testing/replicas/replica.ts'

const exponential: Distribution = { kind: 'exponential', meanMs: 200 }

interface Stage {
  readonly simulator: ReplicaSimulator
  readonly pass: (ms: number) => void
}

function stage(
  lag: Distribution | readonly Distribution[],
  { seed = 1, replicas = 3 }: { seed?: number; replicas?: number } = {},
): Stage {
  let nowMs = 0
  const random = createRandom(seed)
  const simulator = createReplicaSimulator({ random, now: () => nowMs, replicas, lag })
  return { simulator, pass: (ms) => void (nowMs += ms) }
}

const positions = ({ simulator }: Stage): number[] =>
  simulator.replicas().map((name) => simulator.stateOf(name).position)

test('law: S1, S2: entry i is applied at max(applied(i-1), t + lag_r(i))', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 30 })
  fc.assert(
    fc.property(fc.integer(), gaps, fc.integer({ min: 0, max: 2000 }), (seed, waits, lookMs) => {
      const play = stage(exponential, { seed, replicas: 1 })
      const chance = createRandom(seed).substream('lag/replica-1/1')
      let atMs = 0
      let appliedMs = 0
      const dueMs: number[] = []
      for (const ms of waits) {
        play.pass(ms)
        atMs += ms
        play.simulator.commit()
        appliedMs = Math.max(appliedMs, atMs + drawMs(chance, exponential))
        dueMs.push(appliedMs)
      }
      play.pass(lookMs)
      const expected = dueMs.filter((due) => due <= atMs + lookMs).length
      expect(play.simulator.stateOf('replica-1').position).toBe(expected)
    }),
  )
})

test('law: asking changes nothing', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.boolean()), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(steps, (plan) => {
      const asked = stage(exponential)
      const unasked = stage(exponential)
      for (const [ms, isWrite] of plan) {
        for (const play of [asked, unasked]) {
          play.pass(ms)
          if (isWrite) play.simulator.commit()
        }
        positions(asked)
        asked.simulator.appliesAtMs('replica-2', { epoch: 'none', position: 1 })
      }
      expect(positions(asked)).toEqual(positions(unasked))
    }),
  )
})

test('S2: another replica, or a lower one of two lags, changes no lag of the others', () => {
  const two = stage(exponential, { replicas: 2 })
  const three = stage([exponential, exponential, { kind: 'fixed', ms: 9 }])
  for (const play of [two, three]) {
    for (let count = 0; count < 20; count += 1) {
      play.simulator.commit()
      play.pass(50)
    }
  }
  expect(positions(three).slice(0, 2)).toEqual(positions(two))
})

test('tells when a position will be applied', () => {
  const play = stage({ kind: 'fixed', ms: 100 })
  const place = play.simulator.commit()
  expect(play.simulator.appliesAtMs('replica-1', place)).toBe(100)
  expect(play.simulator.appliesAtMs('primary', place)).toBe(0)
  expect(play.simulator.appliesAtMs('replica-1', { ...place, position: 2 })).toBeUndefined()
  expect(play.simulator.appliesAtMs('primary', { ...place, position: 2 })).toBeUndefined()
  expect(play.simulator.appliesAtMs('replica-1', { ...place, epoch: 'none' })).toBeUndefined()
  play.pass(100)
  expect(play.simulator.appliesAtMs('replica-1', place)).toBe(100)
})

test('lag is the age of the oldest write that is missing', () => {
  const play = stage({ kind: 'fixed', ms: 100 })
  play.simulator.commit()
  play.pass(40)
  play.simulator.commit()
  play.pass(50)
  expect(play.simulator.stateOf('replica-1').lagMs).toBe(90)
  play.pass(10)
  expect(play.simulator.stateOf('replica-1').lagMs).toBe(60)
  play.pass(40)
  expect(play.simulator.stateOf('replica-1').lagMs).toBe(0)
  expect(play.simulator.stateOf('primary').lagMs).toBe(0)
})

describe('S3: a replica that is held', () => {
  test.each<[string, (simulator: ReplicaSimulator) => void, (simulator: ReplicaSimulator) => void]>(
    [
      ['by a pause', ({ pause }) => pause('replica-1'), ({ resume }) => resume('replica-1')],
      [
        'by a partition',
        ({ setReach }) => setReach('replica-1', 'network-error'),
        ({ setReach }) => setReach('replica-1', 'reachable'),
      ],
      [
        'by a primary that is cut off',
        ({ setReach }) => setReach('primary', 'status-503'),
        ({ setReach }) => setReach('primary', 'reachable'),
      ],
    ],
  )('%s stands still, and then applies at once what was due', (_, hold, free) => {
    const play = stage({ kind: 'fixed', ms: 100 })
    const { simulator } = play
    simulator.commit()
    play.pass(50)
    hold(simulator)
    simulator.commit()
    play.pass(75)
    expect(simulator.stateOf('replica-1').position).toBe(0)
    expect(simulator.appliesAtMs('replica-1', { ...stateOfEpoch(simulator), position: 1 })).toBe(
      undefined,
    )
    free(simulator)
    expect(simulator.stateOf('replica-1').position).toBe(1)
    play.pass(25)
    expect(simulator.stateOf('replica-1').position).toBe(2)
  })

  test('twice is freed only when nothing holds it', () => {
    const play = stage({ kind: 'fixed', ms: 0 })
    play.simulator.pause('replica-1')
    play.simulator.setReach('replica-1', 'status-503')
    play.simulator.commit()
    play.simulator.resume('replica-1')
    expect(play.simulator.stateOf('replica-1').position).toBe(0)
    play.simulator.setReach('replica-1', 'reachable')
    expect(play.simulator.stateOf('replica-1').position).toBe(1)
  })
})

function stateOfEpoch(simulator: ReplicaSimulator): Place {
  return simulator.stateOf('primary')
}

test('a new lag holds for what is on its way, too', () => {
  const play = stage({ kind: 'fixed', ms: 60_000 })
  play.simulator.commit()
  play.pass(10)
  play.simulator.setLag({ kind: 'fixed', ms: 20 }, 'replica-1')
  play.pass(10)
  expect(positions(play)).toEqual([1, 0, 0])
  play.simulator.setLag({ kind: 'fixed', ms: 5 })
  expect(positions(play)).toEqual([1, 1, 1])
})

test('a replica that is added knows everything, and its seat can be taken away', () => {
  const play = stage({ kind: 'fixed', ms: 60_000 }, { replicas: 1 })
  play.simulator.commit()
  play.simulator.setReplicas(2)
  expect(positions(play)).toEqual([0, 1])
  play.simulator.setReplicas(1)
  expect(play.simulator.replicas()).toEqual(['replica-1'])
  expect(() => play.simulator.pause('replica-2')).toThrow(
    '`replica` is "replica-2". Accepted: \'replica-1\'.',
  )
})

describe('S4: a failover', () => {
  test('loses what the promoted replica had not applied, and counts on from there', () => {
    const play = stage([{ kind: 'fixed', ms: 100 }])
    const { simulator } = play
    const before = simulator.commit()
    play.pass(100)
    simulator.commit()
    const beginning = simulator.failOver('replica-2')
    expect(beginning).toEqual({
      epoch: expect.stringMatching(/^[0-9a-f]{4}$/),
      from: before.epoch,
      parent: before.epoch,
      position: 1,
    })
    expect(beginning.epoch).not.toBe(before.epoch)
    expect(simulator.commit()).toEqual({ epoch: beginning.epoch, position: 2 })
    expect(simulator.hasEnded(before.epoch)).toBe(true)
    expect(simulator.hasEnded(beginning.epoch)).toBe(false)
  })

  test('is heard of late: until then a replica answers from the ended epoch', () => {
    const play = stage([
      { kind: 'fixed', ms: 50 },
      { kind: 'fixed', ms: 200 },
    ])
    const { simulator } = play
    const { epoch: old } = simulator.commit()
    play.pass(60)
    const { epoch, position } = simulator.failOver('replica-2')
    expect(position).toBe(0)
    expect(simulator.stateOf('replica-1')).toMatchObject({ epoch: old, position: 1 })
    expect(simulator.appliesAtMs('replica-1', { epoch, position: 0 })).toBe(110)
    play.pass(49)
    expect(simulator.stateOf('replica-1')).toMatchObject({ epoch: old, position: 1, lagMs: 49 })
    play.pass(1)
    expect(simulator.stateOf('replica-1')).toMatchObject({ epoch, position: 0, lagMs: 0 })
  })

  test('V18: its lag counts from the end of its own epoch, also where another came between', () => {
    const play = stage([
      { kind: 'fixed', ms: 200 },
      { kind: 'fixed', ms: 200 },
    ])
    const { simulator } = play
    simulator.failOver('replica-2')
    play.pass(80)
    simulator.failOver('replica-2')
    play.pass(10)
    expect(simulator.stateOf('replica-1').lagMs).toBe(90)
  })

  test('S5: fills the seats of both machines', () => {
    const play = stage({ kind: 'fixed', ms: 100 })
    play.simulator.setReach('primary', 'network-error')
    const { epoch } = play.simulator.failOver('replica-2')
    expect(play.simulator.stateOf('primary')).toMatchObject({ epoch, reach: 'reachable' })
    expect(play.simulator.stateOf('replica-2')).toMatchObject({ epoch, isPrimary: false })
  })

  test('of a replica that cannot be reached is refused', () => {
    const { simulator } = stage(exponential)
    simulator.setReach('replica-2', 'network-error')
    expect(() => simulator.failOver('replica-2')).toThrow('heal the partition first')
  })
})

test('S4: a restore takes replicas back, each when it hears of it', () => {
  const play = stage([{ kind: 'fixed', ms: 10 }])
  const { simulator } = play
  for (let count = 0; count < 5; count += 1) simulator.commit()
  play.pass(10)
  const { epoch, position } = simulator.restore(2)
  expect(position).toBe(2)
  expect(simulator.stateOf('replica-1').position).toBe(5)
  play.pass(10)
  expect(simulator.stateOf('replica-1')).toMatchObject({ epoch, position: 2 })
  expect(() => simulator.restore(9)).toThrow(
    '`position` is 9. Accepted: a whole number from 0 to 2',
  )
})

// --- Whatever is done to it ----------------------------------------------------------------------

type Deed = readonly [name: string, which: number, ms: number]

const deed: fc.Arbitrary<Deed> = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant('commit') },
    {
      weight: 7,
      arbitrary: fc.constantFrom('pause', 'resume', 'cut', 'heal', 'lag', 'restore', 'failOver'),
    },
  ),
  fc.nat(2),
  fc.nat(300),
)

/** Does one thing, and notes in `chains` which writes each epoch consists of. */
function act(play: Stage, chains: Map<string, readonly number[]>, [name, which, ms]: Deed): void {
  const { simulator } = play
  const replica = `replica-${which + 1}`
  const epoch = simulator.stateOf('primary').epoch
  const chain = chains.get(epoch) ?? []
  const begin = (beginning: ReturnType<ReplicaSimulator['restore']>): void => {
    const parent = chains.get(beginning.parent) ?? []
    chains.set(beginning.epoch, parent.slice(0, beginning.position))
  }
  play.pass(ms)
  if (name === 'commit') {
    const { position } = simulator.commit()
    expect(position).toBe(chain.length + 1)
    chains.set(epoch, [...chain, chains.size * 1000 + position])
  }
  if (name === 'pause') simulator.pause(replica)
  if (name === 'resume') simulator.resume(replica)
  if (name === 'cut') simulator.setReach(replica, 'network-error')
  if (name === 'heal') simulator.setReach(replica, 'reachable')
  if (name === 'lag') simulator.setLag({ kind: 'exponential', meanMs: ms }, replica)
  if (name === 'restore') begin(simulator.restore(Math.floor(chain.length / 2)))
  const canBePromoted = simulator.stateOf(replica).reach === 'reachable'
  if (name === 'failOver' && canBePromoted) begin(simulator.failOver(replica))
}

test('law: a replica only ever moves on within an epoch, and in the end knows everything', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(deed, { maxLength: 40 }), (seed, deeds) => {
      const play = stage(exponential, { seed })
      const { simulator } = play
      const chains = new Map<string, readonly number[]>()
      const before = new Map<string, Place>()
      for (const one of deeds) {
        act(play, chains, one)
        for (const name of simulator.replicas()) {
          const state = simulator.stateOf(name)
          const last = before.get(name)
          if (last?.epoch === state.epoch) {
            expect(state.position).toBeGreaterThanOrEqual(last.position)
          }
          expect(state.position).toBeLessThanOrEqual(chains.get(state.epoch)?.length ?? 0)
          expect(state.lagMs).toBeGreaterThanOrEqual(0)
          before.set(name, state)
        }
      }
      for (const name of simulator.replicas()) {
        simulator.resume(name)
        simulator.setReach(name, 'reachable')
      }
      play.pass(1e6)
      const { epoch, position } = simulator.stateOf('primary')
      for (const name of simulator.replicas()) {
        expect(simulator.stateOf(name)).toMatchObject({ epoch, position, lagMs: 0 })
      }
    }),
  )
})

test('law: no epoch is named twice', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { simulator } = stage(exponential, { seed })
      const epochs = Array.from({ length: 300 }, () => simulator.restore(0).epoch)
      expect(new Set(epochs).size).toBe(300)
    }),
    { numRuns: 10 },
  )
})
