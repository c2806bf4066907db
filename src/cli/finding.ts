// What the doctor found: each fault and each piece of advice by its name, with what to do.

/** What can be found, for programs. */
export type FindingCode =
  | 'no-version'
  | 'malformed-version'
  | 'unversioned-answers'
  | 'unversioned-list'
  | 'unversioned-write'
  | 'unexposed-header'
  | 'origin-refused'
  | 'preflight-refused'
  | 'cached-answers'
  | 'cacheable-answers'
  | 'non-monotonic'
  | 'alternating-epochs'
  | 'same-version-other-data'
  | 'never-shown'
  | 'unversioned-error'
  | 'unversioned-304'
  | 'floor-ignored'
  | 'weak-evidence'

/** Something that stands between an API and the guarantees. */
export interface Finding {
  readonly code: FindingCode
  /** A `fault` keeps a guarantee from being kept; `advice` makes it dearer or weaker than it could be. */
  readonly kind: 'fault' | 'advice'
  /** What is so, in a sentence. */
  readonly what: string
  /** What was seen, such as a header with its value. */
  readonly seen: string
  /** What to do about it. */
  readonly remedy: string
}

/** Returns the values of a header that is a list, in lower case. */
export function listed(text: string | null): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((value) => value.trim().toLowerCase())
    .filter((value) => value !== '')
}
