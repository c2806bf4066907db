// How the paths of two resources are related.

/** Tells whether a path is another, or lies below it: `/photos/7` lies within `/photos`. */
export function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith('/') ? parent : `${parent}/`)
}
