// The entry `tidemark/rtk-query`: entries of an API slice that never go back.

export type { TidemarkMeta } from './base-query.ts'
export { tidemarkRTKQuery } from './rtk-query.ts'
export type { TidemarkRTKQuery, TidemarkRTKQueryOptions } from './rtk-query.ts'
