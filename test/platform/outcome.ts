// Outcomes: what a behaviour showed, as plain data that can be compared and printed.
//
// Two runs of one behaviour differ in their id, and so in URLs and lengths of nothing: ids have one
// length, and `withoutNames` puts words in the place of ids and origins. Headers of the moment
// (`Date`) and of the connection are left out. Nothing else is forgiven.

/** A value that survives JSON as it is. */
export type Plain =
  string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain }

/** What a behaviour showed. */
export type Outcome = { readonly [name: string]: Plain }

const momentary = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'vary'])

/** Tells all that a response says of itself before its body is read. */
export function describeResponse(response: Response): Outcome {
  const { status, statusText, ok, type, url, redirected, bodyUsed, body } = response
  return {
    status,
    statusText,
    ok,
    type,
    url,
    redirected,
    bodyUsed,
    hasBody: body !== null,
    isLocked: body?.locked ?? false,
    isResponse: response instanceof Response,
    headers: [...response.headers].filter(([name]) => !momentary.has(name)),
  }
}

/** Tells all about a response, its text included. */
export async function describeWhole(response: Response): Promise<Outcome> {
  const head = describeResponse(response)
  return { ...head, text: await response.text(), bodyUsedAfter: response.bodyUsed }
}

/** Tells what was thrown. Texts of messages are each engine's own, and are not compared. */
export function describeError(error: unknown, reason?: unknown): Outcome {
  return {
    name: error instanceof Error ? error.name : typeof error,
    class: classOf(error),
    isReason: reason !== undefined && error === reason,
    cause: error instanceof Error ? causeCode(error.cause) : null,
  }
}

function classOf(error: unknown): string {
  if (error instanceof DOMException) return 'DOMException'
  if (error instanceof TypeError) return 'TypeError'
  if (error instanceof SyntaxError) return 'SyntaxError'
  if (error instanceof RangeError) return 'RangeError'
  return error instanceof Error ? 'Error' : typeof error
}

/** Node tells the system's code in `cause`: an app that reads it must find it. */
function causeCode(cause: unknown): Plain {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return null
  return String(cause.code)
}

/** Runs what may fail, and tells how it ended: also whether it threw at once and not by its promise. */
export async function attempt<T>(
  act: () => Promise<T>,
  describe: (value: T) => Plain | Promise<Plain>,
  reason?: unknown,
): Promise<Outcome> {
  let promise: Promise<T>
  try {
    promise = act()
  } catch (error) {
    return { thrownAtOnce: describeError(error, reason) }
  }
  let value: T
  try {
    value = await promise
  } catch (error) {
    return { failed: describeError(error, reason) }
  }
  return { value: await describe(value) }
}

/** Runs what is expected to fail, and tells with what. */
export function failure(act: () => Promise<unknown>, reason?: unknown): Promise<Outcome> {
  return attempt(
    act,
    (value) => (value instanceof Response ? describeResponse(value) : 'no failure'),
    reason,
  )
}

/** Returns the outcome with words in the place of ids and origins. */
export function withoutNames(
  outcome: Outcome,
  names: readonly (readonly [string, string])[],
): Outcome {
  let text = JSON.stringify(outcome)
  for (const [name, word] of names) text = text.replaceAll(name, word)
  return JSON.parse(text) as Outcome
}

/** Tells where an outcome differs from what was expected, leaf by leaf: `.status: 503, not 200`. */
export function differencesOf(expected: Plain, actual: Plain, at = ''): readonly string[] {
  if (isBranch(expected) && isBranch(actual)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)])
    return [...names].flatMap((name) =>
      differencesOf(childOf(expected, name), childOf(actual, name), `${at}.${name}`),
    )
  }
  const [wanted, found] = [JSON.stringify(expected), JSON.stringify(actual)]
  return wanted === found ? [] : [`${at}: ${found}, not ${wanted}`]
}

type Branch = readonly Plain[] | { readonly [name: string]: Plain }

const isBranch = (value: Plain): value is Branch => typeof value === 'object' && value !== null

const childOf = (branch: Branch, name: string): Plain =>
  Object.hasOwn(branch, name) ? (Reflect.get(branch, name) as Plain) : 'absent'

/** Returns the SHA-256 of bytes, in hexadecimal digits. */
export async function digestOf(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
