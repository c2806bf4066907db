// A script that writes and reads at once, as importers and tests of APIs do: by plain fetch, and by Tidemark.
import { createClient, memoryStorage } from 'tidemark'
import { createLaggingApi } from 'tidemark/testing'
import { serveLaggingApi } from 'tidemark/testing/node'

const api = await serveLaggingApi(createLaggingApi({ lag: { kind: 'exponential', meanMs: 500 } }))
const tidemark = createClient({ origins: [api.url], storage: memoryStorage() })

async function countMissing(send) {
  let missing = 0
  for (let i = 0; i < 20; i++) {
    const headers = { 'Content-Type': 'application/json' }
    const written = await send(`${api.url}/photos`, { method: 'POST', headers, body: `{"title":"${i}"}` })
    const { id } = await written.json()
    const read = await send(`${api.url}/photos`)
    const { items } = await read.json()
    if (!items.some((photo) => photo.id === id)) missing += 1
  }
  return missing
}

console.log(`Plain fetch: ${await countMissing(fetch)} of 20 photos were missing when read back`)
console.log(`Tidemark: ${await countMissing(tidemark.fetch)} of 20 photos were missing when read back`)
tidemark.close()
await api.close()
