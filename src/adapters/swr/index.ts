// The entry `tidemark/swr`: keys that never go back.

export { tidemarkSWR } from './swr-config.ts'
export type { TidemarkSWRConfig, TidemarkSWROptions } from './swr-config.ts'
