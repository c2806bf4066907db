// A database that numbers its writes itself: a row that every write raises, a table of events with a
// sequence number, a revision of a document store.
//
// C1. The number has to grow in the order in which writes become visible. A sequence alone does not: of
//     two transactions the one with the higher number may commit first, and a reader who has seen it
//     would take the other for seen as well. A row that each write locks and raises does, at the price
//     that writes stand in line (lessons V21, V22).
// C2. Where the number is read together with the data, in one statement or snapshot, the answer can say
//     it itself, in `Data-Version`: exactly, and without a look afterwards.

import { ProtocolError } from '../../core/errors.ts'
import { integer } from '../../core/formats/integer.ts'
import type { VersionFormat } from '../../core/version.ts'
import type { Sample, VersionSource } from '../version-source.ts'

/** What is read of a database that numbers its writes. */
export interface ColumnReading {
  /** The number, exact: as text or `bigint` where it may exceed 2^53. */
  readonly position: string | number | bigint
  /** The incarnation of the history: another one after each restore. @default 'one' */
  readonly epoch?: string | undefined
}

/** The options of {@link versionColumn}. */
export interface VersionColumnOptions {
  /** Reads the number of the last write, such as `select position from clock`. */
  readonly read: () => Promise<ColumnReading>
  /** Whether the node takes writes, or how to find out. @default true */
  readonly isPrimary?: boolean | (() => Promise<boolean>) | undefined
  /** How positions compare. @default integer */
  readonly format?: VersionFormat | undefined
}

/**
 * Tells how far a database is that numbers its writes itself.
 *
 * @example
 * ```ts
 * import { createVersioning } from 'tidemark/server'
 * import { versionColumn } from 'tidemark/server/version-column'
 *
 * let position = 7
 * const source = versionColumn({ read: async () => ({ position, epoch: 'a' }) })
 * const versioning = createVersioning({ nodes: [{ name: 'db', source, database: undefined }] })
 *
 * const request = new Request('https://api.example.com/photos', { method: 'POST' })
 * const response = await versioning.handle(request, () => {
 *   position += 1
 *   return new Response('created', { status: 201 })
 * })
 * response.headers.get('data-version') //=> 'main;e="a";v="8"'
 * ```
 */
export function versionColumn(options: VersionColumnOptions): VersionSource {
  const { read, isPrimary = true, format = integer } = options
  return {
    format,
    async sample(): Promise<Sample> {
      const { position, epoch = 'one' } = await read()
      if (typeof position === 'number' && !Number.isSafeInteger(position)) {
        const expected = 'a whole number up to 2^53, or a text or `bigint` beyond'
        throw new ProtocolError({ what: 'version column', text: String(position), expected })
      }
      return {
        epoch,
        position: format.parsePosition(String(position)),
        isPrimary: typeof isPrimary === 'boolean' ? isPrimary : await isPrimary(),
      }
    },
  }
}
