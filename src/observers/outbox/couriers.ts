// The couriers of one client: one for each session, so that what one user has left is never taken up as
// another's (I11). Mutations know them as one.
//
// C1. What is to be kept while a sign-out is still wiping waits for its end: else it would be wiped too.

import type { ClientParts } from '../../client/exchanges/parts.ts'
import type { Courier, Delivery, Resume } from '../mutations/delivery.ts'
import type { SessionCourier } from './courier.ts'

/** Makes the couriers of a client. `open` makes one for the session of now. */
export function createCouriers({ events, onEnded }: ClientParts, open: () => SessionCourier): Courier {
  const resumes = new Map<string, Resume>()
  const waiting: Delivery[] = []
  let current: SessionCourier | undefined = open()

  onEnded((reason) => {
    const ending = current
    current = undefined
    waiting.length = 0
    return ending?.end(reason === 'signed-out' ? 'forget' : 'keep')
  })
  events.subscribe(({ type }) => {
    if (type === 'client:closed') void current?.end('keep')
    if (type !== 'session:begun') return
    current = open()
    for (const [name, resume] of resumes) current.register(name, resume)
    for (const delivery of waiting.splice(0)) current.keep(delivery) // C1
  })

  return {
    keep(delivery) {
      if (current === undefined) waiting.push(delivery)
      else current.keep(delivery)
    },
    keepNamed: () => current?.keepNamed(),
    register(name, resume) {
      current?.register(name, resume)
      resumes.set(name, resume)
    },
  }
}
