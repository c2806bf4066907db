// What this library throws: one class for each thing that a caller can do differently.
//
// Errors of the platform (a network failure, an abort) are not wrapped: they reach the caller of the
// wrapped fetch as they would have without it.

/** What went wrong, for programs. */
export type TidemarkErrorCode =
  | 'version-unavailable'
  | 'epoch-changed'
  | 'write-not-sent'
  | 'protocol'
  | 'storage'
  | 'options'
  | 'closed'
  | 'session-ended'
  | 'transport'
  | 'mutation'
  | 'invariant'

/** The base of every error that this library throws. */
export abstract class TidemarkError extends Error {
  abstract readonly code: TidemarkErrorCode
  /** Recognised across bundles, workers and realms, where `instanceof` is not. */
  readonly isTidemarkError: true = true
}

/** Tells whether a thrown value is ours, and of which kind. */
export function isTidemarkError(value: unknown, code?: TidemarkErrorCode): value is TidemarkError {
  if (typeof value !== 'object' || value === null || !('isTidemarkError' in value)) return false
  if (value.isTidemarkError !== true) return false
  return code === undefined || ('code' in value && value.code === code)
}

/** What a {@link VersionUnavailableError} knows. Versions are texts, as they travel. */
export interface VersionUnavailableFacts {
  readonly url: string
  readonly required: string
  /** The version of the best answer, if any answer carried one. */
  readonly offered: string | undefined
  readonly attempts: number
  readonly waitedMs: number
}

/** Thrown when no source covered the required version in time. Asking again later may succeed. */
export class VersionUnavailableError extends TidemarkError {
  override readonly name = 'VersionUnavailableError'
  override readonly code = 'version-unavailable'
  readonly facts: VersionUnavailableFacts

  constructor(facts: VersionUnavailableFacts, options?: ErrorOptions) {
    super(describeUnavailable(facts), options)
    this.facts = facts
  }
}

function describeUnavailable(facts: VersionUnavailableFacts): string {
  const { url, required, offered, attempts, waitedMs } = facts
  const answer = offered === undefined ? 'no answer carried a version' : `the best was ${offered}`
  return (
    `No source of ${url} covers ${required}: ${answer}, after ${attempts} attempts in ${waitedMs} ms. ` +
    `Ask again later, raise \`budgetMs\`, or choose \`onUnavailable: 'serve-stale'\`.`
  )
}

/** What an {@link EpochChangedError} knows. Versions are texts, as they travel. */
export interface EpochChangedFacts {
  readonly url: string
  readonly required: string
  readonly offered: string
}

/** Thrown when the history that a requirement names has ended. Asking again cannot succeed. */
export class EpochChangedError extends TidemarkError {
  override readonly name = 'EpochChangedError'
  override readonly code = 'epoch-changed'
  readonly facts: EpochChangedFacts

  constructor(facts: EpochChangedFacts, options?: ErrorOptions) {
    const { url, required, offered } = facts
    super(`${url} began a new history: ${offered} can never cover ${required}.`, options)
    this.facts = facts
  }
}

/** What a {@link WriteNotSentError} knows. */
export interface WriteNotSentFacts {
  readonly url: string
  readonly method: string
  /** The scopes whose writes are sent one after another. */
  readonly scopes: readonly string[]
  /** How many earlier writes of this page were in the way; 0 where another tab was. */
  readonly ahead: number
  readonly waitedMs: number
}

/** Thrown when a write waited too long for its turn. It was not sent: to call again is safe. */
export class WriteNotSentError extends TidemarkError {
  override readonly name = 'WriteNotSentError'
  override readonly code = 'write-not-sent'
  readonly facts: WriteNotSentFacts

  constructor(facts: WriteNotSentFacts, options?: ErrorOptions) {
    const { url, method, scopes, ahead, waitedMs } = facts
    const before = ahead === 0 ? 'those of another tab' : `${ahead} earlier of this page`
    super(
      `${method} ${url} was not sent: writes to ${scopes.join(', ')} go one after another, and ` +
        `${before} had no answer within ${waitedMs} ms. Call it again, or raise \`waitMs\`.`,
      options,
    )
    this.facts = facts
  }
}

/** What a {@link ProtocolError} knows: the part that was read, its text, and what it should be. */
export interface ProtocolFacts {
  readonly what: string
  readonly text: string
  readonly expected: string
}

/** Thrown when a text from outside is not what its grammar asks. The sender has to change. */
export class ProtocolError extends TidemarkError {
  override readonly name = 'ProtocolError'
  override readonly code = 'protocol'
  readonly facts: ProtocolFacts

  constructor(facts: ProtocolFacts, options?: ErrorOptions) {
    super(`Malformed ${facts.what}: ${quote(facts.text)}. Expected ${facts.expected}.`, options)
    this.facts = facts
  }
}

/** What an {@link OptionsError} knows. */
export interface OptionsFacts {
  /** The field, as a path such as `rules[0].match`. */
  readonly field: string
  readonly value: unknown
  readonly accepted: string
}

/** Thrown when an option is not one of those accepted. The call has to change. */
export class OptionsError extends TidemarkError {
  override readonly name = 'OptionsError'
  override readonly code = 'options'
  readonly facts: OptionsFacts

  constructor(facts: OptionsFacts, options?: ErrorOptions) {
    super(`\`${facts.field}\` is ${show(facts.value)}. Accepted: ${facts.accepted}.`, options)
    this.facts = facts
  }
}

/** Thrown inside when a storage fails. Outside it is the event `storage:degraded`, never an answer. */
export class StorageError extends TidemarkError {
  override readonly name = 'StorageError'
  override readonly code = 'storage'
}

/** Thrown when a closed client is used. Make another with `createTidemark`. */
export class ClosedError extends TidemarkError {
  override readonly name = 'ClosedError'
  override readonly code = 'closed'
}

/** Why a session has ended. */
export type SessionEnd = 'signed-out' | 'signed-out-elsewhere' | 'switched'

/** What a {@link SessionEndedError} knows. */
export interface SessionEndedFacts {
  /** `signed-out-elsewhere`: in another tab; `switched`: another principal uses this client now. */
  readonly reason: SessionEnd
}

/** Thrown to whoever waited for something of a session that has ended. A write may have happened. */
export class SessionEndedError extends TidemarkError {
  override readonly name = 'SessionEndedError'
  override readonly code = 'session-ended'
  readonly facts: SessionEndedFacts

  constructor(facts: SessionEndedFacts, options?: ErrorOptions) {
    const how = {
      'signed-out': 'its user has signed out',
      'signed-out-elsewhere': 'its user has signed out in another tab',
      switched: 'another principal uses this client now',
    }
    super(`The session has ended: ${how[facts.reason]}. What it waited for was dropped. Ask again in the next one.`, options)
    this.facts = facts
  }
}

/** What a {@link TransportError} knows. */
export interface TransportFacts {
  readonly url: string
  readonly status: number
  readonly statusText: string
  /** The text of its body, where it was read: mostly what was wrong with what was sent. */
  readonly body?: string | undefined
}

/** Why a value could not be had or sent: the server answered with a status that says so. */
export class TransportError extends TidemarkError {
  override readonly name = 'TransportError'
  override readonly code = 'transport'
  readonly facts: TransportFacts

  constructor(facts: TransportFacts, options?: ErrorOptions) {
    const { url, status, statusText } = facts
    const words = statusText === '' ? '' : ` (${statusText})`
    super(`${url} answered ${status}${words}. Expected 2xx, or 404 or 410 for what is not there.`, options)
    this.facts = facts
  }
}

/** What a {@link MutationError} knows. */
export interface MutationFacts {
  readonly id: string
  /** `creation-failed`: what it changes was never created; `ended-elsewhere`: another tab has sent it. */
  readonly reason: 'creation-failed' | 'ended-elsewhere'
}

/** Thrown when a mutation ended without an answer of its own. Call it anew, if it is still wanted. */
export class MutationError extends TidemarkError {
  override readonly name = 'MutationError'
  override readonly code = 'mutation'
  readonly facts: MutationFacts

  constructor(facts: MutationFacts, options?: ErrorOptions) {
    const why = {
      'creation-failed': 'was not sent, because what it changes was never created',
      'ended-elsewhere': 'was refused by the server, as another tab has found',
    }
    super(`The mutation ${facts.id} ${why[facts.reason]}. Call it anew, if it is still wanted.`, options)
    this.facts = facts
  }
}

/** Thrown by `invariant`: a fault of ours, never of the caller or of the world. */
export class InvariantError extends TidemarkError {
  override readonly name = 'InvariantError'
  override readonly code = 'invariant'
}

// A hostile header of a megabyte must not become a message of a megabyte.
const quotedLengthMax = 80

function quote(text: string): string {
  const isLong = text.length > quotedLengthMax
  const shown = JSON.stringify(isLong ? text.slice(0, quotedLengthMax) : text)
  return isLong ? `${shown} and ${text.length - quotedLengthMax} characters more` : shown
}

function show(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? `an array of ${value.length}` : 'an object'
}
