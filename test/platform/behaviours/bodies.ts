// How the body of an answer is read: whole, in pieces, by clones, and when it breaks.

import type { Behaviour } from '../behaviour.ts'
import type { Environment, Fetch } from '../environment.ts'
import { attempt, describeResponse, describeWhole, digestOf, failure } from '../outcome.ts'
import type { Outcome, Plain } from '../outcome.ts'

const utf8 = (text: string): string =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** A row on an answer of given bytes and media type. */
function typed(
  name: string,
  answer: { readonly hex: string; readonly type?: string },
  read: (response: Response) => Promise<Plain>,
): Behaviour {
  return {
    name,
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/typed', answer))
      return {
        read: await attempt(
          () => read(response),
          (value) => value,
        ),
        bodyUsed: response.bodyUsed,
      }
    },
  }
}

const listed = (bytes: ArrayBuffer | Uint8Array): Plain => [...new Uint8Array(bytes as ArrayBuffer)]

async function listForm(form: FormData): Promise<Plain> {
  const fields: Plain[] = []
  for (const [name, value] of form) {
    if (typeof value === 'string') fields.push([name, value])
    // One file after the other, in the order of the form.
    // oxlint-disable-next-line no-await-in-loop
    else fields.push([name, value.name, value.type, await value.text()])
  }
  return fields
}

const multipart = [
  '--of-the-tide',
  'Content-Disposition: form-data; name="title"',
  '',
  'Low tide',
  '--of-the-tide',
  'Content-Disposition: form-data; name="photo"; filename="a.txt"',
  'Content-Type: text/plain',
  '',
  'sand',
  '--of-the-tide--',
].join('\r\n')

const readRows: readonly Behaviour[] = [
  typed('reads text', { hex: utf8('the tide'), type: 'text/plain' }, (response) => response.text()),
  typed(
    'reads JSON',
    { hex: utf8('{"a":[1,null]}'), type: 'application/json' },
    (response) => response.json() as Promise<Plain>,
  ),
  typed(
    'reads JSON under any media type',
    { hex: utf8('[1]'), type: 'text/plain' },
    (response) => response.json() as Promise<Plain>,
  ),
  typed('reads an ArrayBuffer', { hex: '00ff80' }, async (response) =>
    listed(await response.arrayBuffer()),
  ),
  typed('reads a Blob with its type', { hex: '00ff80', type: 'image/x-tide' }, async (response) => {
    const blob = await response.blob()
    return { type: blob.type, size: blob.size, bytes: listed(await blob.arrayBuffer()) }
  }),
  typed('reads bytes, where the platform can', { hex: '00ff80' }, async (response) =>
    'bytes' in response
      ? listed(await (response.bytes as () => Promise<Uint8Array>)())
      : 'not here',
  ),
  typed(
    'reads a form of pairs',
    { hex: utf8('a=1&b=x+y'), type: 'application/x-www-form-urlencoded' },
    async (response) => listForm(await response.formData()),
  ),
  typed(
    'reads a form of parts',
    { hex: utf8(multipart), type: 'multipart/form-data; boundary=of-the-tide' },
    async (response) => listForm(await response.formData()),
  ),
  typed(
    'refuses a form that is none, with a TypeError',
    { hex: utf8('a=1'), type: 'text/plain' },
    async (response) => listForm(await response.formData()),
  ),
  typed(
    'refuses bad JSON, with a SyntaxError',
    { hex: utf8('{"a":') },
    (response) => response.json() as Promise<Plain>,
  ),
  typed(
    'refuses no JSON at all, with a SyntaxError',
    { hex: '' },
    (response) => response.json() as Promise<Plain>,
  ),
  typed('reads an empty body', { hex: '' }, (response) => response.text()),
  typed('drops a byte order mark from text', { hex: `efbbbf${utf8('tide')}` }, (response) =>
    response.text(),
  ),
  typed(
    'drops a byte order mark from JSON',
    { hex: `efbbbf${utf8('[1]')}` },
    (response) => response.json() as Promise<Plain>,
  ),
  typed('keeps a byte order mark in bytes', { hex: 'efbbbf41' }, async (response) =>
    listed(await response.arrayBuffer()),
  ),
  typed(
    'reads text as UTF-8 whatever the charset',
    { hex: 'e9', type: 'text/plain; charset=iso-8859-1' },
    (response) => response.text(),
  ),
  typed('puts U+FFFD for what is no UTF-8', { hex: '41ff42' }, (response) => response.text()),
  typed(
    'reads UTF-16 as the bytes that it is',
    { hex: 'fffe41004200', type: 'text/plain; charset=utf-16' },
    async (response) => listed(await response.arrayBuffer()),
  ),
  typed(
    'keeps an odd media type as it came',
    { hex: '41', type: 'Text/HTML;Charset="utf-8"' },
    async (response) => ({
      header: response.headers.get('content-type'),
      blob: (await response.blob()).type,
    }),
  ),
  {
    name: 'reads a compressed answer, and tells that it was',
    where: 'both',
    run: async (fetch, env) => describeWhole(await fetch(env.url('/gzip'))),
  },
  {
    name: 'reads 5 MB intact',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/large'))
      const bytes = await response.arrayBuffer()
      return {
        ...describeResponse(response),
        length: bytes.byteLength,
        digest: await digestOf(bytes),
      }
    },
  },
  {
    name: 'is taken by WebAssembly, which asks for a response of the platform',
    where: 'both',
    run: async (fetch, env) => {
      const answer = { hex: '0061736d01000000', type: 'application/wasm' }
      const module = await WebAssembly.compileStreaming(fetch(env.url('/typed', answer)))
      return { isModule: module instanceof WebAssembly.Module }
    },
  },
  {
    name: 'tells the same by the getters of the platform as by its own',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/redirect/302', { to: env.url('/status/200') }))
      const told = ['url', 'type', 'redirected', 'status', 'ok'].map((name): Plain => {
        const descriptor = Object.getOwnPropertyDescriptor(Response.prototype, name)
        return descriptor?.get?.call(response) as Plain
      })
      return { told }
    },
  },
]

const onceRows: readonly Behaviour[] = [
  {
    name: 'refuses to read a body twice, with a TypeError',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/status/200'))
      const first = await response.text()
      return {
        first,
        text: await failure(() => response.text()),
        json: await failure(() => response.json()),
        clone: await failure(async () => response.clone()),
        isLocked: response.body?.locked ?? null,
      }
    },
  },
  {
    name: 'marks a body as used once it is being read',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/status/200'))
      const before = response.bodyUsed
      const reading = response.text()
      return {
        before,
        atOnce: response.bodyUsed,
        isLocked: response.body?.locked ?? null,
        text: await reading,
      }
    },
  },
  {
    name: 'locks a body to its reader, and leaves it unused until it is read',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/status/200'))
      const reader = response.body?.getReader()
      const text = await failure(() => response.text())
      const { bodyUsed } = response
      reader?.releaseLock()
      return { text, bodyUsed, afterRelease: await response.text() }
    },
  },
  {
    name: 'clones before reading, and both can be read',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(
        env.url('/redirect/302', { to: `${env.url('/status/404')}#end` }),
      )
      const copy = response.clone()
      const second = copy.clone()
      return {
        copy: await describeWhole(copy),
        original: await describeWhole(response),
        second: await describeWhole(second),
      }
    },
  },
  {
    name: 'clones 5 MB, and both are intact',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/large'))
      const copy = response.clone()
      const [left, right] = await Promise.all([response.arrayBuffer(), copy.arrayBuffer()])
      return { left: await digestOf(left), right: await digestOf(right) }
    },
  },
  {
    name: 'has as much of a body for 204 as the platform has, and reads it as empty',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/status/204'))
      const { body } = response
      return {
        isNull: body === null,
        text: await response.text(),
        bodyUsed: response.bodyUsed,
        again: await attempt(
          () => response.text(),
          (text) => text,
        ),
      }
    },
  },
]

const streamRows: readonly Behaviour[] = [
  {
    name: 'delivers the head before the body is complete',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/chunks'))
      const head = describeResponse(response)
      await env.release()
      await env.release()
      return { head, text: await response.text() }
    },
  },
  {
    name: 'delivers each piece of a body as it comes',
    where: 'both',
    run: async (fetch, env) => {
      const read = readTexts(await fetch(env.url('/chunks')))
      const pieces = [await read()]
      await env.release()
      pieces.push(await read())
      await env.release()
      pieces.push(await read(), await read())
      return { pieces }
    },
  },
  {
    name: 'delivers each piece to a clone as it comes',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/chunks'))
      const [left, right] = [readTexts(response.clone()), readTexts(response)]
      const first = [await left(), await right()]
      await env.release()
      const second = [await left(), await right()]
      await env.release()
      return { first, second, third: [await left(), await right()] }
    },
  },
  {
    name: 'delivers a body to for await',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/typed', { hex: utf8('the tide') }))
      let length = 0
      for await (const chunk of response.body ?? []) length += (chunk as Uint8Array).byteLength
      return { length, bodyUsed: response.bodyUsed }
    },
  },
  {
    name: "delivers a body into a buffer of the reader's own",
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/typed', { hex: utf8('the tide') }))
      return attempt(
        async () => {
          const reader = (response.body as ReadableStream<Uint8Array>).getReader({ mode: 'byob' })
          const { value } = await reader.read(new Uint8Array(3))
          await reader.cancel()
          return value
        },
        (value) => listed(value ?? new Uint8Array(0)),
      )
    },
  },
  {
    name: 'delivers a body through a pipe',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/gzip'))
      const decoded = response.body?.pipeThrough(new TextDecoderStream())
      const text =
        decoded === undefined
          ? ''
          : await new Response(decoded.pipeThrough(new TextEncoderStream())).text()
      return { text }
    },
  },
  {
    name: 'refuses the rest of a body that was read in part',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/chunks'))
      const reader = response.body?.getReader()
      await reader?.read()
      reader?.releaseLock()
      const { bodyUsed } = response
      const text = await failure(() => response.text())
      const clone = await failure(async () => response.clone())
      await response.body?.cancel()
      return { bodyUsed, text, clone }
    },
  },
  {
    name: 'closes the connection when a body is cancelled',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/endless'))
      await response.body?.cancel('enough')
      return { isClosed: await env.when('closed'), bodyUsed: response.bodyUsed }
    },
  },
  {
    name: 'closes the connection when a body is cancelled in the middle',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/endless'))
      const reader = response.body?.getReader()
      const { done } = (await reader?.read()) ?? { done: true }
      await reader?.cancel('enough')
      const after = await reader?.read()
      return { done, isClosed: await env.when('closed'), isOver: after?.done ?? null }
    },
  },
  {
    name: 'keeps the connection while one of two clones is still read',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/chunks'))
      const copy = response.clone()
      const cancelled = response.body?.cancel('enough')
      await env.release()
      await env.release()
      const text = await copy.text()
      await cancelled
      return { text, isFinished: await env.when('finished') }
    },
  },
  {
    name: 'reads no further ahead than the platform does when nobody reads',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/endless'))
      const isStalled = await env.when('stalled')
      await response.body?.cancel()
      return { isStalled, isClosed: await env.when('closed') }
    },
  },
]

/** Reads the text of one piece after the other. */
function readTexts(response: Response): () => Promise<Plain> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  return async () => {
    const result = await reader?.read()
    return result === undefined || result.done ? 'over' : decoder.decode(result.value)
  }
}

/** A row on an answer that breaks: how far it came, and with what it failed. */
function breaks(name: string, path: string): Behaviour {
  return {
    name,
    where: 'both',
    run: async (fetch, env) => ({ head: await tryHead(fetch, env, path) }),
  }
}

async function tryHead(fetch: Fetch, env: Environment, path: string): Promise<Outcome> {
  return attempt(
    () => fetch(env.url(path)),
    async (response) => ({
      ...describeResponse(response),
      body: await failure(() => response.text()),
    }),
  )
}

const brokenRows: readonly Behaviour[] = [
  breaks('fails with a TypeError where a body is shorter than its length', '/truncated'),
  breaks('fails with a TypeError where a body of chunks breaks off', '/truncated-chunks'),
  breaks('fails with a TypeError where a body is not the gzip that it says', '/gzip-broken'),
  {
    name: 'delivers what came before a body broke off',
    where: 'both',
    run: async (fetch, env) => {
      const reader = (await fetch(env.url('/truncated/held'))).body?.getReader()
      const first = await reader?.read()
      await env.release()
      return {
        length: first?.value?.length ?? null,
        after: await failure(async () => reader?.read()),
      }
    },
  },
  {
    name: 'fails with a TypeError where the server hangs up',
    where: 'both',
    run: (fetch, env) => failure(() => fetch(env.url('/reset'))),
  },
  {
    name: 'sends a write once where the server hangs up',
    where: 'both',
    run: async (fetch, env) => {
      // A connection of its own: platforms do repeat what fails on one that was used before.
      const url = env.url('/reset')
      const failed = await failure(() => fetch(url, { method: 'POST', body: 'x' }))
      return { failed, hasArrived: (await env.requests()).length > 0 }
    },
  },
  {
    name: 'fails with a TypeError where nobody listens',
    where: 'both',
    run: (fetch, env) => failure(() => fetch(`${env.origins.deaf}/status/200`)),
  },
  {
    name: 'fails with a TypeError for a write where nobody listens',
    where: 'both',
    run: (fetch, env) =>
      failure(() => fetch(`${env.origins.deaf}/echo`, { method: 'POST', body: 'x' })),
  },
]

/** The rows on bodies. */
export const bodies: readonly Behaviour[] = [...readRows, ...onceRows, ...streamRows, ...brokenRows]
