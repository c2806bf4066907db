// Addresses: what the text of a request means as a URL.
//
// A1. To parse a URL takes microseconds, and so does each question to one, since it prints its answer anew: what
//     was asked for last is remembered.
// A2. A URL can be written into, by whoever it was handed to. One that says something else by now is not used again.

import { remembered } from '../../core/remembered.ts'

/** A URL, and what is asked of it for each request. */
export interface Address {
  readonly url: URL
  readonly href: string
  readonly origin: string
}

// The base of relative addresses, and what they mean from there.
let base: string | undefined
let addresses = remembered(parse)

/** Returns the address of a request, or `undefined` for what is none. */
export function readAddress(input: RequestInfo | URL): Address | undefined {
  const text = input instanceof URL ? input.href : typeof input === 'string' ? input : input?.url
  try {
    const found = globalThis.location?.href
    if (found !== base) {
      base = found
      addresses = remembered(parse)
    }
    const address = addresses(text)
    return address.url.href === address.href ? address : parse(text) // A2
  } catch {
    return undefined
  }
}

function parse(text: string): Address {
  const url = new URL(text, base)
  const { href, origin } = url
  return { url, href, origin }
}
