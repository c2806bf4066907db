// The sections of the page on routing that play in virtual time: each policy in its world, and faults.

import { element, find, setText } from '../element.ts'
import { describeDecision } from './choices.ts'
import { playCluster } from './cluster.ts'
import type { Moment, PlayFigures } from './cluster.ts'
import { createFaultChart } from './fault-chart.ts'
import { changeRow, figureRow } from './figure-row.ts'
import type { Figures } from './figure-row.ts'
import { faultScenes, policyTrials } from './plays.ts'
import type { FaultScene, PolicyTrial } from './plays.ts'

/** Connects the sections with what they play. */
export function connectRoutingSections(announce: (text: string) => void): void {
  connectTrials(announce)
  for (const scene of faultScenes) connectFault(scene, announce)
}

function connectTrials(announce: (text: string) => void): void {
  const section = find('policies', HTMLElement)
  const which = find('trial', HTMLSelectElement)
  const rows = find('trial-figures', HTMLElement)
  which.replaceChildren(
    ...policyTrials.map(({ name, label }) => element('option', { value: name }, label)),
    element('option', { value: '' }, 'All of them, in turn'),
  )
  find('run-trial', HTMLButtonElement).addEventListener('click', () => {
    const chosen = policyTrials.filter(({ name }) => which.value === '' || which.value === name)
    void busily(section, async () => {
      for (const trial of chosen) {
        const row = await runTrial(trial)
        find('trial-table', HTMLElement).hidden = false
        rows.querySelector(`[data-trial="${trial.name}"]`)?.remove()
        rows.prepend(row)
      }
      announce(`Played ${chosen.map(({ label }) => label).join(', ')}.`)
    })
  })
}

async function runTrial(trial: PolicyTrial): Promise<HTMLTableRowElement> {
  const { name, label, where, figure, play } = trial
  const before = await playCluster(play, trial.without)
  const after = await playCluster(play, trial.with)
  const row = changeRow({ label, note: where, point: figure }, routingFiguresOf(before), routingFiguresOf(after))
  row.dataset['trial'] = name
  return row
}

function routingFiguresOf({ requests, behind, toPrimary, p50, p99 }: PlayFigures): Figures {
  return { behind, requests, toPrimary, p50, p99 }
}

function connectFault(scene: FaultScene, announce: (text: string) => void): void {
  const { name, play, readers } = scene
  const section = find(name, HTMLElement)
  const host = find(`${name}-chart`, HTMLElement)
  const hasShare = name === 'lag-spike'
  const label = hasShare
    ? 'Requests to each server, and the share of the reads that goes to the primary'
    : 'Requests to each server, and when routing left it'
  const endsAtMs = play.reads * play.readIntervalMs
  const chart = createFaultChart(host, { label, scene, hasShare })
  chart.draw({ atMs: 0, endsAtMs, sent: [], events: [], share: 0 })
  find(`play-${name}`, HTMLButtonElement).addEventListener('click', () => {
    void busily(section, async () => {
      const rows = find(`${name}-figures`, HTMLElement)
      rows.replaceChildren()
      for (const { label: who, reader, isDrawn } of readers) {
        let last: Moment | undefined
        const figures = await playCluster(play, reader, (moment) => {
          if (!isDrawn) return
          last = moment
          chart.draw({ ...moment, endsAtMs })
        })
        if (last !== undefined) showDecisions(find(`${name}-decisions`, HTMLElement), last)
        rows.append(figureRow(who, faultFiguresOf(figures)))
        find(`${name}-table`, HTMLElement).hidden = false
      }
      announce(`Played: ${section.querySelector('h3')?.textContent ?? name}.`)
    })
  })
}

function faultFiguresOf({ violations, failures, behind, requests, toPrimary, p99 }: PlayFigures): Figures {
  return { violations, failures, behind, requests, toPrimary, p99 }
}

const toldMax = 14

/** Lists what routing decided, but for the hedges, which are many and say little. */
function showDecisions(list: HTMLElement, { events }: Moment): void {
  const told = events.flatMap((event) => {
    const text = event.type === 'read:hedged' ? undefined : wordsFor(event)
    if (text === undefined) return []
    const at = element('span', { class: 'at' }, `${(event.at / 1000).toFixed(1)} s`)
    return [element('li', { class: 'routing' }, at, ' ', text)]
  })
  list.replaceChildren(...told.slice(-toldMax))
}

function wordsFor(event: Moment['events'][number]): string | undefined {
  return event.type === 'epoch:reset' ? 'A new history has begun; the session follows' : describeDecision(event)
}

/** Plays unless something is playing in this section, and says that it does. */
async function busily(section: HTMLElement, task: () => Promise<void>): Promise<void> {
  if (section.getAttribute('aria-busy') === 'true') return
  section.setAttribute('aria-busy', 'true')
  const state = section.querySelector('.playing')
  if (state !== null) setText(state, 'Playing …')
  await task()
  if (state !== null) setText(state, '')
  section.setAttribute('aria-busy', 'false')
}
