// Signed versions: a floor that the server has not made itself is not looked into.
//
//   Data-Version: main;e="k3x9.1";v="25165992.8Qm…"       HMAC-SHA-256 over scope, epoch and position
//
// G1. A signature proves that the position was once handed out, and nothing else: it unlocks no data.
// G2. Whatever does not verify (forged, stripped, of a key that is gone) is answered with *never*, so a
//     session that holds it begins anew instead of being locked out (I13).
// G3. One version has one signature under one key, so equal positions have equal texts.
// G4. Signatures have fixed length and no order. The position in front is what is compared.

import { ProtocolError } from '../core/errors.ts'
import type { Version, VersionFormat } from '../core/version.ts'

/** Signs positions, and tells those that were signed here. */
export interface Signing {
  /** The format of positions as they travel. */
  readonly formatOf: (format: VersionFormat) => VersionFormat
  /** Returns the position of a version with its signature. */
  readonly sign: (version: Version) => Promise<string>
  /** Returns the bare position, or `undefined` where the signature is not ours. */
  readonly verify: (version: Version) => Promise<string | undefined>
}

/** Positions as they are. */
export const noSigning: Signing = {
  formatOf: (format) => format,
  sign: ({ position }) => Promise.resolve(position),
  verify: ({ position }) => Promise.resolve(position),
}

/** 16 bytes in base64url. */
const signatureLength = 22

/**
 * Signs versions with HMAC-SHA-256, shortened to 128 bits.
 *
 * The first secret signs, all of them verify: to change it, put the new one in front and leave the old
 * one for as long as sessions may last. Clients need the format `signedPosition(epochSeq)`.
 *
 * @param secrets at least 16 characters each, from a secret store
 */
export function hmacSigning(secrets: readonly [string, ...string[]]): Signing {
  for (const secret of secrets) {
    if (secret.length < 16) throw new TypeError('A signing secret needs at least 16 characters.')
  }
  const keys = secrets.map(importKey)
  return {
    formatOf: signedPosition,
    async sign(version) {
      const [key] = keys
      return `${version.position}.${key === undefined ? '' : encode(await mac(key, version))}`
    },
    async verify(version) {
      const { position, signature } = split(version.position)
      for (const key of keys) {
        const expected = encode(await mac(key, { ...version, position }))
        if (isSame(expected, signature)) return position
      }
      return undefined // G2
    },
  }
}

function bare(text: string): string {
  return split(text).position
}

/** Positions with a signature behind, such as `42.8QmX…`, compared as those in front. */
export function signedPosition(format: VersionFormat): VersionFormat {
  return {
    name: `signed-${format.name}`,
    parse(text) {
      const { position, signature } = split(text)
      const point = format.parse(position)
      return { ...point, position: `${point.position}.${signature}` }
    },
    print({ epoch, position }) {
      const parts = split(position)
      return `${format.print({ epoch, position: parts.position })}.${parts.signature}`
    },
    parsePosition(text) {
      const { position, signature } = split(text)
      return `${format.parsePosition(position)}.${signature}`
    },
    comparePositions: (left, right) => format.comparePositions(bare(left), bare(right)),
    joinPositions(left, right) {
      const [ours, theirs] = [bare(left), bare(right)]
      const joined = format.joinPositions(ours, theirs)
      // Of two keys' signatures of one position either will do; the join must not depend on the order.
      if (joined === ours && joined === theirs) return left < right ? left : right
      if (joined === ours) return left
      if (joined === theirs) return right
      const expected = 'a format whose joins are always one of the two: others cannot be signed'
      throw new ProtocolError({ what: 'signed position', text: left, expected })
    },
    ...(format.compareEpochs && { compareEpochs: format.compareEpochs }),
  }
}

interface Parts {
  readonly position: string
  readonly signature: string
}

function split(text: string): Parts {
  const dot = text.length - signatureLength - 1
  const signature = text.slice(dot + 1)
  if (dot > 0 && text[dot] === '.' && /^[\w-]+$/.test(signature)) {
    return { position: text.slice(0, dot), signature }
  }
  const expected = `a position, a dot, and ${signatureLength} characters of base64url`
  throw new ProtocolError({ what: 'signed position', text, expected })
}

function importKey(secret: string): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const bytes = new TextEncoder().encode(secret)
  return crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
}

async function mac(key: Promise<CryptoKey>, { scope, epoch, position }: Version): Promise<Uint8Array> {
  // No part can hold the separator: scopes and epochs come from headers, which are printable.
  const text = new TextEncoder().encode([scope, epoch, position].join('\n'))
  return new Uint8Array(await crypto.subtle.sign('HMAC', await key, text)).slice(0, 16)
}

function encode(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** Compares in a time that does not tell how much is right. */
function isSame(left: string, right: string): boolean {
  let difference = left.length ^ right.length
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return difference === 0
}
