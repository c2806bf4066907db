// What becomes of an answer that covers its floor: the session has seen it, and it is held.
//
// A1. Floors are raised at once, before the caller sees the answer; the value is held when the caller
//     has read its body. What was never read, or broke off, is not held.
// A2. What an answer may show beyond what it covers raises the session's read floor too, since the next
//     answer, perhaps another replica's, must not lack it. It is no version of the value.

import { observeBody } from '../../transport/body.ts'
import { represent } from '../../transport/representation.ts'
import type { Representation } from '../../transport/representation.ts'
import type { Answer } from '../../transport/versioned-fetch.ts'
import { isAbsence } from '../exchanges/answer-judgement.ts'
import { keepOf, selectionOf } from '../exchanges/keeping.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import type { GovernedRequest } from '../rules/request.ts'

/** Records that the session is shown an answer, and returns it so that it is held once it was read. */
export function admitAnswer(parts: ClientParts, request: GovernedRequest, answer: Answer): Answer {
  const { versions } = answer
  if (versions === undefined) return answer
  const { session } = parts.held
  parts.held.recordShown(request.key, versions) // A1
  session.recordRead(session.inKnownEpochs(answer.upTo)) // A2
  if (!isAbsence(answer.response)) learnRows(parts, request, answer)
  return holdAnswer(parts, request, answer)
}

/** Returns an answer so that it is held once it was read, as far as the gate lets it in. */
export function holdAnswer(parts: ClientParts, request: GovernedRequest, answer: Answer): Answer {
  const { versions, response } = answer
  if (versions === undefined) return answer
  if (!isAbsence(response)) return holdValue(parts, request, answer)
  const validatedAt = vouchedAt(parts, answer)
  const tombstone = { kind: 'tombstone', versions, isAfter: false, validatedAt } as const
  const concurrency = request.match?.rule.concurrent
  parts.held.admitEntry(request.key, tombstone, { source: 'network', isDurable: true, concurrency })
  return answer
}

function learnRows({ lists }: ClientParts, request: GovernedRequest, answer: Answer): void {
  const { versions, representation, response } = answer
  const where = keepOf(request, response)
  if (lists === undefined || representation === undefined) return
  lists.learn(request, { versions, representation }, { where, selection: selectionOf(request, null) })
}

/** Returns up to when what an answer says was current, as far as its source knows (A2). */
function vouchedAt({ options }: ClientParts, { servedBy, heardAt }: Answer): number {
  return (heardAt ?? options.now()) - (servedBy?.lagMs ?? 0)
}

function holdValue(
  parts: ClientParts,
  request: GovernedRequest,
  answer: Answer,
): Answer {
  const { options, held } = parts
  const { versions, response, representation } = answer
  const where = keepOf(request, response)
  if (where === 'nothing' || versions === undefined) return answer
  const validatedAt = vouchedAt(parts, answer)
  const selection = selectionOf(request, response.headers.get('vary'))
  const hold = (whole: Representation): void => {
    const entry = { kind: 'value', versions, value: { ...whole, selection }, validatedAt } as const
    const concurrency = request.match?.rule.concurrent
    held.admitEntry(request.key, entry, { source: 'network', isDurable: where === 'disk', concurrency })
  }
  if (representation !== undefined) {
    hold(representation)
    return answer
  }
  const onWhole = (body: ArrayBuffer): void => hold(represent(response, body))
  return { ...answer, response: observeBody(response, options.valueBytesMax, onWhole) }
}
