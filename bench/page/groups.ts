// The groups that run in a page, by name.

import { gateGroup } from '../gate.ts'
import type { MakeGroup } from '../group.ts'
import { heldValueGroup } from '../held-value.ts'
import { notifyGroup } from '../notify.ts'
import type { PageGroupName } from './group-names.ts'
import { hydrateGroup } from './hydrate.ts'
import { persistOneGroup } from './persist-one.ts'
import { persistGroup } from './persist.ts'
import { scaleGroups } from './scale.ts'
import { loopbackFetchGroup, stubbedFetchGroup } from './wrapped-fetch.ts'

const fifty = { entities: 50 } as const
/** Enough for a storage to have to compact what it has written. */
const many = 160

/** All of them, each in a profile of its own. */
export const pageGroups: Record<PageGroupName, readonly MakeGroup[]> = {
  read: [heldValueGroup],
  gate: [gateGroup],
  notify: [1, 100, 1000].map((count) => () => notifyGroup(count)),
  fetch: [stubbedFetchGroup, loopbackFetchGroup],
  persist: [
    () => persistGroup({ title: 'persist: an answer of 50 entities', ...fifty, among: 1000, times: 10, rounds: 21, must: 1.5, reach: 0.5 }),
    () => persistGroup({ title: 'persist: an answer of 1,000 entities', entities: 1000, among: 1000, times: 1, rounds: 15, must: 1.5, reach: 0.2 }),
    () => persistGroup({ title: `persist: ${many} answers of 50 entities among 10,000`, ...fifty, among: 10_000, times: many, rounds: 5, must: 1.5, reach: 0.4 }),
  ],
  'persist-one': [() => persistOneGroup(1000), () => persistOneGroup(10_000)],
  hydrate: [
    () => hydrateGroup(1000, { rounds: 21, reach: 0.4 }),
    () => hydrateGroup(10_000, { rounds: 9, reach: 0.35 }),
    () => hydrateGroup(50_000, { rounds: 3, reach: 0.35 }),
  ],
  scale: scaleGroups,
}
