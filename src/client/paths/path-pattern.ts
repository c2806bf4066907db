// Path patterns, such as `/photos/:id` and `/files/*`: which paths a rule is for, and what their parts
// are called. `URLPattern` would do, but not yet in every engine that we support.

import { OptionsError } from '../../core/errors.ts'

/** What the named parts of a path are, decoded. The rest that `*` stands for is called `*`. */
export type Params = Readonly<Record<string, string>>

/** Returns the parts of a path, or `undefined` where it is not of the pattern. */
export type MatchPath = (path: string) => Params | undefined

/**
 * Compiles a pattern: literal segments, `:name` for one segment, and a last `*` for any rest.
 *
 * @throws {OptionsError} when the pattern is not one, naming `field`.
 */
export function compilePath(pattern: string, field: string): MatchPath {
  const isPattern = /^(\/(:[A-Za-z_]\w*|[^/:*?#]*))*(\/\*)?$/.test(pattern) && pattern !== ''
  if (!isPattern) {
    const accepted = 'a path such as "/photos", "/photos/:id" or "/files/*", without query'
    throw new OptionsError({ field, value: pattern, accepted })
  }
  const source = pattern
    .split('/')
    .map((segment) => {
      if (segment === '*') return '(?<rest>.*)'
      if (segment.startsWith(':')) return `(?<${segment.slice(1)}>[^/]+)`
      return segment.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    })
    .join('/')
  const regExp = new RegExp(`^${source}$`)
  return (path) => {
    const match = regExp.exec(path)
    return match === null ? undefined : decodeAll(match.groups ?? {})
  }
}

function decodeAll(groups: Record<string, string>): Params {
  const params: Record<string, string> = {}
  for (const [name, text] of Object.entries(groups)) {
    params[name === 'rest' ? '*' : name] = decode(text)
  }
  return params
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // A stray percent sign names itself, as it does in a URL.
  }
}

/**
 * Fills the names of a template such as `/photos/:id`, encoding each.
 *
 * @returns `undefined` where a name has no value, so that no key is made of half a name.
 */
export function fillTemplate(
  template: string,
  valueOf: (name: string) => string | undefined,
): string | undefined {
  let isWhole = true
  const filled = template.replace(/:([A-Za-z_]\w*)/g, (_, name: string) => {
    const value = valueOf(name)
    isWhole &&= value !== undefined
    return encodeURIComponent(value ?? '')
  })
  return isWhole ? filled : undefined
}
