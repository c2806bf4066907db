// A database that wakes those who wait for it, as `MASTER_GTID_WAIT` of MariaDB does.
import { describe, expect, test } from 'vitest'
import { integer } from '../../src/core/formats/integer.ts'
import { createSampler } from '../../src/server/sampler.ts'
import type { Look, Sampler } from '../../src/server/sampler.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'

interface Waking {
  readonly clock: VirtualClock
  readonly sampler: Sampler
  readonly node: { position: number; epoch: string; looks: number; readonly waits: string[]; waitingNow: number }
  readonly until: (position: number, waitMs?: number, epoch?: string) => Promise<Look | undefined>
}

type Behaviour = 'wakes' | 'fails' | 'returns at once'

function wakingNode(behaviour: Behaviour = 'wakes'): Waking {
  const clock = createVirtualClock()
  const node = { position: 0, epoch: 'e', looks: 0, waits: [] as string[], waitingNow: 0 }
  const source = {
    format: integer,
    async sample() {
      node.looks += 1
      await clock.sleep(1)
      return { epoch: node.epoch, position: String(node.position), isPrimary: false }
    },
    async arrival(position: string, waitMs: number) {
      node.waits.push(position)
      if (behaviour === 'fails') throw new Error('There is no such function.')
      if (behaviour === 'returns at once') return
      node.waitingNow += 1
      const endsAt = clock.now() + waitMs
      while (node.position < Number(position) && clock.now() < endsAt) await clock.sleep(0.1)
      node.waitingNow -= 1
    },
  }
  const sampler = createSampler(source, {
    now: clock.now,
    setTimer: clock.setTimer,
    pollIntervalMs: 5,
    sampleTimeoutMs: 1000,
    onLook: () => undefined,
    onFailure: () => undefined,
  })
  return {
    clock,
    sampler,
    node,
    until: (position, waitMs = 50, epoch = 'e') =>
      sampler.until((look) => look.epoch === epoch && Number(look.position) >= position, {
        waitMs,
        position: String(position),
      }),
  }
}

/** Has the node apply one position each millisecond, up to this one. */
async function apply({ clock, node }: Waking, upTo: number): Promise<void> {
  while (node.position < upTo) {
    await clock.sleep(1)
    node.position += 1
  }
}

describe('L5: a node that wakes those who wait', () => {
  test('is looked at once for a wait, and not at intervals', async () => {
    const waking = wakingNode()
    await waking.clock.run(async () => {
      await waking.sampler.next()
      const [look] = await Promise.all([waking.until(20), apply(waking, 20)])
      expect(look?.position).toBe('20')
    })
    expect(waking.node.waits).toEqual(['20'])
    expect(waking.node.looks).toBe(2)
  })

  test('W20: has one wait for a thousand, for the one that is due first, and all end in time', async () => {
    const waking = wakingNode()
    const { clock, node, sampler, until } = waking
    await clock.run(async () => {
      await sampler.next()
      const startedAt = clock.now()
      let most = 0
      const floors = Array.from({ length: 1000 }, (_, index) => 10 + (index % 3) * 10)
      const asking = floors.map(async (floor) => {
        const look = await until(floor)
        most = Math.max(most, node.waitingNow)
        return { floor, have: Number(look?.position), at: clock.now() - startedAt }
      })
      const [answers] = await Promise.all([Promise.all(asking), apply(waking, 30)])
      for (const { floor, have, at } of answers) {
        expect(have).toBeGreaterThanOrEqual(floor)
        expect(at).toBeLessThan(floor + 5)
      }
      expect(most).toBeLessThanOrEqual(1)
    })
    expect(node.waits).toEqual(['10', '20', '30'])
    expect(node.looks).toBeLessThanOrEqual(1 + 3 * 2)
  })

  test('a wait that is due before the one under way is polled meanwhile', async () => {
    const waking = wakingNode()
    const { clock, sampler, until } = waking
    await clock.run(async () => {
      await sampler.next()
      const late = until(40)
      await clock.sleep(1)
      const early = until(10).then(() => clock.now())
      await apply(waking, 40)
      expect(await early).toBeLessThan(20)
      expect((await late)?.position).toBe('40')
    })
  })

  test('I7: a wait that never comes ends at its time', async () => {
    const waking = wakingNode()
    const { clock, sampler, until } = waking
    await clock.run(async () => {
      await sampler.next()
      const startedAt = clock.now()
      expect(await until(99, 50)).toBeUndefined()
      expect(clock.now() - startedAt).toBeLessThan(52)
    })
  })

  test.each<Behaviour>(['fails', 'returns at once'])('one that %s is polled, and not asked in a loop', async (how) => {
    const waking = wakingNode(how)
    const { clock, node, sampler, until } = waking
    await clock.run(async () => {
      await sampler.next()
      const [look] = await Promise.all([until(20), apply(waking, 20)])
      expect(look?.position).toBe('20')
    })
    expect(node.waits).toEqual(['20'])
    expect(node.looks).toBeLessThan(8)
  })

  test('a floor of another epoch cannot make it spin', async () => {
    const waking = wakingNode()
    const { clock, node, sampler, until } = waking
    await clock.run(async () => {
      node.position = 50
      await sampler.next()
      expect(await until(20, 50, 'another')).toBeUndefined()
    })
    expect(node.looks).toBeLessThan(14)
  })
})
