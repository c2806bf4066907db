// When a server wants to be asked again: `Retry-After` (RFC 9110, section 10.2.3), in seconds or as a date.
//
// A1. A date is counted from the answer's own `Date`, so that both are of one clock (lessons R23). Across
//     origins a page does not see it unless it is exposed; then only this client's clock is left.
// A2. What cannot be read says nothing (I14).

/** Returns in how many milliseconds a server wants to be asked again, or `undefined` where it does not say. */
export function retryAfterIn(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000
  const atMs = parseDate(text)
  return atMs === undefined ? undefined : Math.max(0, atMs - (parseDate(headers.get('date') ?? '') ?? nowMs)) // A1
}

/** Reads a date as HTTP writes it: `Mon, 30 Nov 2026 02:00:20 GMT`. What engines take besides is no promise (A2). */
function parseDate(text: string): number | undefined {
  const atMs = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : atMs
}
