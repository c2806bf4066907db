// The names of the groups that run in a page. Apart from them, since Node cannot load what they measure.

/** In the order in which they run. */
export const pageGroupNames = ['read', 'gate', 'notify', 'fetch', 'persist', 'persist-one', 'hydrate', 'scale'] as const

/** The name of a group that runs in a page. */
export type PageGroupName = (typeof pageGroupNames)[number]
