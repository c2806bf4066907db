// Hearing: who waits for a signal to abort, however long that signal lives.
//
// An app may hand one signal to all requests of a page, and a session's own lives as long as the session. What
// listens to it and is never taken away again is never forgotten either, with all that it reaches.
//
// H1. A signal has one listener of ours, however many hear it; so no engine takes them for a leak.
// H2. What hears for the sake of a body that is yet to be read does so as long as somebody can read it: while
//     the response is there, or its stream, or a method of it that reads, or those of a clone. Then it is let go
//     of, by the collector.
// H3. The stream of a response is not looked at before the caller does. In Safari a body whose stream was looked
//     at breaks off with a `TypeError`, and no `AbortError`; elsewhere it costs to make one.

/** Something that hears a signal. */
export interface Ear {
  /** Hears no more. */
  readonly stop: () => void
  /** From now on hears only for as long as a response can be read (H2). */
  readonly stayWith: (response: Response) => void
}

interface Heard {
  call: (() => void) | undefined
  weakly: WeakRef<Token> | undefined
}

interface Token {
  readonly call: () => void
}

const ears = new WeakMap<AbortSignal, Set<Heard>>()
/** By what holds them: a response, its stream, or what one of its methods will have read. */
const tokens = new WeakMap<object, Token[]>()
// What is held here is held until then: no function, since that would hold all that it can see, and no others who hear.
const gone = new FinalizationRegistry<readonly [WeakRef<Set<Heard>>, Heard]>(([all, heard]) => all.deref()?.delete(heard))

/** Calls once a signal aborts, which it has not done yet. */
export function hearAbort(signal: AbortSignal, call: () => void): Ear {
  const all = ears.get(signal) ?? listenTo(signal)
  const heard: Heard = { call, weakly: undefined }
  all.add(heard)
  const stop = (): void => void all.delete(heard)
  return {
    stop,
    stayWith(response) {
      const token: Token = { call }
      const kept = tokens.get(response) ?? follow(response, [])
      kept.push(token)
      heard.call = undefined
      heard.weakly = new WeakRef(token)
      gone.register(token, [new WeakRef(all), heard])
    },
  }
}

const methods = ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text'] as const

/** Has tokens held by a response and by whatever reads it, and copies of them by each clone (H2). */
function follow(response: Response, kept: Token[]): Token[] {
  tokens.set(response, kept)
  const clone = response.clone?.bind(response)
  const cloned = (): Response => {
    const copy = clone()
    follow(copy, [...kept])
    return copy
  }
  const own = { clone: { configurable: true, value: cloned } }
  // One that is observed (`transport/body.ts`) has a stream and methods of its own, which hold it.
  const isNative = !Object.hasOwn(response, 'body') && isOfPlatform(response)
  Object.defineProperties(response, isNative ? { ...readersOf(response, kept), ...own } : own)
  return kept
}

/** The stream and the methods of a response, as the platform has them, but for what they hold. */
function readersOf(response: Response, kept: Token[]): PropertyDescriptorMap {
  const held = <T>(reading: T): T => {
    if (typeof reading === 'object' && reading !== null) tokens.set(reading, kept)
    return reading
  }
  const { prototype } = Response
  const body = (): unknown => held<unknown>(Reflect.get(prototype, 'body', response)) // H3
  const readers: PropertyDescriptorMap = { body: { configurable: true, get: body } }
  for (const name of methods) {
    if (!(name in prototype)) continue
    readers[name] = { configurable: true, value: () => held<unknown>(prototype[name].call(response)) }
  }
  return readers
}

/** Tells a response from a mock, whose members are left untouched. */
function isOfPlatform(response: Response): boolean {
  try {
    return Reflect.get(Response.prototype, 'status', response) !== undefined
  } catch {
    return false
  }
}

function listenTo(signal: AbortSignal): Set<Heard> {
  const all = new Set<Heard>()
  ears.set(signal, all)
  const tell = (): void => {
    ears.delete(signal)
    for (const { call, weakly } of all) (call ?? weakly?.deref()?.call)?.()
  }
  signal.addEventListener('abort', tell, { once: true }) // H1
  return all
}
