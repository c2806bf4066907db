// Signals: when a read is given up, by whom, and who hears of it.

import type { Behaviour } from '../behaviour.ts'
import { attempt, describeWhole, failure } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'

/** The rows on signals. */
export const aborts: readonly Behaviour[] = [
  {
    name: 'sends nothing when its signal has aborted already',
    where: 'both',
    run: async (fetch, env) => ({
      ...(await failure(() => fetch(env.url('/status/200'), { signal: AbortSignal.abort() }))),
      requests: await env.requests(),
    }),
  },
  {
    name: 'prefers an aborted signal to nothing, and a wrong argument to both',
    where: 'both',
    run: (fetch) => failure(() => fetch('http://:not a url', { signal: AbortSignal.abort() })),
  },
  {
    name: 'rejects with the reason of a signal that has aborted already',
    where: 'both',
    run: async (fetch, env) => {
      const reason = new RangeError('the tide went out')
      return failure(
        () => fetch(env.url('/status/200'), { signal: AbortSignal.abort(reason) }),
        reason,
      )
    },
  },
  {
    name: 'rejects with a reason that is no error',
    where: 'both',
    run: async (fetch, env) => {
      const reason = 'enough'
      return failure(
        () => fetch(env.url('/status/200'), { signal: AbortSignal.abort(reason) }),
        reason,
      )
    },
  },
  {
    name: 'rejects and hangs up when aborted before the head',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const failed = failure(() => fetch(env.url('/held'), { signal: controller.signal }))
      const hasArrived = await env.when('request')
      controller.abort()
      return { hasArrived, failed: await failed, isClosed: await env.when('closed') }
    },
  },
  {
    name: 'rejects with the very reason when aborted before the head',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const reason = new RangeError('the tide went out')
      const failed = failure(() => fetch(env.url('/held'), { signal: controller.signal }), reason)
      await env.when('request')
      controller.abort(reason)
      return failed
    },
  },
  {
    name: 'rejects a write that is aborted before the head',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const init = { method: 'POST', body: 'x', signal: controller.signal }
      const failed = failure(() => fetch(env.url('/held'), init))
      await env.when('request')
      controller.abort()
      return { failed: await failed, requests: await env.requests() }
    },
  },
  {
    name: 'breaks a body that is being read when aborted',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const response = await fetch(env.url('/chunks'), { signal: controller.signal })
      const reader = response.body?.getReader()
      const first = await reader?.read()
      const reason = new RangeError('the tide went out')
      const failed = failure(async () => reader?.read(), reason)
      controller.abort(reason)
      return {
        first: first?.value?.length ?? null,
        failed: await failed,
        isClosed: await env.when('closed'),
      }
    },
  },
  {
    name: 'breaks the reading of text when aborted',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const response = await fetch(env.url('/chunks'), { signal: controller.signal })
      const failed = failure(() => response.text())
      controller.abort()
      return { failed: await failed, isClosed: await env.when('closed') }
    },
  },
  {
    name: 'breaks a body that nobody has begun to read when aborted',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const response = await fetch(env.url('/chunks'), { signal: controller.signal })
      controller.abort()
      const isClosed = await env.when('closed')
      return { isClosed, text: await failure(() => response.text()) }
    },
  },
  {
    name: 'breaks both of two clones when aborted',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const response = await fetch(env.url('/chunks'), { signal: controller.signal })
      const copy = response.clone()
      const [left, right] = [failure(() => response.text()), failure(() => copy.text())]
      controller.abort()
      return { left: await left, right: await right }
    },
  },
  {
    name: 'leaves what was read alone when aborted afterwards',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const response = await fetch(env.url('/status/200'), { signal: controller.signal })
      const whole = await describeWhole(response)
      controller.abort()
      return { ...whole, bodyUsed: response.bodyUsed, again: await failure(() => response.text()) }
    },
  },
  {
    name: 'heeds the signal of a Request',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const reason = new RangeError('the tide went out')
      const request = new Request(env.url('/held'), { signal: controller.signal })
      const failed = failure(() => fetch(request), reason)
      await env.when('request')
      controller.abort(reason)
      return { failed: await failed, isClosed: await env.when('closed') }
    },
  },
  {
    name: 'heeds the signal of init instead of that of a Request',
    where: 'both',
    run: async (fetch, env) => {
      const [own, other] = [new AbortController(), new AbortController()]
      const request = new Request(env.url('/held'), { signal: own.signal })
      const failed = failure(() => fetch(request, { signal: other.signal }))
      await env.when('request')
      own.abort(new RangeError('not heeded'))
      other.abort()
      return failed
    },
  },
  {
    name: 'heeds no signal where init says null',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const request = new Request(env.url('/held'), { signal: controller.signal })
      const whole = attempt(() => fetch(request, { signal: null }), describeWhole)
      await env.when('request')
      controller.abort()
      await env.release()
      return whole
    },
  },
  {
    name: 'rejects with a TimeoutError when its time is over',
    where: 'both',
    run: async (fetch, env) => {
      const signal = AbortSignal.timeout(30)
      const failed = await failure(() => fetch(env.url('/held'), { signal }))
      return { failed, isReason: signal.aborted }
    },
  },
  {
    name: 'breaks a body with a TimeoutError when its time is over',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/chunks'), { signal: AbortSignal.timeout(80) })
      return failure(() => response.text())
    },
  },
  {
    name: 'heeds any of several signals',
    where: 'both',
    run: async (fetch, env) => {
      const [one, two] = [new AbortController(), new AbortController()]
      const failed = failure(() =>
        fetch(env.url('/held'), { signal: AbortSignal.any([one.signal, two.signal]) }),
      )
      await env.when('request')
      two.abort()
      return { failed: await failed, isClosed: await env.when('closed') }
    },
  },
  {
    name: 'leaves one of two identical reads alone when the other is aborted',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const url = env.url('/held')
      const failed = failure(() => fetch(url, { signal: controller.signal }))
      const kept = attempt(() => fetch(url), describeWhole)
      await env.when('request')
      controller.abort()
      const first = await failed
      await env.release()
      return { first, second: await kept }
    },
  },
  {
    name: 'aborts all reads of one signal, each with its reason',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const { signal } = controller
      const reason = new RangeError('the tide went out')
      const read = (path: string): Promise<Outcome> =>
        failure(() => fetch(env.url(path), { signal }), reason)
      const failed = [read('/held'), read('/held/second')]
      await env.when('request', 2)
      controller.abort(reason)
      return { failed: await Promise.all(failed) }
    },
  },
  {
    name: 'stops at the abort between a redirect and its end',
    where: 'both',
    run: async (fetch, env) => {
      const controller = new AbortController()
      const url = env.url('/redirect/302', { to: env.url('/held') })
      const failed = failure(() => fetch(url, { signal: controller.signal }))
      await env.when('request', 2)
      controller.abort()
      return {
        failed: await failed,
        isClosed: await env.when('closed'),
        requests: await env.requests(),
      }
    },
  },
]
