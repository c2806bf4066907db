// Where our headers arrive: at the origins that the app has named, and what a redirect makes of it.

import { expect, test } from 'vitest'
import { createCandidate } from './candidate.ts'
import { createEnvironment, speeches } from './environment.ts'
import type { Environment } from './environment.ts'

/** Registers the tests on where our headers arrive. */
export function checkOrigins(origins: Environment['origins']): void {
  const knowing = speeches.filter(({ isPrimed }) => isPrimed)

  test.each(knowing)(
    'I12: floors arrive only at named origins, with an API of $name',
    async (speech) => {
      const { fetch, close } = await createCandidate(origins, speech)
      const env = createEnvironment(origins, speech)
      await (await fetch(env.url('/echo', {}, 'open'))).text()
      await (await fetch(env.url('/echo', {}, 'open'), { method: 'POST', body: 'x' })).text()
      const carried = new Set(await env.carriedOurs())
      expect(carried).toContain(`${new URL(origins.open).host} min-version`)
      const unnamed = createEnvironment(origins, speech)
      await (await fetch(unnamed.url('/echo', {}, 'stranger'))).text()
      await (
        await fetch(unnamed.url('/echo', {}, 'stranger'), { method: 'POST', body: 'x' })
      ).text()
      expect(await unnamed.carriedOurs()).toEqual([])
      close()
    },
  )

  test('limit: a redirect takes floors along to where it leads (docs/findings/0001)', async () => {
    const [speech] = knowing
    if (speech === undefined) throw new Error('No way of speaking is primed.')
    const { fetch, close } = await createCandidate(origins, speech)
    const env = createEnvironment(origins, speech)
    const to = env.url('/echo', {}, 'stranger')
    await (await fetch(env.url('/redirect/302', { to }))).text()
    expect(await env.carriedOurs()).toContain(`${new URL(origins.stranger).host} min-version`)
    close()
  })
}
