// Operations: what the user has done, as functions over what is there.
//
// An operation is never a value that was computed once: it is applied anew to whatever the newest base
// is (lessons O1), and undone by not being applied (O3, I10). So there is nothing to restore.
//
// A1. `apply` is a function of the value it is given. It changes nothing it was given.
// A2. What an operation does not find, it leaves as it is: a patch of what is not there makes nothing.
// A3. Over a base that shows its effect already, `putValue`, `patchValue`, `eraseValue` and those on items
//     change nothing more. For `changeValue` its author decides that.

/** One change to one resource. Made by {@link putValue} and its kin. */
export interface Operation {
  /** The resource that it changes: a path or URL, or the key that a rule gives it. */
  readonly key: string
  /** Returns the value as it will be. `undefined` is the absence of one, coming in and going out. */
  // A method, so that a function of what the app knows to stand there may be one.
  apply(value: unknown): unknown
}

/** Returns the operation that gives a resource another value, or its first. */
export function putValue(key: string, value: unknown): Operation {
  return { key, apply: () => value }
}

/** Returns the operation that changes some fields of a resource, if it is there. */
export function patchValue(key: string, fields: object): Operation {
  return { key, apply: (value) => (isObject(value) ? { ...value, ...fields } : value) } // A2
}

/**
 * Returns the operation that makes of a resource what a function says, which is called with the newest
 * base each time, and with `undefined` where there is none.
 */
export function changeValue<T>(key: string, change: (value: T | undefined) => T | undefined): Operation {
  return { key, apply: change }
}

/** Returns the operation that deletes a resource. */
export function eraseValue(key: string): Operation {
  return { key, apply: () => undefined }
}

/** Tells whether a value has fields. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
