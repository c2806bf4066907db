// A client whose versions were signed by a secret that its server has no more.
import { expect, test } from 'vitest'
import { createTidemark, epochSeq, memoryStorage } from '../../src/index.ts'
import { signedPosition } from '../../src/server/signing.ts'
import type { Signing } from '../../src/server/signing.ts'
import { createVersioning } from '../../src/server/versioning.ts'
import { timerOn } from '../client/scripted-server.ts'
import { scriptedDatabase } from './scripted-nodes.ts'

/** Signs by the letters of a secret: real signatures take a time of their own, which a virtual clock does not wait for. */
function signingBy(secret: string): Signing {
  const signature = secret.padEnd(22, '_')
  return {
    formatOf: signedPosition,
    sign: ({ position }) => Promise.resolve(`${position}.${signature}`),
    verify: ({ position }) => Promise.resolve(position.endsWith(`.${signature}`) ? position.slice(0, -23) : undefined),
  }
}

test.each(['read', 'write'] as const)('V11: after a secret is gone a %s begins anew, and is answered', async (kind) => {
  const { clock, nodes, primary, run } = scriptedDatabase()
  const { now, setTimer } = clock
  const signedBy = (secret: string): ReturnType<typeof createVersioning> =>
    createVersioning({ nodes, now, setTimer, signing: signingBy(secret) })
  let server = signedBy('yesterday')
  const tidemark = createTidemark({
    origins: ['https://api.test'],
    format: signedPosition(epochSeq),
    storage: memoryStorage(),
    mirror: false,
    now,
    random: () => 0.5,
    setTimer: timerOn(clock),
    fetch: (input, init) => server.handle(new Request(input, init), () => new Response('ok')),
  })
  await run(async () => {
    await tidemark.fetch('https://api.test/photos')
    server = signedBy('today')
    primary.state = { ...primary.state, position: '101' }
    const init = kind === 'read' ? {} : { method: 'POST', body: 'Tide' }
    const response = await tidemark.fetch('https://api.test/photos', init)
    expect(response.status).toBe(200)
    expect((await tidemark.fetch('https://api.test/photos')).status).toBe(200)
  })
})
