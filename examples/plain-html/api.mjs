// An API on another origin than the page, with three replicas that lag by half a second on average.
import { createLaggingApi } from 'tidemark/testing'
import { serveLaggingApi } from 'tidemark/testing/node'

const api = createLaggingApi({
  lag: { kind: 'exponential', meanMs: 500 },
  initial: { items: { photos: [{ title: 'Dune' }] } },
  cors: { origin: '*' },
})
const { url } = await serveLaggingApi(api, { port: Number(process.env.PORT ?? 8787) })
console.log(`The API lags at ${url}/photos`)
