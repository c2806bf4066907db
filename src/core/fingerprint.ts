// Fingerprints: a short text in place of one that must not be stored or handed on, such as a token.
// They tell apart, and hide from a casual look; they are no cryptography.

/** Returns 64 bits that differ for different texts, but for chance: two lanes of FNV-1a. */
export function fingerprint(text: string): string {
  let first = 0x811c9dc5
  let second = 0x01000193
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    first = Math.imul(first ^ code, 0x01000193)
    second = Math.imul(second ^ (code + index), 0x01000193)
  }
  return (first >>> 0).toString(36) + (second >>> 0).toString(36)
}
