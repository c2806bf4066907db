// Where the client cannot be as the platform is: the whole list.
//
// An entry is not forgiven in silence: the check fails as well when a difference that is named here
// is no longer there. A fault of ours has no place in this list.

/** A difference that the platform leaves no way around. */
export interface Difference {
  /** The names of the rows. */
  readonly rows: readonly string[]
  /** The names of the ways of speaking in which it shows. */
  readonly speeches: readonly string[]
  readonly because: string
}

const withFloors = ['versions, and floors', 'floors, and versions no more']

/** The differences that only a page has. */
export const differencesInPages: readonly Difference[] = [
  {
    rows: [
      'follows 302 of GET to the origin "elsewhere"',
      'follows 302 of GET to the origin "bare"',
      'follows 302 of GET to the origin "closed"',
      'follows 307 of POST to the origin "elsewhere"',
      "follows a redirect from the page's own origin to another",
    ],
    speeches: withFloors,
    because:
      'a redirect takes the headers of the request along, and nobody can stop it there: an origin that ' +
      'allows no header of ours refuses the preflight (docs/findings/0001)',
  },
  {
    rows: ['refuses a call without arguments, by its promise'],
    speeches: ['no versions', 'versions', ...withFloors],
    because:
      'a function of two parameters hears `undefined`, which the platform takes for a relative URL',
  },
]

/** Tells whether a row is named as different under a way of speaking. */
export function isNamed(differences: readonly Difference[], row: string, speech: string): boolean {
  return differences.some(({ rows, speeches }) => rows.includes(row) && speeches.includes(speech))
}
