// Shrinking: the smallest plan that breaks the same promise, so that a person can read it.
//
// Parts are left out, whole halves first and then ever smaller ones, as long as the promise is still
// broken (the idea is delta debugging: Zeller and Hildebrandt, 2002). What is left out changes the chance
// of what stays, so the least plan is one of many, and none of its parts can go without losing the breach.

import { explanationOf } from './findings.ts'
import type { PromiseName } from './judge-run.ts'
import type { Plan, World } from './plan.ts'
import { runPlan } from './run.ts'

/** A plan that broke a promise, as it stands in `test/histories/`. */
export interface Frozen {
  readonly promise: PromiseName
  /** What the violation said when it was found. */
  readonly found: string
  readonly plan: Plan
}

/** Returns a plan, no part of which can be left out, that breaks a promise as `plan` does. */
export async function shrink(plan: Plan, promise: PromiseName): Promise<Plan> {
  const isBroken = async (candidate: Plan): Promise<boolean> => {
    try {
      const { breaches } = await runPlan(candidate)
      return breaches.some((breach) => breach.promise === promise && isAsKnown(breach, { candidate, plan }))
    } catch {
      return false
    }
  }
  let [best, size] = [plan, Infinity]
  while (sizeOf(best) < size) {
    size = sizeOf(best)
    best = await without(best, best.incidents, (incidents) => ({ ...best, incidents }), isBroken)
    best = await without(best, best.steps, (steps) => ({ ...best, steps }), isBroken)
    best = await withoutFeatures(best, isBroken)
  }
  return best
}

/** A plan must not be shrunk from one fault to another that is known. */
function isAsKnown(
  breach: Parameters<typeof explanationOf>[0],
  { candidate, plan }: { readonly candidate: Plan; readonly plan: Plan },
): boolean {
  return explanationOf(breach, candidate) === explanationOf(breach, plan)
}

function sizeOf({ steps, incidents, features }: Plan): number {
  return steps.length + incidents.length + Object.keys(features).length
}

async function without<T>(
  plan: Plan,
  parts: readonly T[],
  make: (parts: readonly T[]) => Plan,
  isBroken: (plan: Plan) => Promise<boolean>,
): Promise<Plan> {
  let [best, left] = [plan, parts]
  for (let length = Math.ceil(left.length / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
    for (let start = 0; start < left.length; ) {
      const fewer = left.toSpliced(start, length)
      const candidate = make(fewer)
      if (await isBroken(candidate)) [best, left] = [candidate, fewer]
      else start += length
    }
  }
  return best
}

async function withoutFeatures(plan: Plan, isBroken: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let best = plan
  const isSigningOut = best.steps.some((step) => step.do === 'sign-out')
  for (const name of Object.keys(plan.features) as (keyof World)[]) {
    // Without it the judge expects no session to end: the steps that end one go first.
    if (name === 'signOuts' && isSigningOut) continue
    const { [name]: _left, ...features } = best.features
    const candidate = { ...best, features }
    if (await isBroken(candidate)) best = candidate
  }
  return best
}
