// The page of the worker's tests: its requests, and those that no code of it makes.

import { createTidemark } from 'tidemark'
import type { Tidemark } from 'tidemark'
import { directFetch, linkServiceWorker } from 'tidemark/service-worker'
import type { ServiceWorkerLink } from 'tidemark/service-worker'

/** What a program that drives the page may do. */
export interface WorkerPage {
  readonly tidemark: Tidemark
  readonly link: ServiceWorkerLink
  /** Registers a worker, and waits until it controls the page. */
  readonly register: (script: string) => Promise<void>
  /** Writes through the client, and returns the position that was made. */
  readonly save: () => Promise<number>
  /** Reads through the client, and returns the position that was shown. */
  readonly read: () => Promise<number>
  /** Loads an image as an element does, and returns the position that it shows, or 0 where it is broken. */
  readonly image: (query?: string) => Promise<number>
  /** Asks as the code of a third party does, and returns the position that it is given. */
  readonly thirdParty: () => Promise<number>
  /** How many requests the worker has sent for itself. */
  readonly sentByWorker: () => Promise<number>
}

const principal = new URLSearchParams(location.search).get('as') ?? ''
const tidemark = createTidemark({ principal, fetch: directFetch })
const link = linkServiceWorker(tidemark)
const photo = '/api/photos/1'

const positionOf = (response: Response): number => Number(/v="(\d+)"/.exec(response.headers.get('data-version') ?? '')?.[1])

const page: WorkerPage = {
  tidemark,
  link,
  async register(script) {
    const controlled = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }))
    await navigator.serviceWorker.register(script, { type: 'classic', updateViaCache: 'none' })
    await controlled
  },
  async save() {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ title: 'Another' })
    return positionOf(await tidemark.fetch(photo, { method: 'PATCH', headers, body }))
  },
  async read() {
    const response = await tidemark.fetch(photo)
    await response.text()
    return positionOf(response)
  },
  image(query = '') {
    return new Promise((resolve) => {
      const image = new Image()
      image.addEventListener('load', () => resolve(image.naturalWidth))
      image.addEventListener('error', () => resolve(0))
      image.src = `/images/1?${query}${Math.random()}`
    })
  },
  async thirdParty() {
    const response = await fetch(photo)
    await response.text()
    return positionOf(response)
  },
  sentByWorker() {
    const channel = new MessageChannel()
    return new Promise((resolve) => {
      channel.port1.addEventListener('message', ({ data }: MessageEvent<number>) => resolve(data))
      channel.port1.start()
      navigator.serviceWorker.controller?.postMessage('count', [channel.port2])
    })
  },
}
Object.assign(globalThis, { workerPage: page })
