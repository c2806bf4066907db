// An IndexedDB that fails as engines do, by seed, for one tab. What is below it is shared by all tabs.
//
// U1. What becomes of an operation is drawn when it begins. In the order of the lessons it is after: it throws at
//     once (D7), fails to open (D2), never opens and fires no event (D4), loses its connection (D1), ends without a
//     reason (D11), finds the disk full (D17), is told late, is told as failed although it has happened, never
//     ends, or never ends and holds up all other tabs, as a frozen one does (D23).
// U2. What a tab does not hear of, has happened or has not: a fault never invents an order of events that an engine
//     could not show.
// U3. `isBusy` tells whether the engine is at work. What is late or hangs is not, nor what waits for that: time
//     goes on meanwhile.

/* oxlint-disable no-underscore-dangle -- `fake-indexeddb` names its own parts so, and some of them stand in the way. */

import { forceCloseDatabase } from 'fake-indexeddb'
import type { Random } from '../../src/testing/determinism/random.ts'

/** What may become of an operation. */
export type Trouble = (typeof openTroubles)[number] | (typeof workTroubles)[number]

const openTroubles = ['open throws', 'open fails', 'open hangs', 'open is late'] as const
const workTroubles = [
  'transaction throws',
  'closed by force',
  'fails',
  'disk full',
  'ends without a reason',
  'told as failed',
  'told late',
  'hangs',
  'starts late',
  'holds up all',
] as const

/** All that may happen, by name. */
export const troubleNames: readonly Trouble[] = [...openTroubles, ...workTroubles]

/** What the engine below all tabs has to do (U3). */
export interface Engine {
  running: number
  waiting: number
  /** Transactions that hold up what comes after them, for a while or for ever. */
  holding: number
}

/** Makes an engine that is at rest. */
export const engineAtRest = (): Engine => ({ running: 0, waiting: 0, holding: 0 })

/** Tells whether an engine is at work. */
export const isBusy = ({ running, waiting, holding }: Engine): boolean =>
  running > 0 || (waiting > 0 && holding === 0)

/** Where a tab's troubles come from. */
export interface TroubleOptions {
  readonly engine: Engine
  readonly random: Random
  /** Of a hundred operations, so many meet trouble. */
  readonly ofHundred: number
  readonly setTimer: (callback: () => void, delayMs: number) => () => void
  readonly onTrouble: (trouble: Trouble) => void
  /** Ends all trouble, for the time after the play. */
  readonly isCalm: () => boolean
}

/** The unreliable database of one tab. */
export interface UnreliableIndexedDB {
  readonly factory: IDBFactory
  /** Ends what the tab has under way, as when its page goes. */
  readonly leave: () => void
}

/** An event target whose events can be held back, as those of `fake-indexeddb` can. */
interface Told {
  dispatchEvent: (event: Event) => boolean
}

/** A transaction of `fake-indexeddb`. */
interface Started {
  _start: () => void
  _started: boolean
  _state: string
}

/** Wraps a factory of `fake-indexeddb`. */
export function unreliableIndexedDB(below: IDBFactory, options: TroubleOptions): UnreliableIndexedDB {
  const { engine, random, ofHundred, setTimer, onTrouble, isCalm } = options
  const databases = new Set<IDBDatabase>()
  let isGone = false

  function draw<T extends Trouble>(troubles: readonly T[]): T | undefined {
    const happens = random.next() * 100 < ofHundred
    const drawn = troubles[random.below(troubles.length)]
    if (!happens || isCalm() || drawn === undefined) return undefined
    onTrouble(drawn)
    return drawn
  }

  /** Lets `change` stand between the end of an operation and who is told of it. */
  function tell(
    target: EventTarget,
    ends: readonly string[],
    change: (event: Event, pass: () => boolean) => boolean,
  ): void {
    const told = target as unknown as Told
    const dispatch = told.dispatchEvent.bind(target)
    told.dispatchEvent = (event) =>
      ends.includes(event.type) ? change(event, () => dispatch(event)) : dispatch(event)
  }

  const later = (act: () => void): void => void setTimer(act, random.next() * 1500)

  function open(name: string, version?: number): IDBOpenDBRequest {
    if (isGone) throw new DOMException('The page is gone.', 'InvalidStateError')
    const trouble = draw(openTroubles)
    if (trouble === 'open throws') throw new DOMException('The operation is insecure.', 'SecurityError')
    const request = below.open(name, version)
    engine.running += 1
    tell(request, ['success', 'error'], (event, pass) => {
      engine.running -= 1
      // Who never hears of it holds it open all the same, until the page goes.
      if (event.type === 'success') databases.add(request.result)
      if (isGone) close()
      switch (trouble) {
        case 'open hangs':
          return true
        case 'open is late':
          later(pass)
          return true
        case 'open fails':
          if (event.type === 'error') return pass()
          request.result.close()
          failWith(request, new DOMException('Internal error opening backing store.', 'UnknownError'))
          retype(event, 'error')
          return pass()
        case undefined:
          return pass()
      }
    })
    request.addEventListener('success', () => watch(request.result))
    return request
  }

  function watch(database: IDBDatabase): void {
    const begin = database.transaction.bind(database)
    database.transaction = (...asked: Parameters<typeof begin>) => {
      const trouble = draw(workTroubles)
      if (trouble === 'transaction throws') {
        throw new DOMException('The database connection is closing.', 'InvalidStateError')
      }
      const transaction = begin(...asked)
      bring(transaction, trouble)
      return transaction
    }
  }

  function bring(transaction: IDBTransaction, trouble: (typeof workTroubles)[number] | undefined): void {
    const started = transaction as unknown as Started
    const begin = started._start.bind(transaction)
    let state: keyof Engine | undefined
    const enter = (next: keyof Engine | undefined): void => {
      if (state !== undefined) engine[state] -= 1
      if (next !== undefined) engine[next] += 1
      state = next
    }
    enter('waiting')
    started._start = () => {
      if (state === 'waiting') enter('running')
      begin()
    }
    tell(transaction, ['complete', 'abort'], (event, pass) => {
      enter(undefined)
      if (trouble === 'told late') {
        later(pass)
        return true
      }
      if (trouble === 'told as failed' && event.type === 'complete') {
        failWith(transaction, new DOMException('Connection to Indexed Database server lost.', 'UnknownError'))
        retype(event, 'abort')
      }
      return pass()
    })
    switch (trouble) {
      case 'hangs':
        // It is lost on the way: never begun, and it holds up nobody.
        started._start = () => {
          enter(undefined)
          started._state = 'finished'
          beginNext(transaction)
        }
        return
      case 'holds up all':
        started._start = () => {
          enter('holding')
          started._started = true
        }
        return
      case 'starts late':
        started._start = () => {
          if (state !== 'waiting') return
          enter('holding')
          later(() => {
            if (state !== 'holding') return
            enter('running')
            begin()
          })
        }
        return
      case 'closed by force':
        return abortAt(transaction, 'by force')
      case 'fails':
        return abortAt(transaction, new DOMException('An internal error was encountered.', 'UnknownError'))
      case 'disk full':
        return abortAt(transaction, new DOMException('The quota has been exceeded.', 'QuotaExceededError'))
      case 'ends without a reason':
        return abortAt(transaction, null)
      default:
    }
  }

  /** Aborts a transaction after one of its requests, with that error, or with its whole connection. */
  function abortAt(transaction: IDBTransaction, error: DOMException | 'by force' | null): void {
    const find = transaction.objectStore.bind(transaction)
    let left = 1 + random.below(6)
    const count = <T>(request: IDBRequest<T>): IDBRequest<T> => {
      left -= 1
      if (left !== 0) return request
      request.addEventListener('success', () => {
        if (error === 'by force') return closeByForce(transaction.db)
        failWith(transaction, error)
        transaction.abort()
      })
      return request
    }
    transaction.objectStore = (name) => {
      const store = find(name)
      for (const method of ['get', 'getAll', 'getAllKeys', 'put', 'delete'] as const) {
        const call = store[method].bind(store) as (...parameters: unknown[]) => IDBRequest<unknown>
        Reflect.set(store, method, (...parameters: unknown[]) => count(call(...parameters)))
      }
      return store
    }
  }

  function close(): void {
    for (const database of databases) closeByForce(database)
  }

  const factory = new Proxy(below, {
    get: (target, property) => (property === 'open' ? open : (Reflect.get(target, property) as unknown)),
  })
  return {
    factory,
    leave() {
      isGone = true
      close()
    },
  }
}

/** Lets the engine look for what it can do next: nothing has ended, as far as it can tell. */
function beginNext(transaction: IDBTransaction): void {
  const { _rawDatabase } = transaction.db as unknown as { _rawDatabase: { processTransactions: () => void } }
  _rawDatabase.processTransactions()
}

/** Its type says that it takes a class of databases. */
const closeByForce = forceCloseDatabase as unknown as (database: IDBDatabase) => void

function failWith(target: object, error: DOMException | null): void {
  Object.defineProperty(target, 'error', { value: error, writable: true, configurable: true })
}

function retype(event: Event, type: string): void {
  Object.defineProperty(event, 'type', { value: type, configurable: true })
}
