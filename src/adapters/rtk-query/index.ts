// The entry `tidemark/rtk-query`: entries of an API slice that never go back.

export { tidemarkRTKQuery } from './api-guard.ts'
export type { TidemarkMeta, TidemarkRTKQuery, TidemarkRTKQueryOptions } from './api-guard.ts'
