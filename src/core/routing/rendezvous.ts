// Rendezvous hashing (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998):
// each pair of a seat and an endpoint has a weight, and the seat takes the heaviest.
//
// H1. An endpoint more takes over only its own share; one less gives away only its own.
// H2. The same texts have the same weight in every tab, on every machine, for ever.

/** Returns the weight of an endpoint for a seat, from 0 up to 1. */
export function rendezvousWeight(seat: string, endpoint: string): number {
  let hash = 0x811c9dc5
  const text = `${endpoint}\n${seat}`
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  // FNV leaves the last characters in the low bits. The finaliser of MurmurHash3 spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
