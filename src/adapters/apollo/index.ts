// The entry `tidemark/apollo`: a cache of Apollo Client that never goes back.

export { tidemarkApollo } from './apollo.ts'
export type { TidemarkApollo } from './apollo.ts'
