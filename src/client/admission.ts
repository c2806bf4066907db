// What becomes of an answer that covers its floor: the session has seen it, and it is held.
//
// A1. Floors are raised at once, before the caller sees the answer; the value follows when its body has
//     come. A body that breaks off is the reader's to hear of, and half a value is never held.

import { capture } from '../transport/representation.ts'
import type { Representation } from '../transport/representation.ts'
import type { Answer } from '../transport/versioned-fetch.ts'
import { isAbsence } from './answer-judgement.ts'
import { keepOf, selectionOf } from './keeping.ts'
import type { ClientParts } from './parts.ts'
import type { GovernedRequest } from './request.ts'

/** Records that the session is shown an answer, and holds what may be held of it. */
export function admitAnswer(parts: ClientParts, request: GovernedRequest, answer: Answer): void {
  const { versions, response } = answer
  if (versions === undefined) return
  parts.held.recordShown(request.key, versions) // A1
  if (!isAbsence(response)) {
    holdValue(parts, request, answer)
    return
  }
  const validatedAt = parts.options.now()
  const tombstone = { kind: 'tombstone', versions, isAfter: false, validatedAt } as const
  parts.held.admitEntry(request.key, tombstone, { source: 'network', isDurable: true })
}

function holdValue({ options, held }: ClientParts, request: GovernedRequest, answer: Answer): void {
  const { versions, response, representation } = answer
  const where = keepOf(request, response)
  if (where === 'nothing' || versions === undefined) return
  const validatedAt = options.now()
  const selection = selectionOf(request, response.headers.get('vary'))
  const hold = (whole: Representation | undefined): void => {
    if (whole === undefined) return
    const entry = { kind: 'value', versions, value: { ...whole, selection }, validatedAt } as const
    held.admitEntry(request.key, entry, { source: 'network', isDurable: where === 'disk' })
  }
  if (representation !== undefined) hold(representation)
  else capture(response, options.valueBytesMax).then(hold, () => undefined) // A1
}
