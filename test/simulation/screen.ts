// The screens of simulated users: what watches show, and what is done by mutations and seen at once. Each
// is judged in the step in which it is shown.
//
// S1. By what was done and answered up to then, and by the truth that stands in what is shown (`network.ts`,
//     N4): not by what the client says of it.
// S2. What is shown without a version the client does not vouch for: it is no witness, and breaks nothing.
// S3. A change is owed to the screens of its page from its call on, until it has failed. Once it is answered,
//     it is owed no more where its answer told no version, since nobody can tell then who has it; nor where
//     what is shown is of another history. Where histories have no names, a page that has left one cannot tell
//     what a server still brings of it from what is new: nothing that was answered before is owed then. Nor is what was
//     answered at a later position than what its page did next: by that the page knows that it is lost, with its history.
// S4. What a watch shows of a history that its page has left stays until something of the one comes that the
//     page has entered. Whether it may enter that is judged apart (`judge-run.ts`): the two have no order, the
//     first time that the one follows the other. Within a history, by the name that the page has for it, what is
//     shown goes back at no time, nor does it return to a history that the page has not entered again.
// S5. No change is owed by what was added after it and has come to be called by the same id, which a restore has given
//     out once more: that is another photo, and lies over what was done before.

import type { Level, Snapshot, TidemarkEvent, Watch } from 'tidemark'
import { laggingApiOrigin } from 'tidemark/testing'
import type { HistoryRecorder } from 'tidemark/testing'
import type { Page } from './browser.ts'
import type { SimulatedClock } from './clock.ts'
import type { Epochs } from './epochs.ts'
import type { Change } from './hooks.ts'
import { isNameless } from './judge-run.ts'
import type { Breach, PromiseName } from './judge-run.ts'
import type { Network } from './network.ts'
import type { ActKind, World } from './plan.ts'
import { stateOf } from './recorder.ts'
import type { Recorder, State } from './recorder.ts'

/** A change that somebody has made. */
export interface Deed {
  readonly page: Page
  readonly kind: ActKind
  readonly change: Change
  readonly isKept: boolean
  readonly callId: string
  hasEnded: boolean
  isSettled: boolean
  /** Whether its page has left a history since it was answered. */
  isLeft: boolean
}

/** The screens of all pages. */
export interface Screens {
  readonly breaches: readonly Breach[]
  readonly deeds: readonly Deed[]
  /** Whether the client has said of it that it failed, in whatever page. */
  readonly hasFailed: (deed: Deed) => boolean
  /** Why it has. */
  readonly failureOf: (deed: Deed) => unknown
  /** Looks at a watch. Returns it, and what ends it. */
  readonly look: (page: Page, view: { readonly path: string; readonly level?: Level | undefined }) => Look | undefined
  readonly act: (page: Page, deed: { readonly kind: ActKind; readonly id: string; readonly tab: number; readonly isKept: boolean }) => void
  readonly note: (page: string, event: TidemarkEvent) => void
}

/** A watch that is looked at. */
export interface Look {
  readonly watch: Watch<unknown>
  readonly leave: () => void
}

/** What screens need. */
export interface ScreenParts {
  readonly clock: SimulatedClock
  readonly history: HistoryRecorder
  readonly recorder: Recorder
  readonly network: Network
  readonly world: World
  readonly epochs: Epochs
}

interface View {
  readonly page: Page
  readonly path: string
  readonly level: Level
  readonly watch: Watch<unknown>
  last: Sight | undefined
  /** Whether its page has entered a history since it has shown something of another (S4). */
  isLed: boolean
  told: Snapshot<unknown> | undefined
  noted: State | undefined
  isTold: boolean
}

/** What a watch has shown, and by which name its page knew the history of that. */
interface Sight {
  readonly state: State
  readonly history: string
}

/** Makes the screens of a run. */
export function createScreens({ clock, history, recorder, network, world, epochs }: ScreenParts): Screens {
  const breaches: Breach[] = []
  const deeds: Deed[] = []
  /** The calls that have failed: some do so before the call that makes them returns. */
  const failed = new Map<string, unknown>()
  const views = new Set<View>()
  let count = 0

  function breach(promise: PromiseName, { page, path }: Pick<View, 'page' | 'path'>, message: string): void {
    breaches.push({ promise, message: `${page.name} at ${clock.now()} ms: the watch of ${path} ${message}.` })
  }

  /** Returns the state that something was made from, as far as it can be told. */
  function stateIn(value: unknown): State | undefined {
    if (world.versions === 'wire') return stateOf(String(fieldOf(value, 'truth')))
    const position = fieldOf(value, 'version')
    return typeof position === 'number' ? { epoch: '', position: String(position) } : undefined
  }

  function show(view: View, how: 'at first' | 'told'): void {
    if (view.page.isGone()) return
    const snapshot = view.watch.get()
    if (how === 'told') judgeTelling(view, snapshot)
    const { value, version } = snapshot
    const state = version === undefined ? undefined : stateIn(value) // S2
    if (state !== undefined) judgeOrder(view, { state, history: version?.map(({ epoch }) => epoch).join(' ') ?? '' })
    judgeDebts(view, snapshot, state)
    if (state === undefined || snapshot.behind !== false || isSame(view.noted, state)) return
    view.noted = state
    recorder.noteShown({ page: view.page.name, path: view.path, level: view.level, value, state })
  }

  function judgeTelling(view: View, snapshot: Snapshot<unknown>): void {
    if (view.isTold) breach('steady-views', view, 'told its listener twice in one turn')
    // What was read in the turn of coming may be told once more: nothing is called at once (`listen`).
    if (snapshot === view.told) breach('steady-views', view, 'told its listener of no change')
    view.told = snapshot
    view.isTold = true
    queueMicrotask(() => void (view.isTold = false))
  }

  function judgeOrder(view: View, sight: Sight): void {
    const { last, isLed } = view
    view.last = sight
    if (last === undefined) return
    if (last.history !== sight.history) {
      view.isLed = false
      if (isLed) return // S4
    }
    const [{ state: left }, { state }] = [last, sight]
    const [before, after] = [epochs.indexOf(left.epoch) ?? 0, epochs.indexOf(state.epoch) ?? 0]
    // Where histories have no names, what is shown of two of them has no order.
    const isComparable = world.versions === 'wire' || epochs.count() === 0
    const isBack = before === after ? Number(state.position) < Number(left.position) : after < before && !isNameless(world)
    if (isComparable && isBack) breach('steady-views', view, `went back from ${print(left)} to ${print(state)}`)
  }

  function judgeDebts(view: View, { status, value }: Snapshot<unknown>, state: State | undefined): void {
    if (status !== 'ready') return
    for (const [index, deed] of deeds.entries()) {
      const { page, change, kind } = deed
      if (page !== view.page || hasFailed(deed) || !isDue(deed, state)) continue // S3
      const isOfBefore = deeds.slice(index + 1).some((later) => later.page === page && page.hooks?.addedBy(later.change.act) === change.id)
      if (isOfBefore) continue // S5
      const shown = shownOf(view.path, value, { kind, change: { ...change, id: page.hooks?.idNow(change.id) ?? change.id } })
      if (shown === undefined || shown >= change.value) continue
      breach('steady-operations', view, `showed ${shown} where ${change.value} was owed, as ${change.field} of ${kind} ${change.act}`)
    }
  }

  const hasFailed = ({ callId }: Deed): boolean => failed.has(callId)

  /** Tells whether its page was told by a later answer, of an earlier position, that the history of a deed has ended. */
  function isKnownLost(deed: Deed, made: State | undefined): boolean {
    return deeds.slice(deeds.indexOf(deed) + 1).some(({ page, change }) => {
      const later = stateOf(network.acts.get(change.act)?.told ?? '')
      const isOfNext = made !== undefined && later !== undefined && later.epoch !== made.epoch
      return page === deed.page && isOfNext && Number(later.position) < Number(made.position)
    })
  }

  function isDue(deed: Deed, state: State | undefined): boolean {
    const { change, isLeft } = deed
    const answer = network.acts.get(change.act)
    if (answer === undefined) return true
    if (!answer.isOk) return false // It fails in the next step, or is sent again.
    const made = stateOf(answer.told ?? '')
    if (isNameless(world) && (isLeft || isKnownLost(deed, made))) return false
    return made !== undefined && state !== undefined && (made.epoch === state.epoch || state.epoch === '')
  }

  return {
    breaches,
    deeds,
    hasFailed,
    failureOf: ({ callId }) => failed.get(callId),

    look(page, { path, level }) {
      if (page.isGone()) return undefined
      const watch = page.client.watch(laggingApiOrigin + path, { consistency: level })
      const view: View = { page, path, level: level ?? 'session', watch, last: undefined, isLed: false, told: undefined, noted: undefined, isTold: false }
      views.add(view)
      const stop = watch.listen(() => show(view, 'told'))
      show(view, 'at first')
      return {
        watch,
        leave() {
          stop()
          views.delete(view)
        },
      }
    },

    act(page, { kind, id, tab, isKept }) {
      const { hooks } = page
      if (page.isGone() || hooks === undefined) return
      count += 1
      const letter = { mark: 'a', remark: 'b', add: 'made' }[kind]
      // What is added names nothing: else it would fail with what it names.
      const change = { id: kind === 'add' ? '' : id, field: isKept ? `kept-${letter}${tab}` : `${letter} of ${page.name}`, value: count, act: `${page.name} ${count}` }
      const invoked = history.invoke()
      const call = hooks.mutationOf(kind, isKept).mutate(change)
      const deed: Deed = { page, kind, change, isKept, callId: call.id, hasEnded: false, isSettled: false, isLeft: false }
      deeds.push(deed)
      const end = (value: unknown): void => {
        deed.hasEnded = true
        if (page.isGone()) return
        const told = network.acts.get(change.act)?.told
        const real = fieldOf(value, 'id')
        const path = `/photos/${typeof real === 'string' ? real : hooks.idNow(change.id)}`
        recorder.noteAct({ page: page.name, path, isDelete: false, invoked }, value === undefined ? undefined : told)
        if (told !== undefined && value !== undefined && !isKept) page.noteAcknowledged()
      }
      call.acknowledged.then(end, () => end(undefined))
      call.settled.then(
        () => void (deed.isSettled = true),
        () => void (deed.isSettled = true),
      )
    },

    note(page, event) {
      if (event.type === 'operation:failed') failed.set(event.id, event.cause)
      if (event.type !== 'epoch:reset') return
      for (const view of views) if (view.page.name === page) view.isLed = true
      for (const deed of deeds) if (deed.page.name === page && network.acts.has(deed.change.act)) deed.isLeft = true
    },
  }
}

/** Returns how far a view has come in what a change sets, or `undefined` where it does not show the subject. */
function shownOf(
  path: string,
  value: unknown,
  { kind, change: { id, field, value: wanted } }: Pick<Deed, 'kind' | 'change'>,
): number | undefined {
  if (path === `/photos/${id}` && kind !== 'add') return Number(fieldOf(value, field) ?? 0)
  if (path !== '/photos') return undefined
  const rows: unknown = fieldOf(value, 'items')
  if (!Array.isArray(rows)) return undefined
  if (kind === 'add') return rows.some((row: unknown) => fieldOf(row, field) === wanted) ? wanted : 0
  const row: unknown = rows.find((candidate: unknown) => fieldOf(candidate, 'id') === id)
  return row === undefined ? undefined : Number(fieldOf(row, field) ?? 0)
}

function isSame(left: State | undefined, right: State): boolean {
  return left?.epoch === right.epoch && left.position === right.position
}

function print({ epoch, position }: State): string {
  return `${epoch}:${position}`
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}
