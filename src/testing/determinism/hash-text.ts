// One hash of a text, for seeds, for sticky choices and for entity tags. It is no protection
// against anyone: it only spreads.
//
// FNV-1a over UTF-16 code units (Fowler, Noll, Vo), closed by the finaliser of MurmurHash3
// (Appleby), because FNV alone leaves texts that differ in their last character close to each
// other.

/** Returns 32 bits, from 0 up to 2^32 - 1, that depend on the text and on `salt`. */
export function hashText(text: string, salt = 0): number {
  let hash = 0x811c9dc5 ^ salt
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
