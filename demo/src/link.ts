// What a link to this page says: a scene, and the settings that make its world.
//
//   #scene=likes&seed=7&lag=800&replicas=5&partitions=1&level=strong&api=keeps-floors&routing=hedged
//
// K1. A link comes from outside: what it says is taken for a setting only where the controls allow it (I14).
// K2. The seed always stands in a link. What else is as everybody finds it is left out.

import { levelNames } from './levels.ts'
import { routingChoices } from './routing/choices.ts'
import { defaultSettings, within } from './settings.ts'
import type { Bounded, Settings } from './settings.ts'

/** What a link says. */
export interface PageLink {
  /** The id of a section, as far as it is one. */
  readonly scene: string | undefined
  /** The settings, or `undefined` where the link says nothing of them. */
  readonly settings: Settings | undefined
}

/** Reads the part of an address after its `#`. */
export function readLink(hash: string): PageLink {
  const said = new URLSearchParams(hash.replace(/^#/, ''))
  const scene = said.get('scene') ?? undefined
  if (!said.has('seed')) return { scene, settings: undefined }
  const number = (name: Bounded, short: string): number => {
    const text = said.get(short)
    return text === null ? defaultSettings[name] : within(name, Number(text)) // K1
  }
  const settings: Settings = {
    seed: number('seed', 'seed'),
    meanLagMs: number('meanLagMs', 'lag'),
    replicas: number('replicas', 'replicas'),
    partitions: number('partitions', 'partitions'),
    level: levelNames.find((name) => name === said.get('level')) ?? defaultSettings.level,
    manners: said.get('api') === 'keeps-floors' ? 'keeps-floors' : defaultSettings.manners,
    routing:
      routingChoices.find(({ name }) => name === said.get('routing'))?.name ?? defaultSettings.routing,
  }
  return { scene, settings }
}

/** Returns the `#` and what follows it, for a scene in a world. */
export function linkTo(scene: string | undefined, settings: Settings): string {
  const { seed, meanLagMs, replicas, partitions, level, manners, routing } = settings
  const said: (readonly [name: string, value: string, usual: string])[] = [
    ['lag', String(meanLagMs), String(defaultSettings.meanLagMs)],
    ['replicas', String(replicas), String(defaultSettings.replicas)],
    ['partitions', String(partitions), String(defaultSettings.partitions)],
    ['level', level, defaultSettings.level],
    ['api', manners, defaultSettings.manners],
    ['routing', routing, defaultSettings.routing],
  ]
  const unusual = said.filter(([, value, usual]) => value !== usual) // K2
  const parts = [...(scene === undefined ? [] : [['scene', scene]]), ['seed', String(seed)], ...unusual]
  return `#${parts.map(([name, value]) => `${name}=${value}`).join('&')}`
}

/** Tells whether two worlds and clients would be set up alike. */
export function areSame(one: Settings, other: Settings): boolean {
  return linkTo(undefined, one) === linkTo(undefined, other)
}

/** The links of the page. */
export interface Links {
  /** Lets them say other settings. */
  readonly follow: (settings: Settings) => void
  /** Brings the page to the scene that its address names, if it names one. */
  readonly arrive: () => void
}

/** Gives each scene a link to itself that says the settings of now. */
export function connectLinks(
  initial: Settings,
  parts: {
    /** The address says other settings than those of now. */
    readonly arrived: (settings: Settings) => void
    readonly announce: (text: string) => void
  },
): Links {
  let settings = initial
  const links = [...document.querySelectorAll<HTMLElement>('.scene[id]')].map((scene) => {
    const title = scene.querySelector('h3')
    const link = document.createElement('a')
    link.className = 'scene-link'
    link.textContent = 'Link'
    link.setAttribute('aria-label', `Link to “${title?.textContent ?? scene.id}”, with these settings`)
    link.addEventListener('click', () => {
      void copy(link.href).then((isCopied) => {
        parts.announce(isCopied ? 'The link is copied.' : 'The link is in the address bar.')
        if (!isCopied) return
        link.textContent = 'Link copied'
        setTimeout(() => (link.textContent = 'Link'), 2000)
      })
    })
    title?.after(link)
    scene.tabIndex = -1
    return { id: scene.id, link }
  })
  const show = (): void => {
    for (const { id, link } of links) link.setAttribute('href', linkTo(id, settings))
  }
  const arrive = (): void => {
    const said = readLink(location.hash)
    if (said.settings !== undefined && !areSame(said.settings, settings)) parts.arrived(said.settings)
    const scene = links.find(({ id }) => id === said.scene)
    if (scene === undefined) return
    const section = document.getElementById(scene.id)
    section?.scrollIntoView()
    section?.focus({ preventScroll: true })
  }
  show()
  addEventListener('hashchange', arrive)
  return {
    arrive,
    follow(next) {
      settings = next
      show()
      const said = readLink(location.hash)
      // An address that says settings keeps saying those of now: a reload must not bring old ones back.
      if (said.settings !== undefined) history.replaceState(undefined, '', linkTo(said.scene, settings))
    },
  }
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false // Not allowed, or not on a secure page: the address bar has it.
  }
}
