// The entry `tidemark/urql`: queries of GraphQL that never go back.

export { tidemarkExchange } from './exchange.ts'
