// GTID positions of MariaDB: for each replication domain the last transaction, as domain, server and
// sequence, such as `0-3000-8,1-3000-4`.
//
// G1. Within a domain the sequence orders, and nothing else. The server only tells who wrote it: after
//     a failover another one goes on with the same sequence. `MASTER_GTID_WAIT` compares it so too.
// G2. There is one text for a position: domains ascending, and 0 for each server. So two that differ
//     in the server alone are equal, as they must be (G1), and the text is still one for the database.
// G3. A domain stands once. `gtid_binlog_state` names several servers of one, and is no position.
//
// `RESET MASTER` begins the sequence again: give the scope another epoch when you do.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import { byNumber, compareDecimals, integer, isDecimalUpTo, u32Max, u64Max } from './integer.ts'
import { compareComponents, joinComponents, withinLength } from './partial-order.ts'

/** Versions such as `"0-3000-8,1-3000-4"`, of one endless epoch. */
export const mariadbGtid: VersionFormat = {
  name: 'mariadb-gtid',
  parse: (text) => ({ epoch: '', position: parseGtids(text) }),
  print: ({ position }) => position,
  parsePosition: parseGtids,
  comparePositions: compareGtids,
  joinPositions: (left, right) =>
    printGtids(joinComponents(readGtids(left), readGtids(right), integer.joinPositions)),
}

const what = 'MariaDB GTID position'
// No leading zeros, and sequences from 1.
const shape = /^(0|[1-9]\d{0,9})-(0|[1-9]\d{0,9})-([1-9]\d{0,19})$/

function parseGtids(text: string): string {
  return printGtids(readGtids(withinLength(what, text)))
}

/** Returns the sequence of each domain. */
function readGtids(text: string): Map<string, string> {
  const sequences = new Map<string, string>()
  for (const gtid of text.split(',')) {
    const [domain, server, sequence] = shape.exec(gtid)?.slice(1) ?? []
    if (domain === undefined || server === undefined || sequence === undefined) {
      return refuse(text, 'domain, server and sequence of each GTID, as "0-3000-8,1-3000-4"')
    }
    const areIds = [domain, server].every((id) => isDecimalUpTo(u32Max, id))
    if (!areIds || !isDecimalUpTo(u64Max, sequence)) {
      refuse(text, 'domains and servers of 32 bits, sequences of 64')
    }
    if (sequences.has(domain)) refuse(text, `the domain ${domain} once`) // G3
    sequences.set(domain, sequence)
  }
  return sequences
}

function printGtids(sequences: ReadonlyMap<string, string>): string {
  const domains = [...sequences].toSorted(([left], [right]) => byNumber(left, right))
  const gtids = domains.map(([domain, sequence]) => `${domain}-0-${sequence}`) // G2
  return withinLength(what, gtids.join(','))
}

function compareGtids(left: string, right: string): Order {
  return compareComponents(readGtids(left), readGtids(right), compareDecimals) // G1
}

function refuse(text: string, expected: string): never {
  throw new ProtocolError({ what, text, expected })
}
