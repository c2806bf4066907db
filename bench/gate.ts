// The gate against the least that a cache of versioned values can do: compare two numbers in a Map.

import type { Entry, KeyState } from '../src/core/entry.ts'
import { epochSeq } from '../src/core/formats/epoch-seq.ts'
import { admit } from '../src/core/gate.ts'
import type { Group } from './group.ts'

const entities = 50
const newer = 'tidemark, each newer'
const older = 'tidemark, each older'
const formatOf = (): typeof epochSeq => epochSeq

/** 50 entities of one answer, each newer than what is held. */
export function gateGroup(): Group {
  const keys = Array.from({ length: entities }, (_, index) => `/photos/${index}`)
  const plain = new Map<string, { version: number; value: number }>()
  const states = new Map<string, KeyState<number>>()
  let plainVersion = 0
  let version = 0
  let staleRounds = 0
  return {
    name: `gate: an answer of ${entities} entities`,
    times: 2000,
    rounds: 15,
    variants: [
      {
        name: 'numbers compared in a Map',
        run(times) {
          for (let time = 0; time < times; time += 1) {
            plainVersion += 1
            for (const key of keys) {
              const held = plain.get(key)
              if (held === undefined || held.version < plainVersion) {
                plain.set(key, { version: plainVersion, value: time })
              }
            }
          }
        },
      },
      {
        name: newer,
        run(times) {
          for (let time = 0; time < times; time += 1) {
            version += 1
            admitAll(states, entryAt(version, time))
          }
        },
      },
      {
        name: older,
        run(times) {
          for (let time = 0; time < times; time += 1) {
            staleRounds += 1
            admitAll(states, entryAt(Math.max(1, version - 10), staleRounds))
          }
        },
      },
    ],
    targets: [
      { variant: newer, by: 'each-us', must: 10, reach: 3 },
      { variant: older, by: 'each-us', must: 10, reach: 3 },
    ],
  }

  function admitAll(into: Map<string, KeyState<number>>, entry: Entry<number>): void {
    for (const key of keys) {
      const { outcome, state } = admit(formatOf, into.get(key), entry)
      if (outcome === 'applied') into.set(key, state)
    }
  }
}

function entryAt(version: number, value: number): Entry<number> {
  const versions = [{ scope: 'main', epoch: '7f3a', position: String(version) }]
  return { kind: 'value', versions, value, validatedAt: 0 }
}
