// Mutations: what a write touches, and when the queries that it touches are asked anew.
//
//   useMutation({ mutationFn, meta: { touches: [['photos'], ['photo', 7]] } })
//
// The floors of the session know of the write already, by the wrapped fetch: whatever is read after it
// holds it. What is left is the screen.
//
// M1. While a mutation is under way, a fetched result of what it touches is held back: the optimistic
//     value stays, and the result stands behind it (lessons O8).
//     What it touches it says itself, or else it is what the app has set meanwhile, as `onMutate` does.
// M2. Of several mutations that touch the same, the last to end has its queries asked anew: the result of
//     an earlier one would take the optimistic values of the later ones from the screen.
// M3. A failed mutation takes back its own value, and nothing else: what was fetched meanwhile stands
//     (I10). It may have happened for all that, so its queries are asked anew as well (lessons R17).

import { matchQuery, MutationCache } from '@tanstack/query-core'
import type { Query, QueryKey } from '@tanstack/query-core'
import type { Governor } from './governor.ts'

/** What a mutation may say in its `meta`. */
export interface TouchingMeta {
  /** The keys of the queries that the mutation changes, as `invalidateQueries` takes them. */
  readonly touches?: readonly QueryKey[] | ((variables: never) => readonly QueryKey[]) | undefined
}

/** What is looked at of a mutation, whatever its types are. */
interface AnyMutation {
  readonly meta: Readonly<Record<string, unknown>> | undefined
  readonly state: { readonly variables: unknown }
}

/** Returns the mutation cache of the app, governed, or a new one whose mutations wait for their queries. */
export function governMutations(governor: Governor, own: MutationCache | undefined): MutationCache {
  /** Mutations whose function has ended, though their callbacks may still run. */
  const ended = new WeakSet<AnyMutation>()
  const settle = (mutation: AnyMutation): Promise<unknown> => {
    ended.add(mutation)
    return askAnew(governor, mutation, pending)
  }
  const cache =
    own ??
    new MutationCache({
      onSuccess: (_data, _variables, _context, mutation) => void ended.add(mutation),
      onError: (_error, _variables, _context, mutation) => void ended.add(mutation),
      onSettled: (_data, _error, _variables, _context, mutation) => settle(mutation),
    })
  const pending = (): AnyMutation[] =>
    cache.findAll({ status: 'pending', predicate: (mutation) => !ended.has(mutation) })

  governor.underWay = pending
  governor.holdsBack = (query, isEqual) => {
    const setDuring = governor.ledger.find(query.queryHash)?.setDuring ?? []
    return pending().some((mutation) => {
      const touched = touchedBy(mutation)
      if (touched !== undefined) return touches(touched, query)
      // A mutation that does not say what it touches has set what was set while it was under way, and
      // may have set more: that survives an answer that holds nothing new, and no other (lessons Q24, O6).
      return isEqual || setDuring.includes(mutation)
    })
  }

  cache.subscribe((event) => {
    if (event.type !== 'updated') return
    const { mutation, action } = event
    if (action.type !== 'success' && action.type !== 'error') return
    // An own cache has asked anew already, while the mutation was still waiting for it.
    if (own !== undefined) settle(mutation).catch(ignore)
    release(governor, pending, action.type)
  })
  return cache
}

/** Has the queries asked anew that a mutation touches, and no other does that is under way (M2). */
async function askAnew(
  { cache }: Governor,
  mutation: AnyMutation,
  pending: () => AnyMutation[],
): Promise<unknown> {
  const touched = touchedBy(mutation)
  if (touched === undefined) return undefined
  const others = pending().flatMap((other) => touchedBy(other) ?? [])
  const due = cache.findAll({
    predicate: (query) => touches(touched, query) && !touches(others, query),
  })
  return Promise.all(due.map(askAgain))
}

async function askAgain(query: Query): Promise<void> {
  query.invalidate()
  if (!query.isActive()) return
  const fetched = query.fetch(undefined, { cancelRefetch: true }).then(ignore, ignore)
  // Without a network it goes on when there is one, and the mutation does not wait for that.
  if (query.state.fetchStatus !== 'paused') await fetched
}

/** Shows what was held back, of queries that no mutation under way touches any more. */
function release(
  { cache, ledger, holdsBack }: Governor,
  pending: () => AnyMutation[],
  outcome: 'success' | 'error',
): void {
  for (const query of cache.getAll()) {
    const slot = ledger.find(query.queryHash)
    if (slot?.isHeldBack !== true) continue
    const isEqual = pending().length > 0
    if (holdsBack(query, isEqual)) continue
    slot.isHeldBack = false
    if (outcome === 'error' && slot.isUnversioned && slot.newest !== undefined) {
      const { data, updatedAt: dataUpdatedAt } = slot.newest
      query.setState({ data, dataUpdatedAt, isInvalidated: true }) // M3
    }
    if (query.isActive()) query.fetch().catch(ignore)
  }
}

function touchedBy({ meta, state }: AnyMutation): readonly QueryKey[] | undefined {
  const touched: unknown = meta?.['touches']
  if (typeof touched === 'function') {
    const keys: unknown = Reflect.apply(touched, undefined, [state.variables])
    return areKeys(keys) ? keys : undefined
  }
  return areKeys(touched) ? touched : undefined
}

function areKeys(keys: unknown): keys is readonly QueryKey[] {
  return Array.isArray(keys) && keys.every((key) => Array.isArray(key))
}

function touches(keys: readonly QueryKey[], query: Query): boolean {
  return keys.some((queryKey) => matchQuery({ queryKey }, query))
}

/** The state of the query has the error; the mutation did not fail by it. */
function ignore(): void {}
