// What pages and the worker tell each other: one format, with its version in it.
//
// M1. A message is parsed strictly, and is bounded; what is not one of ours is none of our business (I14).
// M2. A page and a worker may be of two releases, as after an update or a rollback. A message of another
//     version is not understood, and not guessed at: both then go by the disk that they share.
// M3. Floors travel as a session token, which names its principal: nobody takes another's (I11).

/** What is told. */
export type WorkerMessage =
  /** The floors of whoever tells it. */
  | { readonly kind: 'floors'; readonly principal: string; readonly token: string }
  /** The worker asks a page for its floors: the answer comes through the port. */
  | { readonly kind: 'ask' }
  /** A page tells that its user signs out: the worker confirms through the port that it has let go. */
  | { readonly kind: 'sign-out'; readonly principal: string }
  | { readonly kind: 'signed-out' }

const format = 'tidemark-worker/1'
const principalLengthMax = 1024
const tokenLengthMax = 4096

/** Makes a message that can be posted. */
export function printMessage(message: WorkerMessage): object {
  return { format, ...message }
}

/** Reads a message, or returns `undefined` for anything else (M1, M2). */
export function parseMessage(data: unknown): WorkerMessage | undefined {
  if (typeof data !== 'object' || data === null || field(data, 'format') !== format) return undefined
  const kind = field(data, 'kind')
  if (kind === 'ask' || kind === 'signed-out') return { kind }
  const principal = field(data, 'principal')
  if (typeof principal !== 'string' || principal.length > principalLengthMax) return undefined
  if (kind === 'sign-out') return { kind, principal }
  const token = field(data, 'token')
  if (kind !== 'floors' || typeof token !== 'string' || token.length > tokenLengthMax) return undefined
  return { kind, principal, token }
}

/** Reads a field of its own, so that no prototype can speak for a message. */
function field(data: object, name: string): unknown {
  return Object.hasOwn(data, name) ? Reflect.get(data, name) : undefined
}
