// What a path is a path of, where the app names a resource of its API and not a request of the platform's.

/**
 * Returns the base of paths: the page, if requests to its own origin are governed; else the first of the
 * origins that are. `tidemark.fetch` itself resolves a path as `fetch` does.
 */
export function pathBase(origins: ReadonlySet<string>): string | undefined {
  const { location } = globalThis
  const [origin] = origins
  return location !== undefined && origins.has(location.origin) ? location.href : origin
}
