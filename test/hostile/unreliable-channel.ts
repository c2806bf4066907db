// A channel between tabs that loses, delays, doubles, reorders and garbles messages, by seed.

import type { HintChannel, TabChannelOptions } from '../../src/index.ts'
import type { Random } from '../../src/testing/determinism/random.ts'
import { mutateValue } from './mutate.ts'

/** What is needed. */
export interface ChannelOptions {
  readonly random: Random
  /** Of a hundred messages, so many meet trouble. */
  readonly ofHundred: number
  readonly setTimer: (callback: () => void, delayMs: number) => () => void
}

/** Returns how each tab opens the channel. */
export function unreliableChannel({ random, ofHundred, setTimer }: ChannelOptions): NonNullable<TabChannelOptions['open']> {
  const listeners = new Map<(message: unknown) => void, string>()

  function deliver(listener: (message: unknown) => void, message: unknown, delayMs: number): void {
    // As the platform: nobody shares an object, and who has closed the channel hears nothing.
    const copy: unknown = structuredClone(message)
    setTimer(() => {
      if (listeners.has(listener)) listener(copy)
    }, delayMs)
  }

  return (name, onMessage): HintChannel => {
    // Tabs may give the same function twice.
    const own = (message: unknown): void => onMessage(message)
    listeners.set(own, name)
    return {
      send(message) {
        for (const [listener, at] of listeners) {
          if (listener === own || at !== name) continue
          const isBad = random.next() * 100 < ofHundred
          const kind = random.below(4)
          const isLost = isBad && kind === 0
          const isGarbled = isBad && kind === 1
          const delayMs = isBad && kind === 2 ? random.next() * 5000 : random.next() * 5
          if (!isLost) deliver(listener, isGarbled ? mutateValue(random, message) : message, delayMs)
          if (isBad && kind === 3) deliver(listener, message, random.next() * 5000)
        }
      },
      close: () => void listeners.delete(own),
    }
  }
}
