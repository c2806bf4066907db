// Where input from outside enters, each place with a few good inputs to begin with.

import * as tidemark from '../../src/index.ts'
import type { VersionFormat } from '../../src/index.ts'
import { fingerprint } from '../../src/core/fingerprint.ts'
import { parseDependencies } from '../../src/core/wire/dependency.ts'
import { parseReadConsistency, parseServedBy, parseVersionList, readProblem } from '../../src/core/wire/protocol.ts'
import { parseSessionToken, printSessionToken } from '../../src/core/wire/session-token.ts'
import { floorMirror } from '../../src/storage/floor-mirror.ts'
import { decodeAccount, decodeBox, decodeFloors, decodeFormerKey, decodePack, decodeRow } from '../../src/storage/indexeddb/stored-record.ts'
import { parseHistory } from '../../src/testing/history/parse-history.ts'
import { parseRepresentation, responseFrom } from '../../src/transport/representation.ts'

/** A place where input enters. */
export type Target = { readonly name: string; readonly kind: 'header' | 'body' | 'record' | 'message' | 'token' } & (
  | { readonly of: 'text'; readonly good: readonly string[]; readonly take: (text: string) => unknown }
  | { readonly of: 'value'; readonly good: readonly unknown[]; readonly take: (value: unknown) => unknown }
)

const origin = 'https://api.test'
const formatOf = (): VersionFormat => tidemark.epochSeq
const version = { scope: 'main', epoch: '7f3a', position: '42' }
const held = { kind: 'value', versions: [version], validatedAt: 1, bytes: 10, usedAt: 2 }

const positions: readonly (readonly [VersionFormat, readonly string[]])[] = [
  [tidemark.cosmosSession, ['0:1#100#1=20#2=5#3=30', '0:-1#12']],
  [tidemark.d1Bookmark, ['00000001-00000002-00004c1b-96a8b8f8b8f8b8f8b8f8b8f8b8f8b8f8']],
  [tidemark.epochSeq, ['7f3a:42', 'a:b:1']],
  [tidemark.etag, ['"abc"', 'W/"abc"']],
  [tidemark.hybridClock, ['1693526400123-0003-n7']],
  [tidemark.integer, ['0', '42', '18446744073709551615']],
  [tidemark.isoTime, ['2026-11-30T02:00:00.000Z', '2026-11-30T02:00:00.123456+02:00']],
  [tidemark.kubernetesResourceVersion, ['12345']],
  [tidemark.litefsPosition, ['0000000000000027/bd09c3d4b3a8a2d7']],
  [tidemark.mariadbGtid, ['0-1-100', '0-1-100,1-2-7']],
  [tidemark.mongoTime, ['1693526400:3']],
  [tidemark.mysqlGtid, ['3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:11-18']],
  [tidemark.opaqueSet, ['["FB:kcwQ"]', '["a","b"]']],
  [tidemark.pgSnapshot, ['100:110:100,105']],
  [tidemark.postgresLsn, ['0/174D808', '16/B374D848']],
  [tidemark.syncToken, ['jtqGc1I4=MDoyOA==;sn=28']],
  [tidemark.ulid, ['01ARZ3NDEKTSV4RRFFQ69G5FAV']],
  [tidemark.uuidV7, ['018f2d4e-7b1a-7c3d-8e4f-0123456789ab']],
  [tidemark.versionVector, ['{"a":3,"b":5}']],
]

let hear: (message: unknown) => void = () => undefined

const openClient = (): tidemark.Tidemark => tidemark.createTidemark({
  origins: [origin],
  rules: [{ match: '/photos/:id', scope: 'photos' }],
  principal: 'ada',
  storage: tidemark.memoryStorage(),
  mirror: false,
  memoryBytesMax: 2_000_000,
  tabs: tidemark.tabChannel({
    open(_name, onMessage) {
      hear = onMessage
      return { send: () => undefined, close: () => undefined }
    },
  }),
  fetch: () => Promise.reject(new TypeError('There is no network.')),
})
let client = openClient()
let uses = 0

/** Floors are kept as long as a page lives, whatever they are. So a page lives for a while, and another comes. */
function page(): tidemark.Tidemark {
  uses += 1
  if (uses % 10_000 !== 0) return client
  client.close()
  client = openClient()
  return client
}

let mirrored = ''
const mirror = floorMirror({
  storage: { getItem: () => mirrored, setItem: () => undefined, removeItem: () => undefined },
  name: 'fuzz',
  principal: 'ada',
  formatOf,
})

const token = printSessionToken({ principal: fingerprint('ada'), floors: new Map([['main@https://api.test', { read: version, write: version }]]) })

const dehydrated = {
  tidemark: 1,
  principal: fingerprint('ada'),
  entries: [
    { key: `${origin}/photos`, versions: [{ ...version, scope: `main@${origin}` }], validatedAt: 1, isDurable: true, url: `${origin}/photos`, type: 'application/json', text: '{"items":[]}' },
    { key: `${origin}/photos/1`, versions: [{ ...version, scope: `main@${origin}` }], validatedAt: 1, isDurable: false },
  ],
}

const representation = {
  url: `${origin}/photos`,
  type: 'basic',
  redirected: false,
  status: 200,
  statusText: 'OK',
  headers: [['content-type', 'application/json']],
  body: new ArrayBuffer(4),
  selection: '',
}

const history = JSON.stringify({
  format: 'tidemark-history/1',
  operations: [
    { kind: 'read', id: 1, session: 's', invoked: { step: 1, atMs: 1 }, completed: { step: 2, atMs: 2 }, scope: 'main', key: '/photos/1', epoch: 'e', asOf: '3', seen: { kind: 'value', position: '3' } },
  ],
})

/** The places. The text of a header has as many targets as there are headers, and each format is one. */
export const targets: readonly Target[] = [
  { name: 'Data-Version', kind: 'header', of: 'text', good: ['main;e="7f3a";v="45"', 'a;v="1", b;e="2";v="3"'], take: (text) => parseVersionList('Data-Version', text) },
  { name: 'Read-Consistency', kind: 'header', of: 'text', good: ['session;wait=120', 'strong'], take: parseReadConsistency },
  { name: 'Served-By', kind: 'header', of: 'text', good: ['replica-2;lag=120', 'db-1;primary'], take: parseServedBy },
  { name: 'Data-Depends', kind: 'header', of: 'text', good: ['"/questions/7";s=shard-2;e="7f3a";v="41", shard-3;e="9c";v="8"'], take: parseDependencies },
  ...positions.map(([format, good]): Target => ({
    name: `position of ${format.name}`,
    kind: 'header',
    of: 'text',
    good,
    take(text) {
      const point = format.parse(text)
      const same = { scope: 'main', ...point }
      return [format.print(point), format.comparePositions(same.position, same.position)]
    },
  })),
  { name: 'problem', kind: 'body', of: 'value', good: [{ type: 'urn:tidemark:problem:behind', want: 'main;v="2"', have: 'main;v="1"', lag: 10 }], take: readProblem },
  { name: 'history', kind: 'body', of: 'text', good: [history], take: parseHistory },
  { name: 'stored account', kind: 'record', of: 'value', good: [{ schema: 2, generation: 0.5, base: 2 }, { schema: 1, generation: 0.5, bytes: 10 }], take: decodeAccount },
  { name: 'stored floors', kind: 'record', of: 'value', good: [{ read: version, write: version }, { read: version }], take: (value) => decodeFloors(formatOf, 'main', value) },
  { name: 'key of schema 1', kind: 'record', of: 'value', good: [{ floor: [version], held }, { floor: [version], held: { ...held, kind: 'tombstone', isAfter: true } }], take: (value) => decodeFormerKey(formatOf, 'photo', value) },
  {
    name: 'stored row',
    kind: 'record',
    of: 'value',
    good: [{ floors: [['main', { read: version }]], keys: [['photo', ['main', 'a', '5'], 0, 1, 100, 2, 3, 50], ['gone']] }],
    take: (value) => decodeRow(formatOf, value, () => undefined),
  },
  { name: 'stored pack', kind: 'record', of: 'value', good: [[['photo', representation], ['nothing', undefined]]], take: (value) => decodePack(value, () => undefined) },
  { name: 'stored box', kind: 'record', of: 'value', good: [[representation]], take: decodeBox },
  { name: 'stored answer', kind: 'record', of: 'value', good: [representation, { ...representation, status: 404, headers: [] }], take: (value) => responseFrom(parseRepresentation(value)) },
  {
    name: 'floor mirror',
    kind: 'record',
    of: 'text',
    good: ['[1,["w","main","7f3a","42"],["r","main","7f3a","45"]]', '[0]'],
    take(text) {
      mirrored = text
      return mirror.read()
    },
  },
  { name: 'session token', kind: 'token', of: 'text', good: [token], take: (text) => parseSessionToken(formatOf, text) },
  { name: 'adopted token', kind: 'token', of: 'text', good: [token], take: (text) => page().session.adopt(text) },
  { name: 'dehydrated state', kind: 'message', of: 'value', good: [dehydrated], take: (value) => page().hydrate(value) },
  {
    name: 'hint of a tab',
    kind: 'message',
    of: 'value',
    good: [{ tidemark: 1, floors: [version], keys: [[`${origin}/photos/1`, [version]]] }, { tidemark: 1, signedOut: true }],
    take(value) {
      page()
      hear(value)
    },
  },
  { name: 'pushed value', kind: 'message', of: 'text', good: ['7f3a:42'], take: (text) => page().session.admit(`${origin}/photos/2`, { id: 2 }, text) },
  { name: 'expected version', kind: 'message', of: 'text', good: ['7f3a:42'], take: (text) => page().session.expect(`${origin}/photos/2`, text) },
]
