// Ratios that hold on a busy machine as well, each to a floor in the same run and page. The limits are twice those of
// `docs/performance.md` and more: what fails here has become another algorithm, and not a little slower.

import { expect, test } from 'vitest'
import { gateGroup } from '../../bench/gate.ts'
import type { Group } from '../../bench/group.ts'
import { heldValueGroup } from '../../bench/held-value.ts'
import { measure } from '../../bench/measure.ts'
import { notifyGroup } from '../../bench/notify.ts'
import { persistGroup } from '../../bench/page/persist.ts'

/** Returns how many times as long as the floor each variant of ours takes. */
async function ratiosOf(group: Group): Promise<readonly number[]> {
  const [floor] = group.variants
  const ours = group.variants.filter(({ name }) => group.targets?.some(({ variant }) => variant === name))
  if (floor === undefined || ours.length === 0) throw new Error(`Nothing of "${group.name}" is held to anything.`)
  const { variants } = await measure({ ...group, variants: [floor, ...ours], rounds: 9 })
  await group.close?.()
  const [first, ...others] = variants.map(({ each }) => each)
  return others.map((each) => each / (first ?? Number.NaN))
}

test('a look at a held value costs no more than a few looks into a Map', async () => {
  const [ratio] = await ratiosOf(heldValueGroup())
  expect(ratio).toBeLessThan(4)
})

test('the gate costs no more than a few comparisons of numbers', async () => {
  const [newer, older] = await ratiosOf(gateGroup())
  expect(newer).toBeLessThan(20)
  expect(older).toBeLessThan(20)
})

test('a thousand listeners are told in no more than a few loops over a Set', async () => {
  const [ratio] = await ratiosOf(notifyGroup(1000))
  expect(ratio).toBeLessThan(10)
})

test('an answer of fifty entities is stored, each compared, in no more time than a few blind puts of as many rows', async () => {
  const work = { title: 'fifty', entities: 50, among: 1000, times: 5, rounds: 9, must: 1.5, reach: 0.5 }
  const [ratio] = await ratiosOf(await persistGroup(work))
  expect(ratio).toBeLessThan(3)
})
