// The state of a mutation, for its button and its toast: that of the newest call.

import type { SetTimer } from '../../client/waits/clock.ts'
import { createReadable } from '../readables/readable-source.ts'
import type { Readable } from '../readables/readable.ts'

/** What can be said of a mutation at one moment. Frozen; another moment is another object. */
export interface MutationState<Variables, Value> {
  /**
   * How far the newest call has come: `idle`, there is none; `pending`, it is seen and has no answer yet;
   * `acknowledged`, the server has taken it; `settled`, reads have shown it, or nobody can tell; `error`.
   */
  readonly status: 'idle' | 'pending' | 'acknowledged' | 'settled' | 'error'
  readonly variables: Variables | undefined
  /** What the answer of the newest call was parsed to. */
  readonly value: Value | undefined
  readonly error: unknown
  /** How many calls have no answer yet. */
  readonly underWay: number
}

/** The state, and what changes it. What is told of any but the newest call counts, and shows nothing. */
export interface MutationStates<Variables, Value> {
  readonly readable: Readable<MutationState<Variables, Value>>
  /** `earlier` are the calls before one that another page has left: what this page has called since is newer. */
  readonly begin: (id: string, variables: Variables, earlier?: readonly string[]) => void
  readonly acknowledge: (id: string, value: Value) => void
  readonly settle: (id: string) => void
  readonly fail: (id: string, error: unknown) => void
  readonly reset: () => void
  /** Forgets all calls, with the session. */
  readonly forget: () => void
}

/** Makes the state of a mutation. */
export function createMutationState<Variables, Value>(
  setTimer: SetTimer,
): MutationStates<Variables, Value> {
  type State = MutationState<Variables, Value>
  const idle: State = Object.freeze({
    status: 'idle',
    variables: undefined,
    value: undefined,
    error: undefined,
    underWay: 0,
  })
  const unanswered = new Set<string>()
  let newest: string | undefined
  let state = idle
  const listeners = new Set<() => void>()

  function change(next: Partial<State>): void {
    state = Object.freeze({ ...state, ...next, underWay: unanswered.size })
    for (const listener of listeners) listener()
  }

  function advance(id: string, next: Partial<State>): void {
    change(id === newest ? next : {})
  }

  function reset(): void {
    newest = undefined
    change(idle)
  }

  return {
    readable: createReadable<State>({
      get: () => state,
      getServer: () => idle,
      start(onChange) {
        listeners.add(onChange)
        return () => void listeners.delete(onChange)
      },
      setTimer,
    }),
    begin(id, variables, earlier) {
      unanswered.add(id)
      if (newest !== undefined && earlier?.includes(newest) === false) return change({})
      newest = id
      change({ ...idle, status: 'pending', variables })
    },
    acknowledge(id, value) {
      unanswered.delete(id)
      advance(id, { status: 'acknowledged', value })
    },
    settle: (id) => advance(id, state.status === 'acknowledged' ? { status: 'settled' } : {}),
    fail(id, error) {
      unanswered.delete(id)
      advance(id, { status: 'error', error })
    },
    reset,
    forget() {
      unanswered.clear()
      reset()
    },
  }
}
