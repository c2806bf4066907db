// The servers, as they are now, and a button for each replica that lets it stand still.

import type { ServerState } from 'tidemark/testing'
import { element, setText } from './element.ts'
import { briefMs, formatSeconds } from './violation-words.ts'

/** What can be done to a replica. */
export interface ReplicaSwitches {
  readonly pause: (replica: string) => void
  readonly resume: (replica: string) => void
}

/** A list of servers. */
export interface ReplicaList {
  readonly show: (servers: readonly ServerState[]) => void
}

interface Item {
  readonly row: HTMLElement
  readonly state: HTMLElement
  readonly button: HTMLButtonElement | undefined
  isPaused: boolean
}

/** Makes the list in its place on the page. Rows stay, so that focus does too. */
export function createReplicaList(host: HTMLElement, switches: ReplicaSwitches): ReplicaList {
  const items = new Map<string, Item>()
  return {
    show(servers) {
      const names = servers.map(({ name }) => name)
      const newest = servers.find(({ isPrimary }) => isPrimary)?.position
      for (const [name, { row }] of items) {
        if (names.includes(name)) continue
        row.remove()
        items.delete(name)
      }
      for (const server of servers) {
        const item = items.get(server.name) ?? createItem(host, server, switches)
        items.set(server.name, item)
        showServer(item, server, newest)
      }
    },
  }
}

function createItem(
  host: HTMLElement,
  { name, isPrimary }: ServerState,
  { pause, resume }: ReplicaSwitches,
): Item {
  const state = element('span', { class: 'server-state' })
  const swatch = element('span', { class: `swatch ${name}`, 'aria-hidden': 'true' })
  const row = element('li', {}, swatch, element('span', { class: 'server-name' }, name), state)
  const button = isPrimary ? undefined : element('button', { type: 'button', class: 'small' })
  const item: Item = { row, state, button, isPaused: false }
  button?.addEventListener('click', () => (item.isPaused ? resume(name) : pause(name)))
  if (button !== undefined) row.append(button)
  host.append(row)
  return item
}

function showServer(item: Item, server: ServerState, newest: ServerState['position'] | undefined): void {
  const { name, position, lagMs, isPrimary, isPaused } = server
  item.isPaused = isPaused
  const behind = lagMs < briefMs ? 'just behind' : `${formatSeconds(lagMs)} behind`
  const lag = position === newest ? 'up to date' : behind
  setText(item.state, isPrimary ? `at ${position}, takes writes` : `at ${position}, ${lag}`)
  if (item.button === undefined) return
  setText(item.button, isPaused ? 'Resume' : 'Pause')
  item.button.setAttribute('aria-label', `${isPaused ? 'Resume' : 'Pause'} ${name}`)
}
