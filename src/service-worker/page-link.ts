// The page's end: what a client and the worker tell each other.
//
// L1. Floors are told in the step after they rose, to whichever worker controls the page then: also to the one
//     that takes over in an update, or a rollback.
// L2. Asked, the page answers at once, with its floors of now.
// L3. What the worker has shown raises the floors of the page, if it is of the same principal (I11).
// L4. A sign-out is told in the step in which it happens, to be in time for what is in flight.

import type { Client } from '../client/client.ts'
import type { TidemarkEvent } from '../client/events/events.ts'
import { partsOf } from '../client/exchanges/parts.ts'
import { parseMessage, printMessage } from './messages.ts'
import { marked } from './route.ts'

/** The link of a client to the worker. */
export interface ServiceWorkerLink {
  /**
   * Lets the worker forget the session of the principal: its memory, and what it has in flight. A sign-out of the
   * client tells the worker by itself; this waits for it. Resolves once the worker has, or where there is none,
   * or it does not answer in a second.
   */
  readonly signOut: () => Promise<void>
  readonly close: () => void
}

/**
 * Links the client of a page to the service worker that controls it, so that both have the same floors.
 * Where there is no worker it does nothing, and the page goes on as without.
 *
 * @throws {OptionsError} for anything that `createTidemark` or `createClient` has not made.
 */
export function linkServiceWorker(tidemark: Client): ServiceWorkerLink {
  const principal = (): string => partsOf(tidemark).options.principal
  const container: ServiceWorkerContainer | undefined = globalThis.navigator?.serviceWorker
  if (container === undefined) return { signOut: () => Promise.resolve(), close: () => undefined }
  let isDue = false
  /** The principal that the worker was told last: after a sign-out the client has another. */
  let told = principal()

  function floors(): object {
    told = principal()
    return printMessage({ kind: 'floors', principal: told, token: tidemark.session.token() })
  }

  function tell(): void {
    isDue = false
    container?.controller?.postMessage(floors())
  }

  function onMessage({ data, ports }: MessageEvent<unknown>): void {
    const message = parseMessage(data)
    if (message?.kind === 'ask') ports[0]?.postMessage(floors()) // L2
    if (message?.kind !== 'floors' || message.principal !== principal()) return
    try {
      tidemark.session.adopt(message.token) // L3
    } catch {
      // Of other rules, as after an update: the disk has what both understand.
    }
  }

  const stop = tidemark.subscribe((event) => {
    if (event.type === 'session:ended' && event.reason !== 'switched') {
      container?.controller?.postMessage(printMessage({ kind: 'sign-out', principal: told })) // L4
    }
    if (isDue || !raising.includes(event.type)) return
    isDue = true
    queueMicrotask(tell) // L1
  })
  container.addEventListener('message', onMessage)
  container.addEventListener('controllerchange', tell)
  container.startMessages()
  tell()

  return {
    async signOut() {
      const { controller } = container
      if (controller === null) return
      const channel = new MessageChannel()
      await new Promise<void>((resolve) => {
        channel.port1.addEventListener('message', () => resolve())
        channel.port1.start()
        setTimeout(resolve, confirmedWithinMs)
        controller.postMessage(printMessage({ kind: 'sign-out', principal: told }), [channel.port2])
      })
      channel.port1.close()
    },
    close() {
      stop()
      container.removeEventListener('message', onMessage)
      container.removeEventListener('controllerchange', tell)
    },
  }
}

const confirmedWithinMs = 1000

/** After what the worker has something to learn. */
const raising: readonly TidemarkEvent['type'][] = ['floor:raised', 'epoch:reset', 'session:begun']

/**
 * The platform's `fetch`, for the option `fetch` of a page's client: the worker sees that its requests are
 * governed already, and hands them on untouched. No server sees anything of it.
 */
export function directFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const isControlled = Boolean(globalThis.navigator?.serviceWorker?.controller)
  return globalThis.fetch(isControlled ? marked(input) : input, init)
}
