// What tabs tell each other by, in a simulated browser: as kept as in a browser, or as poor as it can be.
//
// C1. A message is a copy, and comes later. A poor channel loses some, brings some twice, or long after others,
//     and some that nobody has sent: of versions that there never were, and of no version at all.

import type { HintChannel, TabChannelOptions } from 'tidemark'
import { createRandom } from 'tidemark/testing'
import type { SimulatedClock } from './clock.ts'
import type { World } from './plan.ts'

/** Opens the channels of a page. `isGone` tells whether the page is. */
export type OpenChannel = (isGone: () => boolean) => NonNullable<TabChannelOptions['open']>

type Listener = (message: unknown) => void

/** Makes the channels of a browser. */
export function createChannels(world: World, clock: SimulatedClock, seed: number): OpenChannel {
  const random = createRandom(seed).substream('channel')
  const isPoor = world.channel === 'poor'
  const listeners = new Map<string, Set<Listener>>()
  const happens = (ofHundred: number): boolean => isPoor && random.next() * 100 < ofHundred

  function deliver(to: Listener, message: unknown): void {
    if (happens(20)) return
    const delayMs = happens(20) ? random.next() * 2000 : random.next() * 5
    clock.setTimer(() => to(structuredClone(message)), delayMs)
    if (happens(10)) deliver(to, message)
  }

  return (isGone) => (name, onMessage): HintChannel => {
    const own = listeners.get(name) ?? new Set()
    listeners.set(name, own)
    const listener: Listener = (message) => {
      if (!isGone()) onMessage(message)
    }
    own.add(listener)
    return {
      send(message) {
        if (isGone()) return
        const others = [...own].filter((each) => each !== listener)
        for (const other of others) deliver(other, message)
        if (happens(10)) for (const other of others) deliver(other, forged(message))
      },
      close: () => void own.delete(listener),
    }
  }
}

/** A message that nobody has sent: of the same things, far beyond what they have come to (C1). */
function forged(message: unknown): unknown {
  return JSON.parse(JSON.stringify(message).replaceAll(/"position":"\d+"/g, '"position":"999999"'))
}
