// The world of `npm start -- --postgres`: a real cluster, beside the page. It has the switches of the simulated
// one, but no seed: its time is everybody's, and goes on while the page is paused or reloaded.
//
// P1. What was done is in the database, so there is nothing to play again after a reload. A new visit
//     begins with the rows of the others: they are put in the place of all rows.
// P2. The number of standbys is that of the cluster, and the settings that it cannot have are not shown.

import type { InitialContent, Inspection, ServerState } from 'tidemark/testing'
import { find } from './element.ts'
import { apiPath } from './scenes/scene.ts'
import type { Settings } from './settings.ts'
import type { World } from './world.ts'
import type { WorldClock } from './world-clock.ts'

declare global {
  interface ImportMeta {
    /** What Vite hands to the page. */
    readonly env: { readonly VITE_CLUSTER_PATH?: string }
  }
}

/** Where the cluster is, if this page was served with one. */
export const clusterPath: string | undefined = import.meta.env.VITE_CLUSTER_PATH

const refreshMs = 250
let refreshing: ReturnType<typeof setInterval> | undefined

/** Takes the cluster for the world of a visit. */
export async function createPostgresWorld(
  { meanLagMs, manners }: Settings,
  clock: WorldClock,
  { path, initial, isNew }: { readonly path: string; readonly initial: InitialContent; readonly isNew: boolean },
): Promise<World> {
  const ask = (what: string, init?: RequestInit): Promise<Response> => fetch(`${path}/cluster${what}`, init)
  const tell = (what: string, body?: string): Promise<Response> => ask(what, { method: 'POST', body: body ?? null })
  let servers: readonly ServerState[] = []

  async function refresh(): Promise<void> {
    try {
      servers = await (await ask('')).json()
    } catch {
      // The cluster is gone, or not there yet: what was known stands.
    }
  }

  const inspect = (): Inspection => ({ atMs: clock.now(), servers })
  hideWhatIsSimulated()
  if (isNew) await tell('/reset', JSON.stringify(initial)) // P1
  await tell(`/lag?ms=${meanLagMs}`)
  await refresh()
  clearInterval(refreshing) // That of the world before.
  refreshing = setInterval(() => void refresh(), refreshMs)
  return {
    api: {
      inspect,
      async handle(request, options) {
        const { pathname, search } = new URL(request.url)
        const { method } = request
        const asked = new Headers(request.headers)
        // The kit keeps floors. An API that only tells versions does not know of them.
        if (manners === 'tells-versions') asked.delete('Min-Version')
        // Whole: a body that streams is sent over HTTP/2 alone.
        const sent = method === 'GET' ? null : await request.text()
        const response = await fetch(path + pathname + search, { method, headers: asked, body: sent })
        const made = response.headers.get('Content-Location')
        const headers = new Headers(response.headers)
        if (made !== null) headers.set('Content-Location', (options?.basePath ?? '') + made)
        const { status, statusText, body } = response
        return new Response(body, { status, statusText, headers })
      },
    },
    // One that tells a reload from a beginning: the log itself is the database's.
    deeds: [{ kind: 'lag', atMs: clock.now(), meanMs: meanLagMs }],
    inspect,
    setMeanLag: (meanMs) => void tell(`/lag?ms=${meanMs}`),
    setReplicas: () => undefined, // P2
    pause: (replica) => void tell(`/pause?replica=${replica}`).then(refresh),
    resume: (replica) => void tell(`/resume?replica=${replica}`).then(refresh),
  }
}

/** Takes the settings from the page that a real cluster does not have, and says what the others are (P2). */
function hideWhatIsSimulated(): void {
  for (const id of ['replicas', 'partitions', 'seed']) {
    const field = find(id, HTMLInputElement).closest('.field')
    if (field instanceof HTMLElement) field.hidden = true
  }
  const list = find('servers', HTMLElement)
  if (document.getElementById('cluster-note') !== null) return
  const note = document.createElement('p')
  note.id = 'cluster-note'
  note.className = 'hint'
  note.textContent =
    `Real PostgreSQL, behind ${apiPath}: the lag is a replay delay (recovery_min_apply_delay), in steps around ` +
    'the mean. Its time goes on while the page is paused.'
  list.before(note)
}
