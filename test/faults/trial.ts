// A trial: how many seeds it takes until the simulator catches the client that it was bundled with.

import { planOf } from '../simulation/plan.ts'
import type { Plan, Step } from '../simulation/plan.ts'
import { runPlan } from '../simulation/run.ts'
import type { Setting } from './fault.ts'

/** How a fault was caught. */
export interface Catch {
  readonly seed: number
  readonly promise: string
  readonly message: string
}

/** What a trial is asked. */
export interface Trial {
  readonly setting: Setting
  /** The first seed, and how many. */
  readonly from: number
  readonly seeds: number
}

/** Plays seed after seed, and returns how the client was caught, or `undefined`. */
export async function tryOut({ setting, from, seeds }: Trial): Promise<Catch | undefined> {
  for (let seed = from; seed < from + seeds; seed += 1) {
    const caught = await play(planIn(seed, setting))
    if (caught !== undefined) return caught
  }
  return undefined
}

// Long enough for most seeds to reload a page and to change a history.
const reads = 48

function planIn(seed: number, { world, incidents = [], level, isAside, look }: Setting): Plan {
  const plan = planOf(seed, reads, { hooks: world?.hooks ?? 'none', channel: world?.channel ?? 'none', signOuts: world?.signOuts ?? false })
  const levels = level === undefined ? [] : [level].flat()
  let read = 0
  const steps = plan.steps.map((step): Step => {
    if (step.do === 'look' && look !== undefined) return { ...step, level: look }
    if (step.do !== 'read') return step
    const asked = levels[read++ % levels.length]
    return { ...step, ...(asked !== undefined && { level: asked }), ...(isAside && { isAside }) }
  })
  const features = { ...plan.features, ...world }
  const isRestarted = features.versions !== 'body' || features.tabs === 1
  const all = [...plan.incidents, ...incidents].filter(({ what }) => {
    // As in plans: between tabs, a version in the row alone cannot tell that a history has restarted.
    return isRestarted || (what !== 'fail-over' && what !== 'restore')
  })
  return { seed, features, steps, incidents: all }
}

async function play(plan: Plan): Promise<Catch | undefined> {
  const { seed } = plan
  try {
    const [breach] = (await runPlan(plan)).breaches
    return breach && { seed, ...breach }
  } catch (error) {
    // A run that could not go on: a fault as well, and one that the soundness of calls forbids.
    return { seed, promise: 'soundness', message: String(error) }
  }
}
