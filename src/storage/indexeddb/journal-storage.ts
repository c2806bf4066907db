// The storage of one principal on a disk: what is known of it, and the steps in which it is read and written.
//
// X1. A commit is one readwrite transaction over all stores: look, comparison, puts (S1). Such
//     transactions follow each other across tabs, and that alone is the guard: there is no lock.
// X2. What is known of the disk (`ledger.ts`) is true of it if there is no row that is not known. Where another tab
//     has written, its rows are read first, in the same transaction.
// X3. A ledger belongs to one connection. While one is open no engine takes back what it has completed; what a
//     crash has taken back, the next connection reads.
// X4. A value that cannot be cloned stays in memory, and its floor is stored (D13).
// X5. When the disk is full, half of the values make room, once, and the batch is tried once more (D17).
// X6. The account has a generation. A clear ends it, and with it every storage that knew it: what
//     another tab had under way cannot refill what a sign-out has emptied (P2).
// X7. What has happened is known when a transaction completes, not when its requests do (lessons D11). Until then
//     nobody has the ledger with which it writes, and if it fails, nobody ever has.
// X8. As a rule nobody else has written, and a commit goes by that: it asks for all rows from the last that is known
//     on, and puts at once, without waiting for the answer (lessons D9). If it is any other than that one row, the
//     transaction is aborted, and the commit begins anew by X2. The one row tells of the account too: the numbers
//     of each begin at random.

import { isTidemarkError, SessionEndedError, StorageError } from '../../core/errors.ts'
import { decideCommit } from '../commit.ts'
import type { CommitDecision } from '../commit.ts'
import type { Batch, CommitResult, Loaded, Names, StorageContext, VersionedStorage } from '../storage.ts'
import { nameOf } from './connection.ts'
import type { Connection } from './connection.ts'
import { append, isTidy, rewrite, settle, write } from './journal.ts'
import { createLedger } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import { entriesIn, gathered } from './stored-entries.ts'
import type { Entries, EntriesReader } from './stored-entries.ts'
import { schema } from './stored-record.ts'
import type { Account } from './stored-record.ts'
import { readerIn, writerIn } from './stored-shelf.ts'
import type { ShelfReader, ShelfWriter } from './stored-shelf.ts'
import { inTransaction } from './transaction.ts'

/** What is known of the disk, and by what it can be told whether it still is. */
interface Known {
  readonly ledger: Ledger
  /** The connection over which it was learned (X3). */
  readonly database: unknown
  readonly generation: number
}

/** What a commit has come to, and what is known by it once its transaction completes. */
interface Outcome {
  readonly result: CommitResult
  readonly after: Known
}

interface Change {
  readonly database: unknown
  readonly batch: Batch
  readonly isMakingRoom: boolean
  readonly clearsBefore: number
}

/** Why a transaction was aborted that went by what was not so (X8). */
const otherwise = new StorageError('Another tab has written.')

/** Before which number the rows of a new account begin (X8). */
const firstMax = 2 ** 40

/** Opens the storage of a context's principal on a connection to its database. */
export function openJournal(
  connection: Connection,
  bytesMax: number,
  context: StorageContext,
): VersionedStorage {
  // That of the account that was found or made first, and undefined again after a clear of our own.
  let generation: number | undefined
  // What was under way when this storage was cleared itself must not refill it either, however late it runs.
  let clears = 0
  // Undefined where nothing is, and while something is being written with it (X7).
  let known: Known | undefined
  // Whether no other tab had written when that was last found out (X8).
  let isLikelyAlone = true

  /** Returns the account, and the ledger of the disk as it stands in this transaction, unless it is of another schema. */
  async function look(shelf: ShelfReader, database: unknown): Promise<readonly [account: Account | undefined, ledger?: Ledger]> {
    const before = known
    const from = before?.ledger.next ?? 1
    const [account, numbers] = await Promise.all([shelf.account(), shelf.numbers(from)])
    if (account?.schema !== schema) return [account]
    isLikelyAlone = numbers.length === 0
    const isPart =
      before !== undefined &&
      before.ledger === known?.ledger && // It may have been written with meanwhile (X7).
      before.database === database &&
      before.generation === account.generation &&
      from >= account.base
    const ledger = isPart ? before.ledger : createLedger()
    await shelf.teach(ledger, isPart || from === 1 ? numbers : await shelf.numbers(1))
    ledger.next = Math.max(ledger.next, account.base)
    known = { ledger, database, generation: account.generation }
    return [account, ledger]
  }

  /** Looks at the disk, and reads the entries of some keys. Where nothing was ever stored, `undefined` is returned. */
  async function inspect<T>(
    work: (ledger: Ledger, account: Account, entries: EntriesReader) => T | Promise<T>,
    names: Iterable<string> = [],
  ): Promise<T | undefined> {
    let isOld = false
    const attempt = (): Promise<T | undefined> =>
      connection.run((database, gone) =>
        inTransaction(database, { mode: 'readonly', gone }, async (transaction) => {
          const shelf = readerIn(transaction, context)
          const entries = entriesIn(shelf, names)
          const looking = look(shelf, database)
          entries.begin(known?.ledger)
          const [account, ledger] = await looking
          isOld = account !== undefined && ledger === undefined
          return account && ledger && work(ledger, account, entries)
        }),
      )
    const found = await attempt()
    if (!isOld) return found
    await transact(nothing) // It carries over what is of the schema before.
    return attempt()
  }

  async function load(only?: Names): Promise<Loaded> {
    const attempt = (): Promise<Loaded | undefined> =>
      inspect(({ floors, keys }, account) => {
        throwIfOther(account) // What stands there now is another session's.
        generation ??= account.generation
        return { floors: some(floors, only?.scopes), keys: some(keys, only?.keys) }
      })
    const found = await attempt()
    if (found !== undefined) return found
    // A fresh disk gets its account now, so that a clear by another tab is noticed from the start.
    await transact(nothing)
    return (await attempt()) ?? { floors: new Map(), keys: new Map() }
  }

  function readAll(names: Iterable<string>): Promise<Entries | undefined> {
    return inspect((ledger, _, entries) => entries.read(ledger), names)
  }

  async function commit(batch: Batch): Promise<CommitResult> {
    try {
      return await transact(batch)
    } catch (cause) {
      if (nameOf(cause) !== 'QuotaExceededError') throw cause
      // In a transaction of its own: engines ask for room before they know what a batch would free.
      const { evicted } = await transact(nothing, { isMakingRoom: true }) // X5
      const result = await transact(batch)
      return { ...result, evicted: [...evicted, ...result.evicted] }
    }
  }

  /** Applies a batch, and evicts what is over the bound, or half of all. */
  async function transact(batch: Batch, { isMakingRoom = false } = {}): Promise<CommitResult> {
    const clearsBefore = clears
    const attempt = (mayGuess: boolean): Promise<Outcome> =>
      connection.run((database, gone) =>
        inTransaction(database, { mode: 'readwrite', gone }, async (transaction) => {
          const shelf = { ...readerIn(transaction, context), ...writerIn(transaction, context.principal) }
          const from = mayGuess ? likely(database) : undefined
          return from === undefined
            ? change(shelf, { database, batch, isMakingRoom, clearsBefore })
            : changeAtOnce(shelf, { from, batch, clearsBefore })
        }),
      )
    const { result, after } = await attempt(!isMakingRoom).catch((cause: unknown) => {
      if (cause !== otherwise) throw cause
      return attempt(false)
    })
    generation ??= after.generation
    if (clears === clearsBefore) known ??= after
    return result
  }

  /** Returns what is known, if it is likely to be true and there is nothing to be done but to write (X8). */
  function likely(database: unknown): Known | undefined {
    if (!isLikelyAlone || known === undefined) return undefined
    if (known.database !== database || known.generation !== generation) return undefined // X3, X6
    const { ledger } = known
    return ledger.last() > 0 && !ledger.isWorn() && isTidy(ledger) ? known : undefined
  }

  /** Writes at once, and finds out in the same step whether that was right (X8). */
  async function changeAtOnce(
    shelf: ShelfReader & ShelfWriter,
    { from, batch, clearsBefore }: { readonly from: Known; readonly batch: Batch; readonly clearsBefore: number },
  ): Promise<Outcome> {
    const { ledger } = from
    const asking = shelf.isLast(ledger.last())
    const decision = decideCommit({ ...context, bytesMax }, { ...ledger, bytes: ledger.bytes() }, batch)
    const written = write(shelf, ledger, decision)
    isLikelyAlone = (await asking) && known === from
    if (!isLikelyAlone) throw otherwise
    throwIfCleared(clearsBefore)
    known = undefined // X7
    return outcomeOf(decision, settle(shelf, ledger, written), from)
  }

  /** Looks, and writes then. */
  async function change(
    shelf: ShelfReader & ShelfWriter,
    { database, batch, isMakingRoom, clearsBefore }: Change,
  ): Promise<Outcome> {
    const [account, current] = await look(shelf, database)
    throwIfOther(account)
    throwIfCleared(clearsBefore)
    known = undefined // X7
    let ledger = current ?? (await carryOver(shelf))
    if (account === undefined) ledger.next = Math.max(ledger.next, Math.ceil(Math.random() * firstMax)) // X8
    const found = account?.generation ?? Math.random()
    if (current === undefined || ledger.isWorn()) {
      ledger = await rewrite(shelf, ledger)
      shelf.putAccount({ schema, generation: found, base: ledger.next })
    }
    const bytes = ledger.bytes()
    const rule = { ...context, bytesMax: isMakingRoom ? bytes / 2 : bytesMax }
    const decision = decideCommit(rule, { ...ledger, bytes }, batch)
    const dropped = await append(shelf, ledger, decision, isMakingRoom)
    return outcomeOf(decision, dropped, { ledger, database, generation: found })
  }

  function throwIfCleared(clearsBefore: number): void {
    if (clears !== clearsBefore) throw new SessionEndedError({ reason: 'signed-out' })
  }

  function throwIfOther(account: Account | undefined): void {
    if (generation === undefined || account?.generation === generation) return
    throw new SessionEndedError({ reason: 'signed-out-elsewhere' }) // X6
  }

  async function clear(): Promise<void> {
    clears += 1
    await connection.run((database, gone) =>
      inTransaction(database, { mode: 'readwrite', gone }, async (transaction) =>
        writerIn(transaction, context.principal).clear(),
      ),
    )
    generation = undefined
    known = undefined
  }

  const read = gathered(readAll)
  return {
    load: (only) => load(only).catch(fail),
    read: (key) => read(key).catch(fail),
    commit: (batch) => commit(batch).catch(fail),
    clear: () => clear().catch(fail),
    close: connection.close,
  }
}

function outcomeOf({ result }: CommitDecision, dropped: readonly string[], after: Known): Outcome {
  return { result: { ...result, evicted: [...result.evicted, ...dropped] }, after }
}

/** Returns all that is known where the account is lost, or of the schema before. */
async function carryOver(shelf: ShelfReader): Promise<Ledger> {
  const ledger = createLedger()
  ledger.learn(0, await shelf.legacy())
  await shelf.teach(ledger, await shelf.numbers(1))
  return ledger
}

function some<T>(all: ReadonlyMap<string, T>, names: Iterable<string> | undefined): Map<string, T> {
  if (names === undefined) return new Map(all)
  return new Map([...names].flatMap((name): [string, T][] => {
    const found = all.get(name)
    return found === undefined ? [] : [[name, found]]
  }))
}

const nothing: Batch = { resets: new Map(), floors: new Map(), puts: [], used: new Map() }

function fail(cause: unknown): never {
  if (isTidemarkError(cause)) throw cause
  throw new StorageError(`IndexedDB failed: ${String(cause)}`, { cause })
}
