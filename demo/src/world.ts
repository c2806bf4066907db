// The small world of this page: a lagging API, and a log of all that was done to it.
//
// What each replica knows is a function of the seed, of the time, and of what was done. So a reload
// does not end the world: the log is played again, with the clock at each deed's own moment, and every
// replica is where it was, however far behind.

import { createLaggingApi } from 'tidemark/testing'
import type {
  Distribution,
  InitialContent,
  Inspection,
  LaggingApi,
  LaggingApiOptions,
} from 'tidemark/testing'
import { firstInCart } from './scenes/cart.ts'
import { firstMessages } from './scenes/conversation.ts'
import { firstFigures } from './scenes/dashboard.ts'
import { firstLikes } from './scenes/likes.ts'
import { firstPhotos } from './scenes/photos.ts'
import { firstPosts } from './scenes/posts.ts'
import { apiPath } from './scenes/scene.ts'
import type { Settings } from './settings.ts'
import type { WorldClock } from './world-clock.ts'

/** The header that names the server which a read is meant for, as a load balancer would take it. */
export const serverHeader = 'X-Server'

/** Something that was done to the world. */
export type Deed = { readonly atMs: number } & (
  | { readonly kind: 'write'; readonly path: string; readonly body: string; readonly method: string }
  | { readonly kind: 'lag'; readonly meanMs: number }
  | { readonly kind: 'replicas'; readonly count: number }
  | { readonly kind: 'pause' | 'resume'; readonly replica: string }
)

/** The world, and what can be done to it. */
export interface World {
  /** The API as the network reaches it. What it is asked to write is logged. */
  readonly api: Pick<LaggingApi, 'handle' | 'inspect'>
  /** All that was done, in order. */
  readonly deeds: readonly Deed[]
  /** What the servers know that take all that has no partition: those that the page draws. */
  readonly inspect: () => Inspection
  readonly setMeanLag: (meanMs: number) => void
  readonly setReplicas: (count: number) => void
  readonly pause: (replica: string) => void
  readonly resume: (replica: string) => void
}

/** What there is before anyone comes. */
export const initial: InitialContent = {
  items: { photos: firstPhotos, cart: firstInCart, ...firstPosts },
  counters: { likes: firstLikes, ...firstFigures },
  conversations: firstMessages,
}

// What another list rests on, or rests on another, can be a partition of its own, with servers of its own. They
// lag as the others do, but not at the same time.
const apart = [
  ['answers', '/conversations/answers'],
  ['replies', '/replies'],
  ['questions', '/conversations/questions'],
  ['posts', '/posts'],
] as const

/** Returns the names of what a store of so many partitions keeps apart from all else. */
export function partitionsApart(count: number): readonly string[] {
  return apart.slice(0, count - 1).map(([name]) => name)
}

function partitionsOf(count: number): LaggingApiOptions['partitions'] {
  return Object.fromEntries(apart.slice(0, count - 1).map(([name, path]) => [name, { paths: [path] }]))
}

const collections = ['photos', 'posts', 'replies', 'cart']

/** Makes the world of a seed, and lets it come to where the log ends. */
export async function createWorld(
  settings: Settings,
  clock: WorldClock,
  past: readonly Deed[],
): Promise<World> {
  const deeds: Deed[] = []
  let replayedAtMs: number | undefined = past.length === 0 ? undefined : 0
  const now = (): number => replayedAtMs ?? clock.now()
  const api = createLaggingApi({
    seed: settings.seed,
    replicas: settings.replicas,
    lag: { kind: 'exponential', meanMs: settings.meanLagMs },
    floors: settings.manners === 'keeps-floors' ? 'wait-then-primary' : 'ignore',
    initial,
    partitions: partitionsOf(settings.partitions),
    collections,
    now,
    sleep: clock.sleep,
  })
  const log = (deed: Deed): void => void deeds.push(deed)
  let lag: Distribution = { kind: 'exponential', meanMs: settings.meanLagMs }

  const handle: LaggingApi['handle'] = async (request, options) => {
    if (request.method === 'GET') {
      const asked = request.headers.get(serverHeader) ?? ''
      // One that has been taken away meanwhile is nobody's address: whoever is there answers.
      const isThere = api.inspect().servers.some(({ name }) => name === asked)
      return api.handle(request, isThere ? { ...options, server: asked } : options)
    }
    const path = new URL(request.url).pathname
    const body = await request.clone().text()
    const atMs = now()
    const response = await api.handle(request, options)
    if (response.ok) log({ kind: 'write', atMs, path, body, method: request.method })
    return response
  }

  const world: World = {
    api: { ...api, handle },
    deeds,
    inspect() {
      const { atMs, servers } = api.inspect()
      return { atMs, servers: servers.filter(({ name }) => !name.includes('/')) }
    },
    setMeanLag(meanMs) {
      log({ kind: 'lag', atMs: now(), meanMs })
      lag = { kind: 'exponential', meanMs }
      api.setLag(lag)
    },
    setReplicas(count) {
      log({ kind: 'replicas', atMs: now(), count })
      const known = namesOf(api)
      api.setReplicas(count)
      // A new replica would lag as the first ones did when the world began.
      for (const name of namesOf(api)) if (!known.includes(name)) api.setLag(lag, name)
    },
    pause(replica) {
      log({ kind: 'pause', atMs: now(), replica })
      for (const name of seatsOf(api, replica)) api.pause(name)
    },
    resume(replica) {
      log({ kind: 'resume', atMs: now(), replica })
      for (const name of seatsOf(api, replica)) api.resume(name)
    },
  }
  for (const deed of past) {
    replayedAtMs = deed.atMs
    await repeat(world, deed)
  }
  replayedAtMs = undefined
  return world
}

/** Returns the names of the replicas. */
export function namesOf({ inspect }: Pick<LaggingApi, 'inspect'>): readonly string[] {
  return inspect().servers.filter(({ isPrimary }) => !isPrimary).map(({ name }) => name)
}

/** Returns a replica and its namesakes in the partitions: to a visitor they are one machine. */
function seatsOf(api: LaggingApi, replica: string): readonly string[] {
  return namesOf(api).filter((name) => name === replica || name.endsWith(`/${replica}`))
}

async function repeat(world: World, deed: Deed): Promise<void> {
  switch (deed.kind) {
    case 'write': {
      await send(world, deed)
      return
    }
    case 'lag':
      return world.setMeanLag(deed.meanMs)
    case 'replicas':
      return world.setReplicas(deed.count)
    case 'pause':
      return world.pause(deed.replica)
    case 'resume':
      return world.resume(deed.replica)
  }
}

/** Writes to the API as somebody else would: past the network of this page, and past its clients. */
export async function send(
  world: World,
  { path, body, method = 'POST' }: { readonly path: string; readonly body: string; readonly method?: string | undefined },
): Promise<Response> {
  const request = new Request(new URL(path, location.origin), { method, body })
  return world.api.handle(request, { basePath: apiPath })
}
