// What a column moves on the page: its panels, its chart, and the list of what happened.

import { createChart } from './chart.ts'
import type { Chart } from './chart.ts'
import type { Column, ColumnName, Showing } from './column.ts'
import { find } from './element.ts'
import { createHappenings } from './happenings.ts'
import type { Happenings } from './happenings.ts'
import { createPanel } from './panel.ts'
import type { PanelNote } from './panel.ts'
import type { Scene, SceneName } from './scenes/scene.ts'

/** What the clients are called in a sentence. */
export const clientNames: Record<ColumnName, string> = { plain: 'plain fetch', tidemark: 'Tidemark' }

/** The view of a column. */
export interface ColumnView {
  readonly chart: Chart
  readonly happenings: Happenings
  /** What went wrong in the latest read of a scene, until it is shown with it. */
  readonly untold: Map<SceneName, string>
  /** How much of the history is in the chart. */
  marked: number
  /** Shows what a read brought, and beneath it what is to be said of that. */
  readonly show: (showing: Showing) => void
}

/** Makes the view of a column in its places on the page. */
export function createColumnView({ name, diary }: Column, scenes: readonly Scene[]): ColumnView {
  const label =
    `${clientNames[name]}: the versions that each server knew in the last 15 seconds, ` +
    'and those that were shown'
  const panels = new Map(
    scenes.map((scene) => [scene.name, createPanel(emptied(`${name}-${scene.name}`))]),
  )
  const untold = new Map<SceneName, string>()
  return {
    chart: createChart(emptied(`${name}-chart`), {
      label,
      shown: name === 'tidemark' ? '--accent' : '--ink-soft',
    }),
    happenings: createHappenings(find(`${name}-happenings`, HTMLElement)),
    untold,
    marked: diary.history().operations.length,
    show({ scene, documents, servedBy, look, note, failure }) {
      const violation = untold.get(scene.name)
      untold.delete(scene.name)
      // An answer that did not come leaves on the screen what was there.
      const nodes = failure === undefined ? scene.draw(documents, servedBy) : undefined
      if (look !== undefined && failure === undefined) panels.get(scene.name)?.keep(look.draw(documents))
      panels.get(scene.name)?.show(nodes, noteOf(violation, failure ?? note))
    },
  }
}

function emptied(id: string): HTMLElement {
  const host = find(id, HTMLElement)
  host.replaceChildren()
  return host
}

function noteOf(violation: string | undefined, note: string | undefined): PanelNote {
  if (violation !== undefined) return { kind: 'violation', text: violation }
  return note === undefined ? { kind: 'calm', text: '' } : { kind: 'refused', text: note }
}
