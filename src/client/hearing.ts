// Hearing: who waits for a signal to abort, however long that signal lives.
//
// An app may hand one signal to all requests of a page, and a session's own lives as long as the session. What
// listens to it and is never taken away again is never forgotten either, with all that it reaches.
//
// H1. A signal has one listener of ours, however many hear it; so no engine takes them for a leak.
// H2. What hears for the sake of a body that is yet to be read does so as long as somebody can read it: while
//     the response is there, or its stream, or those of a clone. Then it is let go of, by the collector. While a
//     method of a response reads, engines keep its stream, and not the response.

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
/** By what can be read: a response, or its stream. */
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
      if (readableOf(response).length === 0) return stop()
      const token: Token = { call }
      const kept = tokens.get(response) ?? follow(response, [])
      kept.push(token)
      heard.call = undefined
      heard.weakly = new WeakRef(token)
      gone.register(token, [new WeakRef(all), heard])
    },
  }
}

/** Has the tokens of a response held by what can be read of it, and those of each clone by what can be read of that. */
function follow(response: Response, kept: Token[]): Token[] {
  hold(response, kept)
  const clone = response.clone?.bind(response)
  Object.defineProperty(response, 'clone', {
    configurable: true,
    value: () => {
      const copy = clone()
      hold(response, kept) // The stream of one that was cloned is another than before.
      follow(copy, [...kept])
      return copy
    },
  })
  return kept
}

function hold(response: Response, kept: Token[]): void {
  for (const each of readableOf(response)) tokens.set(each, kept)
}

/** Returns what can be read of a response, if there is anything. */
function readableOf(response: Response): object[] {
  try {
    // The platform's own stream, whatever the object has instead: what reads it holds that.
    const stream: unknown = Reflect.get(Response.prototype, 'body', response)
    return typeof stream === 'object' && stream !== null ? [response, stream] : []
  } catch {
    return [response] // Not of this platform, as a mock may be: its own body is left untouched.
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
