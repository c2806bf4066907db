// Which of the known vocabularies an API speaks: where its versions stand, and what they prove.
//
// Each candidate is a wire of the client itself, so what the doctor reads is what the client will read,
// and the configuration that it prints is the one that made it read so.

import { isTidemarkError } from '../core/errors.ts'
import { epochSeq } from '../core/formats/epoch-seq.ts'
import { hybridClock } from '../core/formats/hybrid-clock.ts'
import { integer } from '../core/formats/integer.ts'
import { isoTime } from '../core/formats/iso-time.ts'
import { mariadbGtid } from '../core/formats/mariadb-gtid.ts'
import { mongoTime } from '../core/formats/mongo-time.ts'
import { mysqlGtid } from '../core/formats/mysql-gtid.ts'
import { postgresLsn } from '../core/formats/postgres-lsn.ts'
import { ulid } from '../core/formats/ulid.ts'
import { uuidV7 } from '../core/formats/uuid-v7.ts'
import { versionVector } from '../core/formats/version-vector.ts'
import type { Version, VersionFormat, Versions } from '../core/version.ts'
import { atProtocol } from '../core/wire-presets/at-protocol.ts'
import { azureAppConfiguration } from '../core/wire-presets/azure-app-configuration.ts'
import { consul } from '../core/wire-presets/consul.ts'
import { contember } from '../core/wire-presets/contember.ts'
import { cosmosDb } from '../core/wire-presets/cosmos-db.ts'
import { d1 } from '../core/wire-presets/d1.ts'
import { entityTag } from '../core/wire-presets/entity-tag.ts'
import { kubernetes } from '../core/wire-presets/kubernetes.ts'
import { lastModified } from '../core/wire-presets/last-modified.ts'
import { upstash } from '../core/wire-presets/upstash.ts'
import { headerText } from '../core/wire/wire.ts'
import type { Wire } from '../core/wire/wire.ts'
import { headerVersion, jsonVersion, wireVersion } from '../transport/version-location.ts'
import { answerOf } from './observation.ts'
import type { Observation } from './observation.ts'

/** A way in which an API may tell versions. */
export interface Vocabulary {
  /** Where the version stands, as the report calls it. */
  readonly place: string
  readonly wire: Wire
  /** The header that pages must be able to read, where it stands in one. */
  readonly header: string | undefined
  /** How the positions compare. */
  readonly format: VersionFormat
  /** What an app has to say to have it read so, or `undefined` where that is nothing. */
  readonly option: Option | undefined
}

/** An option of the client. */
export interface Option {
  /** `format` and `wire` are of the whole API; `versions` is that of a rule, for its resources. */
  readonly field: 'format' | 'wire' | 'versions'
  /** Its value, as code, such as `d1()`. */
  readonly code: string
  /** What the code names, to be imported. */
  readonly imports: readonly string[]
}

/** What one answer says in a vocabulary. */
export type Reading =
  | { readonly kind: 'versions'; readonly versions: Versions }
  /** Something that only the server makes sense of. */
  | { readonly kind: 'token' }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly why: string }

function own(option: string | undefined, format: VersionFormat): Vocabulary {
  return {
    place: 'the header Data-Version',
    wire: wireVersion,
    header: 'Data-Version',
    format,
    option: option === undefined ? undefined : { field: 'format', code: option, imports: [option] },
  }
}

function preset(name: string, wire: Wire, header?: string): Vocabulary {
  return {
    place: header === undefined ? `the body, as ${name} reads it` : `the header ${header}`,
    wire,
    header,
    format: wire.format ?? epochSeq,
    option: { field: 'wire', code: `${name}()`, imports: [name] },
  }
}

function inHeader(header: string): Vocabulary {
  const code = `headerVersion('${header}')`
  return {
    place: `the header ${header}`,
    wire: headerVersion(header),
    header,
    format: integer,
    option: { field: 'versions', code, imports: ['headerVersion'] },
  }
}

function inJson(path: string): Vocabulary {
  const code = `jsonVersion('${path}')`
  return {
    place: `the JSON field ${path}`,
    wire: jsonVersion(path),
    header: undefined,
    format: integer,
    option: { field: 'versions', code, imports: ['jsonVersion'] },
  }
}

function timeInJson(path: string): Vocabulary {
  const code = `jsonVersion('${path}', isoTime)`
  return {
    ...inJson(path),
    wire: jsonVersion(path, isoTime),
    format: isoTime,
    option: { field: 'versions', code, imports: ['isoTime', 'jsonVersion'] },
  }
}

const headers = ['X-Resource-Version', 'X-Data-Version', 'X-Revision', 'X-Version']
const numbers = ['version', 'revision', 'rev', '_version', 'rowVersion', 'row_version', 'lockVersion', 'lock_version']
const times = ['updatedAt', 'updated_at', 'modifiedAt', 'modified_at']
/** What APIs wrap their documents in. */
const envelopes = ['meta', 'metadata', 'data', 'attributes']

/** Returns fields, and the same fields one level further in. */
function everywhere(fields: readonly string[]): readonly string[] {
  return [...fields, ...envelopes.flatMap((envelope) => fields.map((field) => `${envelope}.${field}`))]
}

/** Those that are looked for, the one that proves most first. */
export const vocabularies: readonly Vocabulary[] = [
  own(undefined, epochSeq),
  own('postgresLsn', postgresLsn),
  own('mysqlGtid', mysqlGtid),
  own('mariadbGtid', mariadbGtid),
  own('isoTime', isoTime),
  own('hybridClock', hybridClock),
  own('mongoTime', mongoTime),
  own('ulid', ulid),
  own('uuidV7', uuidV7),
  own('versionVector', versionVector),
  preset('d1', d1(), 'x-d1-bookmark'),
  preset('cosmosDb', cosmosDb(), 'x-ms-session-token'),
  preset('consul', consul(), 'X-Consul-Index'),
  preset('contember', contember(), 'X-Contember-Write-Ref'),
  preset('atProtocol', atProtocol(), 'Atproto-Repo-Rev'),
  preset('azureAppConfiguration', azureAppConfiguration(), 'Sync-Token'),
  preset('upstash', upstash(), 'upstash-sync-token'),
  preset('kubernetes', kubernetes()),
  ...headers.map(inHeader),
  ...everywhere(numbers).map(inJson),
  ...everywhere(times).map(timeInJson),
  preset('entityTag', entityTag(), 'ETag'),
  preset('lastModified', lastModified(), 'Last-Modified'),
]

/** Reads an answer in a vocabulary, as the client would. */
export function readIn({ wire, format, header }: Vocabulary, observation: Observation): Reading {
  const answer = answerOf(observation)
  if (wire.evidence === 'token') {
    return { kind: header !== undefined && headerText(answer, header) !== undefined ? 'token' : 'none' }
  }
  try {
    const found = wire.versionsIn({ ...answer, document: undefined })
    const versions = found === 'in-body' ? wire.versionsIn(answer) : found
    if (versions === undefined || versions === 'in-body' || versions.length === 0) return { kind: 'none' }
    // Our own wire leaves positions to the format.
    return { kind: 'versions', versions: versions.map((version) => canonical(format, version)) }
  } catch (error) {
    if (isTidemarkError(error)) return { kind: 'malformed', why: error.message }
    throw error
  }
}

function canonical(format: VersionFormat, version: Version): Version {
  return { ...version, position: format.parsePosition(version.position) }
}

/**
 * Finds the vocabulary that answers are in: one that proves an order before one that does not, one in
 * which all can be read before one in which some can. A header that is there and malformed counts as
 * much as that; a field of a body that cannot be read is no evidence, since a `version` may be that of a
 * product.
 */
export function findVocabulary(answers: readonly Observation[]): Vocabulary | undefined {
  const spoken = vocabularies.flatMap((vocabulary) => {
    const kinds = answers.map((answer) => readIn(vocabulary, answer).kind)
    const told = kinds.filter((kind) => kind === 'versions' || kind === 'token').length
    const isMalformed = kinds.includes('malformed') && vocabulary.header !== undefined
    return told === 0 && !isMalformed ? [] : [{ vocabulary, isWhole: told === answers.length }]
  })
  const strong = spoken.filter(({ vocabulary }) => vocabulary.wire.evidence === 'version')
  const candidates = strong.length > 0 ? strong : spoken
  return (candidates.find(({ isWhole }) => isWhole) ?? candidates[0])?.vocabulary
}
