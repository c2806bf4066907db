// AT Protocol: answers name the revision of the reader's own repository that they are as of.
//
// R1. Nothing is sent: a server that is behind patches the reader's own recent writes into its answer, or
//     does not. What does not cover the floor is discarded here, and asked for again.
// R2. A revision is a TID: 64 bits in 13 characters of a base 32 that sorts. It is kept as the number.
// R3. The answer to a write names the revision in its body, under `commit.rev`.

import { ProtocolError } from '../errors.ts'
import { integer } from '../formats/integer.ts'
import type { ServedBy } from '../wire/protocol.ts'
import { headerText, isJson, valueAt } from '../wire/wire.ts'
import type { Wire, WireAnswer, WireRequest } from '../wire/wire.ts'

const header = 'Atproto-Repo-Rev'

/** Revisions of an AT Protocol repository in `Atproto-Repo-Rev`. */
export function atProtocol(): Wire {
  return {
    name: 'at-protocol',
    evidence: 'version',
    format: integer,
    asksPrimary: false,
    scopesOf: (request) => [repositoryOf(request)],
    versionsIn(answer) {
      const found = headerText(answer, header) ?? revisionInBody(answer)
      if (found === undefined || found === 'in-body') return found
      return [{ scope: repositoryOf(answer.request), epoch: '', position: numberOf(found) }]
    },
    sourceIn,
  }
}

function repositoryOf({ scope }: WireRequest): string {
  return scope ?? 'repository'
}

function revisionInBody(answer: WireAnswer): string | undefined {
  const { request, document } = answer
  if (request.kind === 'read' || !isJson(answer)) return undefined
  if (document === undefined) return 'in-body'
  const revision = valueAt(document, ['commit', 'rev'])
  return typeof revision === 'string' && revision !== '' ? revision : undefined // R3
}

const digits = '234567abcdefghijklmnopqrstuvwxyz'

function numberOf(tid: string): string {
  // The first of 13 characters has four bits to itself, and the highest of those is 0.
  if (!/^[2-7a-j][2-7a-z]{12}$/.test(tid)) {
    throw new ProtocolError({ what: header, text: tid, expected: 'a TID, as "3jzfcijpj2z2a"' })
  }
  let number = 0n
  for (const digit of tid) number = number * 32n + BigInt(digits.indexOf(digit))
  return String(number) // R2
}

function sourceIn(answer: WireAnswer): ServedBy | undefined {
  const lag = headerText(answer, 'Atproto-Upstream-Lag')
  if (lag === undefined || !/^\d{1,15}$/.test(lag)) return undefined
  return { name: 'upstream', lagMs: Number(lag), isPrimary: false }
}
