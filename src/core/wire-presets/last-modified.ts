// `Last-Modified`: a clock that ticks once in a second, and that a restored file turns back.
//
// Of two answers the earlier one is asked for again, once. A later or equal one is served, and reported as
// `unverified`: two changes of one second look alike (lessons V19), and servers' clocks disagree.

import { ProtocolError } from '../errors.ts'
import { isoTime } from '../formats/iso-time.ts'
import { askLevel } from '../wire/header-wire.ts'
import { headerText } from '../wire/wire.ts'
import type { Wire, WireRequest } from '../wire/wire.ts'

const header = 'Last-Modified'

/** Moments of change in `Last-Modified`, which pages can read across origins without being allowed to. */
export function lastModified(): Wire {
  return {
    name: 'last-modified',
    evidence: 'hint',
    format: isoTime,
    asksPrimary: false,
    scopesOf: (request) => [selectionOf(request)],
    versionsIn(answer) {
      const text = headerText(answer, header)
      if (text === undefined) return undefined
      return [{ scope: selectionOf(answer.request), ...isoTime.parse(isoOf(text)) }]
    },
    attach: askLevel,
  }
}

/** Each selection of a list changes at times of its own. */
function selectionOf({ url, scope }: WireRequest): string {
  return scope ?? url.pathname + url.search
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const shape = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) GMT$/

/** Returns the moment of an HTTP date (RFC 9110, section 5.6.7) in the one form that may be sent. */
function isoOf(text: string): string {
  const [, day, name = '', year, time] = shape.exec(text) ?? []
  const month = months.indexOf(name) + 1
  if (month > 0) return `${year}-${String(month).padStart(2, '0')}-${day}T${time}Z`
  throw new ProtocolError({ what: header, text, expected: 'a date as "Sun, 06 Nov 1994 08:49:37 GMT"' })
}
