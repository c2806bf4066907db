// An API with three replicas that lag by half a second on average, for the doctor to examine.
import { createLaggingApi } from 'tidemark/testing'
import { serveLaggingApi } from 'tidemark/testing/node'

const api = createLaggingApi({
  lag: { kind: 'exponential', meanMs: 500 },
  initial: { items: { photos: [{ title: 'Dune' }] } },
})
const { url } = await serveLaggingApi(api, { port: Number(process.env.PORT ?? 8787) })
console.log(`The API lags at ${url}/photos`)
