// What keeps the doctor from examining an API, in words that say what to do.

/** Thrown where an API cannot be examined at all. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError'
}

/** What a failing connection says of itself, by its code, with a remedy. */
const failures: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name has no address. Check the spelling, and whether a VPN is needed.',
  EAI_AGAIN: 'its name could not be looked up just now. Check the connection, and try again.',
  ECONNREFUSED: 'nothing listens at that port. Start the API, or check the port.',
  ECONNRESET: 'the connection was cut. Try again; if it stays so, ask a proxy or firewall on the way.',
  UND_ERR_SOCKET: 'the connection was cut. Try again; if it stays so, ask a proxy or firewall on the way.',
  EHOSTUNREACH: 'no way leads to its host. Check the network.',
  ENETUNREACH: 'no way leads to its network. Check the connection.',
  ETIMEDOUT: 'it did not take the connection in time. Check the host, or a firewall on the way.',
  UND_ERR_CONNECT_TIMEOUT: 'it did not take the connection in time. Check the host, or a firewall on the way.',
  CERT_HAS_EXPIRED: 'its certificate has expired. Renew it.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it signed its certificate itself. Name it in NODE_EXTRA_CA_CERTS.',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not known. Name that in NODE_EXTRA_CA_CERTS.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate lacks those between it and its authority. Serve the whole chain.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name. Check the host.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS at that port. Try http:// in place of https://.',
}

/** Returns what went wrong on the way to an API, and what to do. */
export function describeFailure(error: unknown, url: URL, timeoutMs: number): string {
  const code = codeOf(error)
  const known = code === undefined ? undefined : failures[code]
  if (known !== undefined) return `${url.origin} could not be reached (${code}): ${known}`
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
    return `${url.href} gave no answer in ${timeoutMs} ms. Give it longer with --timeout, or look at its load.`
  }
  const reason = error instanceof Error ? reasonOf(error) : String(error)
  return `${url.origin} could not be reached: ${reason}${code === undefined ? '' : ` (${code})`}`
}

/** The code of an error or of what caused it: `fetch` wraps those of the network, some several times. */
function codeOf(error: unknown): string | undefined {
  let current = error
  for (let depth = 0; depth < 5; depth += 1) {
    if (typeof current !== 'object' || current === null) return undefined
    if ('code' in current && typeof current.code === 'string') return current.code
    current = 'cause' in current ? current.cause : undefined
  }
  return undefined
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message
}
