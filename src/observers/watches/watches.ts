// The watches of one client: one for each question that is asked of it, and what all of them are told.
//
// A1. The same arguments give the same watch for as long as anybody holds or hears it (lessons B1); then
//     it is forgotten. What belongs to one client is seen by no other: nothing here is global (I11).
// A2. While nobody listens to any watch, nothing of the client's is listened to.
// A3. After an own write, each watch reads again that the write may concern and that does not show it yet:
//     one of the same scopes; where the versions share none, or one has none, by its address.
// A4. With a session each watch forgets what it shows, listened to or not, and so does what a server has
//     rendered. Those that are listened to read again once the next session has begun (I11).

import { hydrate } from '../../client/carried/dehydrated-state.ts'
import type { OpenedClient } from '../../client/client.ts'
import type { TidemarkEvent } from '../../client/events/events.ts'
import type { GovernedRequest } from '../../client/rules/request.ts'
import { isWithin } from '../../core/path-relation.ts'
import type { Versions } from '../../core/version.ts'
import { presentable } from './held-source.ts'
import { createHolders } from './holders.ts'
import type { OperationView } from './operation-view.ts'
import type { PageReturn } from './page-return.ts'
import { parserOf } from './parsing.ts'
import type { Parse, StandardSchema } from './parsing.ts'
import type { Arriving } from './shown.ts'
import { resolveWatchOptions } from './watch-options.ts'
import type { WatchOptions, WatchTarget } from './watch-options.ts'
import { createWatch } from './watch.ts'
import type { Watch, WatchInlet } from './watch.ts'
import { shapeOf, watchedRequest } from './watched-request.ts'

/** Watches a resource: see `Tidemark.watch`. */
export interface WatchFunction {
  <T>(
    target: WatchTarget,
    options: WatchOptions & { readonly parse: StandardSchema<T> },
  ): Watch<T>
  <T>(target: WatchTarget, options: WatchOptions & { readonly parse: Parse<T> }): Watch<T>
  (target: WatchTarget, options?: WatchOptions & { readonly parse?: undefined }): Watch<unknown>
}

/** What {@link createWatches} needs beside the client. */
export interface WatchesParts {
  readonly operations: OperationView
  readonly page: PageReturn
}

/** The watching of a client. */
export interface Watches {
  readonly watch: WatchFunction
  /** Takes over what a server has read: see `Tidemark.hydrate`. */
  readonly hydrate: (state: unknown) => void
}

/** Makes the watching of a client. */
export function createWatches(
  { parts, read }: Pick<OpenedClient, 'parts' | 'read'>,
  { operations, page }: WatchesParts,
): Watches {
  // What a server has rendered of this page, by key: it stays what the first render has to show.
  const hydrated = new Map<string, Arriving>()
  const known = new Map<string, WeakRef<Watch<unknown>>>()
  const forgotten = new FinalizationRegistry<string>((id) => {
    if (known.get(id)?.deref() === undefined) known.delete(id)
  })
  const parserIds = new WeakMap<object, number>()
  const active = new Map<string, Set<WatchInlet>>()
  const holders = createHolders()
  let parserCount = 0
  let ends: (() => void)[] = []

  parts.onEnded(() => {
    hydrated.clear()
    holders.forgetAll() // A4
  })

  function each(tell: (inlet: WatchInlet) => void): void {
    for (const inlets of active.values()) inlets.forEach(tell)
  }

  function ofKey(key: string, tell: (inlet: WatchInlet) => void): void {
    active.get(key)?.forEach(tell)
  }

  function onEvent(event: TidemarkEvent): void {
    switch (event.type) {
      case 'entry:admitted':
        ofKey(event.key, ({ onEntry }) => onEntry(event.source, event.versions))
        return each(({ request, onItems }) => {
          if (request.match?.rule.list !== undefined && request.key !== event.key) onItems()
        })
      case 'write:acknowledged':
        return onWrite(new URL(event.url), event.versions)
      case 'write:unanswered':
        return onWrite(new URL(event.url), undefined) // It may have happened.
      case 'expectation:raised':
      case 'expectation:expired':
        return each(({ onFloor }) => onFloor())
      case 'session:adopted':
        return each(({ onHeard }) => onHeard())
      case 'epoch:reset':
        return each(({ onReset }) => onReset(event.scope))
      case 'session:begun':
        return each(({ onBegun }) => onBegun())
      case 'client:closed':
        return each(({ onClosed }) => onClosed())
      default:
        return undefined
    }
  }

  function onWrite(url: URL, caused: Versions | undefined): void {
    each(({ request, onItems, onWrite: tell }) => {
      // What a write has changed is laid over lists from now on.
      if (request.match?.rule.list !== undefined) onItems()
      if (concerns(request.key, request.url, { url, caused })) tell(caused)
    })
  }

  function concerns(
    key: string,
    watched: URL,
    { url, caused }: { readonly url: URL; readonly caused: Versions | undefined },
  ): boolean {
    if (watched.origin !== url.origin) return false
    const floor = parts.held.slotOf(key)?.floor
    if (floor === undefined || caused === undefined) return true
    const sharesScope = caused.some(({ scope }) => floor.some((version) => version.scope === scope))
    return sharesScope || isWithin(watched.pathname, url.pathname) || isWithin(url.pathname, watched.pathname)
  }

  function enlist(inlet: WatchInlet): () => void {
    if (active.size === 0) begin()
    const { key } = inlet.request
    const inlets = active.get(key) ?? new Set()
    active.set(key, inlets.add(inlet))
    return () => {
      inlets.delete(inlet)
      if (inlets.size === 0) active.delete(key)
      if (active.size === 0) for (const end of ends.splice(0)) end() // A2
    }
  }

  function begin(): void {
    ends = [
      parts.events.subscribe(onEvent),
      operations.subscribe((key) => ofKey(key, ({ onOperations }) => onOperations())),
      page.listen(
        (cause) =>
          each(({ options, onReturn, onFloor }) => {
            if (options.revalidateOn.includes(cause)) onReturn()
            else onFloor() // What other tabs have caused meanwhile counts in any case.
          }),
        () => each(({ onBack }) => onBack()),
      ),
    ]
  }

  function idOf(parse: object | undefined): number {
    if (parse === undefined) return 0
    const id = parserIds.get(parse) ?? (parserCount += 1)
    parserIds.set(parse, id)
    return id
  }

  function rendered(request: GovernedRequest): Arriving | undefined {
    const isServer = hydrated.size === 0 && !page.isPage()
    return isServer ? presentable(parts, request) : hydrated.get(request.key)
  }

  function watch(target: WatchTarget, given?: WatchOptions): Watch<unknown> {
    const options = given ?? {}
    const request = watchedRequest(parts, target, options)
    const resolved = resolveWatchOptions(options)
    const id = `${shapeOf(request)} ${JSON.stringify(resolved)} ${idOf(options.parse)}`
    const existing = known.get(id)?.deref()
    if (existing !== undefined) return existing
    const made: Watch<unknown> = createWatch({
      parts,
      read,
      request,
      options: resolved,
      parse: parserOf(options.parse),
      operations,
      enlist,
      holders,
      isVisible: page.isVisible,
      rendered: () => rendered(request),
    })
    known.set(id, new WeakRef(made))
    forgotten.register(made, id)
    return made
  }

  return {
    watch,
    hydrate(state) {
      for (const { key, entry } of hydrate(parts, state)) {
        const { versions, validatedAt } = entry
        const content = entry.kind === 'value' ? entry.value : undefined
        hydrated.set(key, { content, versions, validatedAt, source: 'ssr' })
      }
    },
  }
}
