// A sequence number within a named epoch, such as `7f3a:42`: the default, and what the server kit
// recommends. Elasticsearch (`_primary_term`, `_seq_no`) and Couchbase (vbUUID, seqno) have the form.

import { ProtocolError } from '../errors.ts'
import { epochLengthMax } from '../version.ts'
import type { VersionFormat } from '../version.ts'
import { compareDecimals, integer, parseDecimal } from './integer.ts'

/** Versions such as `"7f3a:42"`. Epochs are names without an order. */
export const epochSeq: VersionFormat = {
  name: 'epoch-seq',
  parse(text) {
    // The epoch may hold colons; the number cannot.
    const colon = text.lastIndexOf(':')
    const epoch = text.slice(0, Math.max(0, colon))
    // A blank would make two epochs of one, and what is not ASCII has no way onto the wire.
    if (epoch.length > epochLengthMax || !/^[\x21-\x7e]+$/.test(epoch)) {
      throw new ProtocolError({
        what: 'epoch-seq version',
        text,
        expected:
          `an epoch of 1 to ${epochLengthMax} visible ASCII characters, a colon, ` +
          'and a whole number',
      })
    }
    return { epoch, position: parseDecimal('epoch-seq version', text.slice(colon + 1)) }
  },
  print: ({ epoch, position }) => `${epoch}:${position}`,
  parsePosition: (text) => parseDecimal('epoch-seq position', text),
  comparePositions: compareDecimals,
  joinPositions: integer.joinPositions,
}
