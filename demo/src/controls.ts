// The controls of the API and of the Tidemark column: what is entered becomes settings.

import { element, find, setText } from './element.ts'
import { levelNames } from './levels.ts'
import { routingChoice, routingChoices } from './routing/choices.ts'
import { within } from './settings.ts'
import type { Settings } from './settings.ts'
import { formatSeconds } from './violation-words.ts'
import { partitionsApart } from './world.ts'

/** The controls. */
export interface Controls {
  /** Shows settings that came from elsewhere. */
  readonly show: (settings: Settings) => void
}

/** Shows settings in the controls, and tells each change that the visitor makes. */
export function connectControls(
  initial: Settings,
  changed: (settings: Settings, previous: Settings) => void,
): Controls {
  const lag = find('lag', HTMLInputElement)
  const replicas = find('replicas', HTMLInputElement)
  const partitions = find('partitions', HTMLInputElement)
  const seed = find('seed', HTMLInputElement)
  const level = find('level', HTMLSelectElement)
  const manners = find('manners', HTMLSelectElement)
  const routing = find('routing', HTMLSelectElement)
  let settings = initial
  routing.replaceChildren(
    ...routingChoices.map(({ name, label }) => element('option', { value: name }, label)),
  )

  const show = (): void => {
    lag.value = String(settings.meanLagMs)
    lag.setAttribute('aria-valuetext', formatSeconds(settings.meanLagMs))
    replicas.value = String(settings.replicas)
    partitions.value = String(settings.partitions)
    setText(find('partitions-value', HTMLElement), String(settings.partitions))
    setText(find('partitions-words', HTMLElement), wordsOfPartitions(settings.partitions))
    seed.value = String(settings.seed)
    level.value = settings.level
    manners.value = settings.manners
    routing.value = settings.routing
    setText(find('routing-sentence', HTMLElement), routingChoice(settings.routing).sentence)
    setText(find('lag-value', HTMLElement), formatSeconds(settings.meanLagMs))
    setText(find('replicas-value', HTMLElement), String(settings.replicas))
  }

  const change = (changes: Partial<Settings>): void => {
    const previous = settings
    settings = { ...settings, ...changes }
    show()
    changed(settings, previous)
  }

  show()
  lag.addEventListener('input', () => change({ meanLagMs: within('meanLagMs', lag.valueAsNumber) }))
  replicas.addEventListener('input', () =>
    change({ replicas: within('replicas', replicas.valueAsNumber) }),
  )
  partitions.addEventListener('change', () => {
    change({ partitions: within('partitions', partitions.valueAsNumber) })
  })
  seed.addEventListener('change', () => change({ seed: within('seed', seed.valueAsNumber) }))
  level.addEventListener('change', () => {
    change({ level: levelNames.find((name) => name === level.value) ?? 'session' })
  })
  routing.addEventListener('change', () => {
    change({ routing: routingChoice(routing.value).name })
  })
  manners.addEventListener('change', () => {
    change({ manners: manners.value === 'keeps-floors' ? 'keeps-floors' : 'tells-versions' })
  })
  return {
    show(next) {
      settings = next
      show()
    },
  }
}

/** Says what the store keeps where. */
function wordsOfPartitions(count: number): string {
  const apart = partitionsApart(count)
  const last = apart.at(-1)
  if (last === undefined) return 'All is in one: what one server knows, it knows in the order of the writes.'
  const names = apart.length === 1 ? last : `${apart.slice(0, -1).join(', ')} and ${last}`
  return `Apart from all else: ${names}. Another number is another world.`
}
