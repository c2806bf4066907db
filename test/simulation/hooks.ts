// The hooks of a simulated page: how what is looked at is watched, and how what is done is seen at once.
//
// H1. Each change sets a number of its own, which only ever grows: a mark of a tab on a photo is never
//     smaller than the one before, and each added photo has another. So whatever is shown tells by itself
//     which changes are in it, and nobody has to be asked for it.
// H2. What an outbox keeps sets other fields than what none keeps: a reload takes the one along and not the
//     other, so nothing orders the two among each other. What none keeps sets fields of its page alone: the last
//     request of the page before may come to the server later than the first of the next.

import { insertItem, outbox, patchItem, patchValue, putValue } from 'tidemark'
import type { Mutation, MutationOptions, OpenOutboxStore, Operation, OutboxOptions, Tidemark } from 'tidemark'
import { laggingApiOrigin } from 'tidemark/testing'
import type { ActKind } from './plan.ts'

/** What a change says. */
export interface Change {
  readonly id: string
  /** The field that it sets, and to what. */
  readonly field: string
  readonly value: number
  /** By this the network tells of it. */
  readonly act: string
}

/** The mutations of one page. */
export interface Hooks {
  readonly mutationOf: (kind: ActKind, isKept: boolean) => Mutation<Change, unknown>
  /** The photos that were added here, by the ids by which they are called now. */
  readonly addedIds: () => readonly string[]
  /** How the photo that a change has added is called now. */
  readonly addedBy: (act: string) => string | undefined
  /** How a photo is called now that was called so before. */
  readonly idNow: (id: string) => string
}

/** The header by which the network knows a change again. Nobody else reads it. */
export const actHeader = 'Sim-Act'

/** What keeps calls, and the locks that go with it. */
export type Keeping = Required<Pick<OutboxOptions, 'locks'>> & { readonly store: OpenOutboxStore }

/** Makes the mutations of a page. With `keeping`, what an earlier page has left is taken up at once. */
export function createHooks({ mutation }: Tidemark, keeping: Keeping | undefined): Hooks {
  const kept = keeping && outbox(keeping)
  const added: Added = new Map()
  const adding = addingTo(added)
  const make = (name: ActKind, isKept: boolean): Mutation<Change, unknown> => {
    const changes = name === 'add' ? adding : marking
    return mutation<Change>({ ...changes, ...(isKept && { name, outbox: kept }) })
  }
  const kinds = ['mark', 'remark', 'add'] as const
  const plain = new Map(kinds.map((kind) => [kind, make(kind, false)]))
  const lasting = kept === undefined ? plain : new Map(kinds.map((kind) => [kind, make(kind, true)]))
  return {
    mutationOf: (kind, isKept) => (isKept ? lasting : plain).get(kind)!,
    addedIds: () => [...added.values()].map(({ now }) => now),
    addedBy: (act) => added.get(act)?.now,
    idNow: (id) => [...added.values()].find(({ first }) => first === id)?.now ?? id,
  }
}

const list = { in: 'items' } as const

const marking = {
  request: ({ id, field, value, act }: Change) => ({
    url: `${laggingApiOrigin}/photos/${id}`,
    method: 'PATCH',
    headers: { [actHeader]: act },
    json: { [field]: value },
  }),
  optimistic: ({ id, field, value }: Change): readonly Operation[] => [
    patchValue(`/photos/${id}`, { [field]: value }),
    patchItem('/photos', id, { [field]: value }, list),
  ],
}

/** By the change that added a photo: how that was called at first, and is now. */
type Added = Map<string, { readonly first: string; readonly now: string }>

function addingTo(added: Added): Pick<MutationOptions<Change, unknown>, 'request' | 'optimistic'> {
  return {
    request: ({ field, value, act }) => ({
      url: `${laggingApiOrigin}/photos`,
      headers: { [actHeader]: act },
      json: { title: 'Solaris', [field]: value },
    }),
    optimistic({ field, value, act }, { temporaryId: id }) {
      added.set(act, { first: added.get(act)?.first ?? id, now: id }) // Called again once the real id is known.
      const photo = { id, title: 'Solaris', [field]: value }
      return [putValue(`/photos/${id}`, photo), insertItem('/photos', photo, { ...list, at: 'start' })]
    },
  }
}
