// The tab channel: a hint to the other tabs that there is something new on the disk.
//
// H1. A hint says what has which version, and nothing else. Whoever does not know that version looks at the
//     disk, where it was compared with all others: so a hint that is lost, late, twice, out of order or
//     forged changes nothing that the disk would not have (lessons D19).
// H2. It is a stranger's: strictly parsed, bounded, and never answered with more than one look at a time (I14).
// H3. What it says of versions is of one principal, and so is the channel (P1, P5).
// H4. No channel is open while a page may be frozen or kept for the way back: it would keep it from being
//     kept (lessons D22). What was missed is looked at on the disk when the page is back (D20).
// H5. A message of a later version of this library, or of an earlier, is no hint, and is let be (D24).

import { fingerprint } from '../../core/fingerprint.ts'
import { readAndWriteFloor } from '../../core/session.ts'
import { compareAnswers, covers, parseVersion } from '../../core/version.ts'
import type { Version, Versions } from '../../core/version.ts'
import { watchThisPage } from '../../storage/page-absence.ts'
import type { Batch } from '../../storage/storage.ts'
import type { OpenTabs, TabsHost } from './tabs.ts'

/** A channel, as `BroadcastChannel` is one. */
export interface HintChannel {
  readonly send: (message: unknown) => void
  readonly close: () => void
}

/** What {@link tabChannel} accepts. */
export interface TabChannelOptions {
  /**
   * Opens a channel, and calls `onMessage` with what the other tabs send.
   *
   * @default a `BroadcastChannel`, in a page; else none
   */
  readonly open?: ((name: string, onMessage: (message: unknown) => void) => HintChannel) | undefined
}

/** So many scopes, and so many keys, are told or heard of at once. What is more, the disk tells later. */
const namesMax = 64
const keyLengthMax = 2048

/**
 * Tells the other tabs of a user where there is something new, so that they show it at once: the option
 * `tabs`. `createTidemark` has it from the start; `createClient` if it is given. See docs/sign-out-and-tabs.md.
 *
 * @example
 * ```ts
 * import { createClient, memoryStorage, tabChannel } from 'tidemark'
 *
 * const client = createClient({
 *   origins: ['https://api.example.com'],
 *   storage: memoryStorage(),
 *   tabs: tabChannel(),
 * })
 * client.session.floors().size //=> 0
 * client.close()
 * ```
 */
export function tabChannel({ open = openInPage }: TabChannelOptions = {}): OpenTabs {
  return (host) => {
    const name = `tidemark:${fingerprint(host.principal)}` // H3
    const look = createLooks(host)
    const onMessage = (message: unknown): void => {
      const hint = parseHint(host, message)
      if (hint === 'signed-out') host.checkSignedOut()
      else if (hint !== undefined) look(hint)
    }
    let channel: HintChannel | undefined = open(name, onMessage)
    const closeChannel = (): void => {
      channel?.close()
      channel = undefined
    }
    const stopWatching = watchThisPage(closeChannel, () => {
      channel ??= open(name, onMessage) // H4
    })
    return {
      tellStored: (batch) => {
        const hint = hintOf(host, batch)
        if (hint !== undefined) channel?.send(hint)
      },
      tellSignedOut: () => channel?.send({ tidemark: 1, signedOut: true }),
      close() {
        stopWatching()
        closeChannel()
      },
    }
  }
}

interface Hint {
  readonly floors: Versions
  readonly keys: readonly (readonly [key: string, versions: Versions])[]
}

/** Looks at the disk for what hints tell, once at a time (H2). */
function createLooks(host: TabsHost): (hint: Hint) => void {
  let scopes = new Set<string>()
  let keys = new Set<string>()
  let isLooking = false

  async function look(): Promise<void> {
    isLooking = true
    while (scopes.size + keys.size > 0) {
      const names = { scopes, keys }
      scopes = new Set()
      keys = new Set()
      await host.look(names)
    }
    isLooking = false
  }

  return (hint) => {
    for (const version of hint.floors) if (scopes.size < namesMax && isNews(host, version)) scopes.add(version.scope)
    for (const [key, versions] of hint.keys) {
      if (keys.size < namesMax && isNewsOf(host, key, versions)) keys.add(key)
    }
    if (!isLooking) void look()
  }
}

/** Tells whether the session does not know of a version yet. */
function isNews({ formatOf, held }: TabsHost, version: Version): boolean {
  const { session } = held
  const floor = readAndWriteFloor(formatOf, session.of(version.scope))
  if (floor === undefined) return true
  return session.isOfEpoch(version) ? !covers(formatOf, floor, version) : !session.hasLeft(version.scope, version.epoch)
}

/** Tells whether something is held under a key that these versions are after. Of others nobody here asks. */
function isNewsOf({ formatOf, held }: TabsHost, key: string, versions: Versions): boolean {
  const slot = held.slotOf(key)
  const stands = slot?.entry ?? slot?.onDisk
  if (slot === undefined) return false
  const order = compareAnswers(formatOf, versions, stands?.versions ?? slot.floor)
  return order !== 'before' && (order !== 'equal' || stands === undefined)
}

function hintOf({ formatOf }: TabsHost, { resets, floors, puts }: Batch): unknown {
  const told = [...resets.values(), ...floors.values()].flatMap((each) => readAndWriteFloor(formatOf, each) ?? [])
  const keys = puts.flatMap(({ key, state: { entry } }) =>
    entry === undefined || key.length > keyLengthMax ? [] : [[key, entry.versions]],
  )
  if (told.length + keys.length === 0) return undefined
  return { tidemark: 1, floors: told.slice(0, namesMax), keys: keys.slice(0, namesMax) }
}

/** Returns a hint, or `undefined` for what is none (H2, H5). */
function parseHint({ formatOf }: TabsHost, message: unknown): Hint | 'signed-out' | undefined {
  const { tidemark, signedOut, floors, keys } = fieldsOf(message)
  if (tidemark !== 1) return undefined
  if (signedOut === true) return 'signed-out'
  try {
    return {
      floors: listOf(floors).map((each) => versionOf(formatOf, each)),
      keys: listOf(keys).map((each) => {
        const [key, versions] = listOf(each)
        if (typeof key !== 'string' || key.length > keyLengthMax) throw new TypeError('no key')
        return [key, listOf(versions).map((one) => versionOf(formatOf, one))]
      }),
    }
  } catch {
    return undefined
  }
}

function versionOf(formatOf: TabsHost['formatOf'], value: unknown): Version {
  const { scope, epoch, position } = fieldsOf(value)
  if (typeof scope !== 'string' || typeof epoch !== 'string' || typeof position !== 'string') {
    throw new TypeError('no version')
  }
  return parseVersion(formatOf, { scope, epoch, position })
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value) && value.length <= namesMax) return value
  throw new TypeError('no list, or too long')
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

const silent: HintChannel = { send: () => undefined, close: () => undefined }

function openInPage(name: string, onMessage: (message: unknown) => void): HintChannel {
  // In a process of a server, all that it serves would hear of each other.
  if (globalThis.document === undefined || !('BroadcastChannel' in globalThis)) return silent
  try {
    const channel = new BroadcastChannel(name)
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => onMessage(data))
    return {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A BroadcastChannel has none.
      send: (message) => channel.postMessage(message),
      close: () => channel.close(),
    }
  } catch {
    return silent // As in a sandboxed frame: tabs still meet on the disk.
  }
}
