// Over real sockets: five seeds, a thousand reads each, in real time.

import { memoryStorage } from 'tidemark'
import { createLaggingApi } from 'tidemark/testing'
import { serveLaggingApi } from 'tidemark/testing/node'
import { expect, test } from 'vitest'
import { memoryDisk } from '../../src/storage/memory-storage.ts'
import { laggingOptions, printOutcomes, runPlain, runTidemark, seeds } from './comparison.ts'
import type { BrowserOptions, Outcome } from './comparison.ts'

async function overSockets(
  run: (options: BrowserOptions) => Promise<Outcome>,
  browserOf: () => Partial<BrowserOptions> = () => ({}),
): Promise<Outcome[]> {
  return Promise.all(
    seeds.map(async (seed) => {
      const server = await serveLaggingApi(createLaggingApi({ ...laggingOptions, seed }))
      try {
        return await run({ seed, baseUrl: server.url, ...browserOf() })
      } finally {
        await server.close()
      }
    }),
  )
}

test('plain fetch shows the past', { timeout: 90_000 }, async () => {
  const outcomes = await overSockets(runPlain)
  printOutcomes('plain fetch over sockets, violations per 1,000 reads', outcomes)
  for (const { report } of outcomes) {
    expect(report.reads).toBe(1000)
    expect(report.perThousand.readYourWrites).toBeGreaterThan(0)
    expect(report.perThousand.monotonicReads).toBeGreaterThan(0)
  }
})

test.each([
  ['a disk', () => ({ storage: memoryStorage({ disk: memoryDisk() }), mirror: false as const })],
  ['no disk, and a mirror', () => ({ storage: memoryStorage(), mirror: textStorage() })],
])('Tidemark never does, over reloads with %s', { timeout: 90_000 }, async (name, browserOf) => {
  const outcomes = await overSockets(runTidemark, browserOf)
  printOutcomes(`tidemark over sockets, ${name}, violations per 1,000 reads`, outcomes)
  for (const { report, failures, reloads } of outcomes) {
    expect(report.violations.map(({ message }) => message)).toEqual([])
    expect(failures).toEqual([])
    expect(report.reads).toBe(1000)
    expect(reloads).toBeGreaterThanOrEqual(4)
  }
})

function textStorage(): NonNullable<BrowserOptions['mirror']> {
  const texts = new Map<string, string>()
  return {
    getItem: (name) => texts.get(name) ?? null,
    setItem: (name, text) => void texts.set(name, text),
    removeItem: (name) => void texts.delete(name),
  }
}
