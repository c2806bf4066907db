// The page: what its buttons do, and what a reload keeps.

import { setupWorker } from 'msw/browser'
import { laggingHandlers } from 'tidemark/testing/msw'
import { compare, comparisonSettings } from './comparison.ts'
import type { ComparisonSettings } from './comparison.ts'
import { comparisonRow, describeComparison } from './comparison-table.ts'
import { connectControls } from './controls.ts'
import { connectDevtools } from './devtools.ts'
import { find, setText } from './element.ts'
import { areSame, connectLinks, readLink } from './link.ts'
import { connectOffline } from './offline.ts'
import { createPlayer, readIntervalMs } from './player.ts'
import { createReplicaList } from './replica-list.ts'
import { connectRoutingSections } from './routing/sections.ts'
import { apiPath } from './scenes/scene.ts'
import type { Settings } from './settings.ts'
import { createStage, scenes } from './stage.ts'
import type { Stage } from './stage.ts'
import { connectTabs } from './tabs.ts'
import { connectTheme } from './theme.ts'
import { connectTour } from './tour.ts'
import { connectUsers } from './users.ts'
import { formatSeconds } from './violation-words.ts'
import { forgetVisit, newVisit, restoreVisit, saveVisit } from './visit.ts'
import type { Visit } from './visit.ts'

const announcement = find('announcement', HTMLElement)
const announce = (text: string): void => setText(announcement, text)

connectTheme(find('theme', HTMLButtonElement))
const restored = restoreVisit()
// Two tabs must not share one visit: a copy of this tab finds none.
forgetVisit()
// An address that says other settings is a wish for another world.
const said = readLink(location.hash).settings
const isWished = said === undefined || (restored !== undefined && areSame(said, restored.settings))
let visit = isWished ? (restored ?? newVisit()) : newVisit(said)
let stage = await createStage(visit, { announce })
await answerRequests()
let player = createVisitPlayer()
let underWay = 0
connectButtons()
connectRoutingSections(announce)
connectOffline(announce)
const devtools = connectDevtools(find('devtools', HTMLButtonElement), stage)
connectTabs()
connectUsers(announce)
const controls = connectControls(visit.settings, (settings, previous) => {
  void track(changeSettings(settings, previous))
})
const links = connectLinks(visit.settings, {
  announce,
  arrived(settings) {
    controls.show(settings)
    void track(changeSettings(settings, visit.settings, 'start over'))
  },
})
connectTour(() => track(startOver(visit.settings)))
const replicas = createReplicaList(find('servers', HTMLElement), {
  pause: (name) => changeWorld(() => stage.world().pause(name)),
  resume: (name) => changeWorld(() => stage.world().resume(name)),
})
refreshWithTime()
find('page', HTMLElement).inert = false
await stage.readAll()
if (isWished && restored !== undefined) {
  tellReload(restored)
  if (restored.isPlaying) player.play()
}
links.arrive()
addEventListener('pagehide', () => {
  saveVisit({ ...stage.snapshot(), isPlaying: player.isPlaying() })
})
// For programs that wait for the page, as tests do: everything answers now.
document.documentElement.dataset['busy'] = 'false'

/** Lets the service worker carry the page's requests to the API of the visit, whichever it is then. */
async function answerRequests(): Promise<void> {
  const api = {
    ...stage.world().api,
    handle: (...args: Parameters<ReturnType<Stage['world']>['api']['handle']>) =>
      stage.world().api.handle(...args),
  }
  const worker = setupWorker(...laggingHandlers(api, { baseUrl: `${location.origin}${apiPath}` }))
  await worker.start({ quiet: true, onUnhandledRequest: 'bypass' })
}

function createVisitPlayer(): ReturnType<typeof createPlayer> {
  const { clock } = stage
  let writes = 0
  return createPlayer({
    clock,
    read: () => stage.glance(),
    write() {
      const scene = scenes[writes % scenes.length]
      writes += 1
      if (scene !== undefined) void stage.act(scene)
    },
    changed(state) {
      const isPlaying = state === 'playing'
      setText(find('play', HTMLButtonElement), isPlaying ? 'Pause' : 'Play')
      find('step', HTMLButtonElement).disabled = isPlaying
      document.documentElement.dataset['playing'] = String(isPlaying)
      showTime()
      if (state === 'at rest') announce('Paused after three minutes. Press Play to go on.')
    },
  })
}

function connectButtons(): void {
  find('play', HTMLButtonElement).addEventListener('click', () => {
    if (player.isPlaying()) player.pause()
    else player.play()
  })
  find('step', HTMLButtonElement).addEventListener('click', () => {
    stage.clock.advance(readIntervalMs)
    void track(stage.readAll())
  })
  find('start-over', HTMLButtonElement).addEventListener('click', () => {
    void track(startOver(visit.settings))
  })
  find('reload', HTMLButtonElement).addEventListener('click', () => location.reload())
  for (const scene of scenes) {
    find(`act-${scene.name}`, HTMLButtonElement).addEventListener('click', () => {
      void track(stage.act(scene))
    })
    for (const other of Object.keys(scene.others ?? {})) {
      document.getElementById(`act-${scene.name}-${other}`)?.addEventListener('click', () => {
        void track(stage.act(scene, other))
      })
    }
    const { look } = scene
    if (look === undefined) continue
    find(`look-${scene.name}-${look.name}`, HTMLButtonElement).addEventListener('click', () => {
      void track(stage.look(scene, look))
    })
  }
  find('compare', HTMLButtonElement).addEventListener('click', () => {
    void runComparison(comparisonSettings)
  })
  find('compare-own', HTMLButtonElement).addEventListener('click', () => {
    const { seed, replicas: count, meanLagMs, manners } = visit.settings
    const floors = manners === 'keeps-floors' ? 'wait-then-primary' : 'ignore'
    void runComparison({ seed, replicas: count, meanLagMs, floors })
  })
}

/** Says on the page that something is under way that a click began. */
async function track(task: Promise<void>): Promise<void> {
  underWay += 1
  document.documentElement.dataset['busy'] = 'true'
  await task
  underWay -= 1
  document.documentElement.dataset['busy'] = String(underWay > 0)
}

async function changeSettings(
  settings: Settings,
  previous: Settings,
  how: 'go on' | 'start over' = 'go on',
): Promise<void> {
  visit = { ...visit, settings }
  links.follow(settings)
  // Another seed is another world, and so is another store.
  const isSame = settings.seed === previous.seed && settings.partitions === previous.partitions
  if (how === 'go on' && isSame) await stage.applySettings(settings)
  else await startOver(settings)
  replicas.show(stage.world().inspect().servers)
}

function changeWorld(change: () => void): void {
  change()
  stage.refresh()
  replicas.show(stage.world().inspect().servers)
}

async function startOver(settings: Settings): Promise<void> {
  player.pause()
  stage.close()
  visit = newVisit(settings)
  stage = await createStage(visit, { announce })
  devtools.follow(stage)
  player = createVisitPlayer()
  find('reloaded', HTMLElement).hidden = true
  await stage.readAll()
  announce('Started over.')
}

/** Draws what changes by time passing, ten times a second while it does. */
function refreshWithTime(): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)')
  const refresh = (): void => {
    showTime()
    replicas.show(stage.world().inspect().servers)
    // Without motion, the charts change when something was read, and do not glide in between.
    if (player.isPlaying() && !calm.matches) stage.refresh()
  }
  refresh()
  setInterval(refresh, 100)
}

function showTime(): void {
  const seconds = formatSeconds(stage.clock.now())
  const state = player.isPlaying() ? 'Playing, at' : 'Stopped at'
  setText(find('time', HTMLElement), `${state} ${seconds}.`)
}

function tellReload({ histories }: Visit): void {
  const seen = histories.tidemark.operations.map((operation) =>
    operation.kind === 'read' ? Number(operation.asOf ?? 0) : 0,
  )
  const note = find('reloaded', HTMLElement)
  note.hidden = false
  note.textContent =
    `You reloaded the page. Tidemark still knows that you have seen version ${Math.max(0, ...seen)}, ` +
    'and lets nothing older in. Plain fetch remembers nothing.'
}

async function runComparison(settings: ComparisonSettings): Promise<void> {
  const section = find('thousand', HTMLElement)
  if (section.getAttribute('aria-busy') === 'true') return
  section.setAttribute('aria-busy', 'true')
  const figures = await compare(settings)
  find('figures', HTMLElement).replaceChildren(...figures.map(comparisonRow))
  setText(find('figures-of', HTMLElement), describeComparison(settings))
  find('figures-table', HTMLElement).hidden = false
  const [plain, tidemark] = figures.map(
    ({ readYourWrites, monotonicReads }) => `${readYourWrites} and ${monotonicReads}`,
  )
  announce(
    `Of 1,000 reads, own writes were missing and values went back: ` +
      `plain fetch ${plain ?? ''}, Tidemark ${tidemark ?? ''}.`,
  )
  section.setAttribute('aria-busy', 'false')
}
