// Bodies: how ours are taken from the platform's without changing what the caller gets.
//
// A clone would do, and does harm: in some engines a clone has no backpressure, so a body that nobody
// reads is read by us to its end; a cancelled body waits for its twin; an abort loses its name
// (docs/findings). So there is no second branch. The caller gets the platform's own response, which
// hands us a copy of what the caller reads; or we read the body whole, and hand on an equal one.
//
// B1. Nothing is read ahead of the caller, unless the version itself stands in the body.
// B2. No more than `bytesMax` is ever kept, whatever length was announced.
// B3. A body that breaks off, breaks off for the caller at the same place with the same error.

import { hasNoBody, withOrigin } from './representation.ts'

const utf8 = new TextDecoder()

/** Returns the same response, and calls `onWhole` once the caller has read all of its body. */
export function observeBody(
  response: Response,
  bytesMax: number,
  onWhole: (body: ArrayBuffer) => void,
): Response {
  // The stream is not looked at to find out: see H3 of `client/waits/hearing.ts`.
  if (hasNoBody(response.status)) {
    onWhole(new ArrayBuffer(0))
    return response
  }
  if (isTooLong(response, bytesMax)) return response // B2
  const native = nativeOf(response)
  let stream: ReadableStream<Uint8Array> | undefined

  /** Reads the body whole, by the platform's own method for it. */
  async function bytes(): Promise<ArrayBuffer> {
    if (stream !== undefined) return new Response(stream).arrayBuffer()
    const body = await native.arrayBuffer()
    if (body.byteLength <= bytesMax) onWhole(body)
    return body
  }

  // What the standard calls "UTF-8 decode": a byte order mark goes, and what is malformed is replaced.
  const text = async (): Promise<string> => utf8.decode(await bytes())

  /** Returns the body as a response that the platform's own methods can read. */
  const whole = async (): Promise<Response> =>
    new Response(await bytes(), { headers: response.headers })

  function bodyOf(): ReadableStream<Uint8Array> | null {
    const own = native.body()
    if (own === null) return null
    // Being read already, by one of the methods below: there is nothing more to observe.
    if (stream === undefined && own.locked) return own
    stream ??= observedStream(native.body, bytesMax, onWhole)
    return stream
  }

  return Object.defineProperties(response, {
    // A copy, since the caller may write into it, or transfer it away.
    arrayBuffer: { value: async () => (await bytes()).slice(0) },
    blob: { value: async () => (await whole()).blob() },
    formData: { value: async () => (await whole()).formData() },
    json: { value: async (): Promise<unknown> => JSON.parse(await text()) },
    text: { value: text },
    // Not in all engines, and then not here either.
    ...('bytes' in response && { bytes: { value: async () => (await whole()).bytes() } }),
    body: { get: bodyOf },
    // Who hears of an abort for the reader has to do so for clones too.
    clone: { configurable: true, value: () => observeBody(native.clone(), bytesMax, onWhole) },
  })
}

/** The platform's own parts of a response, whatever the object has instead; but a clone keeps its origin. */
function nativeOf(response: Response): {
  readonly body: () => ReadableStream<Uint8Array> | null
  readonly arrayBuffer: () => Promise<ArrayBuffer>
  readonly clone: () => Response
} {
  const { prototype } = Response
  return {
    body: () => Reflect.get(prototype, 'body', response),
    arrayBuffer: () => prototype.arrayBuffer.call(response),
    clone: response.clone.bind(response),
  }
}

/** A stream of what `source` gives, chunk for chunk, as the reader asks for it. */
function observedStream(
  source: () => ReadableStream<Uint8Array> | null,
  bytesMax: number,
  onWhole: (body: ArrayBuffer) => void,
): ReadableStream<Uint8Array> {
  const kept = createKept(bytesMax)
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  // Taken when it is first needed: until then the response can still be cloned.
  const read = (): ReadableStreamDefaultReader<Uint8Array> | undefined => (reader ??= source()?.getReader())
  async function pull(controller: ReadableStreamController<Uint8Array>): Promise<void> {
    const { done = true, value } = (await read()?.read()) ?? {} // B1, B3
    if (!done && value !== undefined) {
      kept.add(value)
      controller.enqueue(new Uint8Array(value))
      return
    }
    // Before the end is told, so that a caller who has read to it finds the value held.
    if (kept.isWhole()) onWhole(kept.join())
    controller.close()
    if ('byobRequest' in controller) controller.byobRequest?.respond(0)
  }
  const cancel = (reason: unknown): Promise<void> | undefined => read()?.cancel(reason)
  // Safari has no streams of bytes, and so none of its own bodies is one. Others do not read ahead by themselves (B1).
  return globalThis.ReadableByteStreamController === undefined
    ? new ReadableStream({ pull, cancel }, { highWaterMark: 0 })
    : new ReadableStream({ type: 'bytes', pull, cancel })
}

/** A body that was read, or an equal response where it was too long or broke off. */
export type ReadBody =
  | { readonly kind: 'whole'; readonly body: ArrayBuffer }
  | { readonly kind: 'rest'; readonly response: Response }

/** Reads a body whole, if it is no longer than `bytesMax`. */
export async function readWhole(response: Response, bytesMax: number): Promise<ReadBody> {
  if (response.body === null) return { kind: 'whole', body: new ArrayBuffer(0) }
  if (isTooLong(response, bytesMax)) return { kind: 'rest', response }
  const reader = response.body.getReader()
  const kept = createKept(Number.POSITIVE_INFINITY)
  for (;;) {
    try {
      const { done, value } = await reader.read()
      if (done) return { kind: 'whole', body: kept.join() }
      kept.add(value)
    } catch (error) {
      return replay(response, kept, { reader, pull: (controller) => controller.error(error) }) // B3
    }
    if (kept.length() > bytesMax) return replay(response, kept, { reader, pull: pullFrom(reader) }) // B2
  }
}

type Controller = ReadableStreamDefaultController<Uint8Array>

interface Rest {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  readonly pull: (controller: Controller) => void | Promise<void>
}

/** Returns a response whose body is what was read, and then the rest. */
function replay(response: Response, kept: Kept, { reader, pull }: Rest): ReadBody {
  const chunks = [...kept.chunks()]
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift()
      return chunk === undefined ? pull(controller) : controller.enqueue(chunk)
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return { kind: 'rest', response: withOrigin(new Response(body, response), response) }
}

function pullFrom(reader: ReadableStreamDefaultReader<Uint8Array>): Rest['pull'] {
  return async (controller) => {
    const { done, value } = await reader.read()
    if (done) controller.close()
    else controller.enqueue(value)
  }
}

function isTooLong({ headers }: Response, bytesMax: number): boolean {
  return Number(headers.get('content-length')) > bytesMax
}

interface Kept {
  readonly chunks: () => readonly Uint8Array[]
  readonly add: (chunk: Uint8Array) => void
  readonly length: () => number
  /** Tells whether nothing had to be let go. */
  readonly isWhole: () => boolean
  readonly join: () => ArrayBuffer
}

function createKept(bytesMax: number): Kept {
  let chunks: Uint8Array[] = []
  let length = 0
  return {
    chunks: () => chunks,
    add(chunk) {
      length += chunk.byteLength
      if (length <= bytesMax) chunks.push(chunk)
      else chunks = []
    },
    length: () => length,
    isWhole: () => length <= bytesMax,
    join() {
      const whole = new Uint8Array(length)
      let offset = 0
      for (const chunk of chunks) {
        whole.set(chunk, offset)
        offset += chunk.byteLength
      }
      return whole.buffer
    },
  }
}
