// Words: how the panel names versions, keys and moments. A scope's id has its origin, which is the same in
// almost every line: it is left out where it is read, and kept where it is exported.

import type { Version, Versions } from '../core/version.ts'

/** Prints versions, such as `main 45`, or `main 7f3a:45` where there is an epoch. */
export function wordsOfVersions(versions: Versions | undefined): string {
  if (versions === undefined || versions.length === 0) return 'no version'
  return versions.map(wordsOfVersion).join(', ')
}

/** Prints a version, such as `main 7f3a:45`. */
export function wordsOfVersion({ scope, epoch, position }: Version): string {
  return `${nameOfScope(scope)} ${epoch === '' ? position : `${epoch}:${position}`}`
}

/** Returns the name of a scope without its origin: `main` of `main@https://api.example.com`. */
export function nameOfScope(scope: string): string {
  const at = scope.lastIndexOf('@')
  return at <= 0 ? scope : scope.slice(0, at)
}

/** Returns a key without its origin: `/photos/7` of `https://api.example.com/photos/7`. */
export function nameOfKey(key: string): string {
  const path = /^https?:\/\/[^/]+(\/.*)$/.exec(key)?.[1]
  return path ?? key
}

/** Names a server, and says that it is a primary where its name does not. */
export function nameOfServer(name: string, isPrimary: boolean | undefined): string {
  return isPrimary === true && !/primary/i.test(name) ? `${name} (primary)` : name
}

/** Prints a length of time, such as `240 ms`, `3.1 s` or `5 min`. */
export function wordsOfMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`
}

/** Prints a size, such as `812 B` or `1.4 kB`. */
export function wordsOfBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** Prints what was thrown. */
export function wordsOfCause(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
}
