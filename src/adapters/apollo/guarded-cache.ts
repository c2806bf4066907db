// The cache of Apollo Client, and what of an answer may be written into it.
//
// G1. The type policies of Apollo are given references, when what they refer to is written already: no `merge` can
//     refuse an entity (lessons C3). So the whole write is judged before, field by field of each entity.
// G2. Versions are of fields: two queries may bring different ones of an entity, each at a version of its own.
// G3. What an answer would write is found out by writing it into an empty cache of the same policies. How Apollo
//     normalizes is its own affair, with fragments, arguments and directives.
// G4. A field with a `merge` function is left to that: one more page may be older than the others, and replaces none.
// G5. A write without versions is the app's word: it is made, and proves nothing (I4).

import { InMemoryCache } from '@apollo/client'
import type { Cache, InMemoryCacheConfig, OperationVariables, Reference } from '@apollo/client'
import type { AnswerVersions, TaggedData } from '../../client/carried/tagged-data.ts'

const nothing: ReadonlyMap<string, unknown> = new Map()

type Fields<T> = Map<string, Map<string, T>>

/** Makes the class of caches that keep what is newer. */
export function guardedCache(tagged: TaggedData): typeof InMemoryCache {
  return class GuardedCache extends InMemoryCache {
    readonly #versions: Fields<AnswerVersions> = new Map()
    readonly #empty: InMemoryCache

    constructor(config?: InMemoryCacheConfig) {
      super(config)
      this.#empty = new InMemoryCache(config)
    }

    override write<T = unknown, V extends OperationVariables = OperationVariables>(
      options: Cache.WriteOptions<T, V>,
    ): Reference | undefined {
      const answers = tagged.of(options.result)
      if (answers === undefined) return super.write(options) // G5
      const kept = this.#judge(options, answers)
      const written = super.write({ ...options, broadcast: false })
      for (const [id, fields] of kept) {
        const restore = (value: unknown, { storeFieldName }: { storeFieldName: string }): unknown =>
          fields.has(storeFieldName) ? fields.get(storeFieldName) : value
        this.modify({ id, fields: restore, broadcast: false })
      }
      if (options.broadcast !== false) this.broadcastWatches()
      return written
    }

    override reset(...args: Parameters<InMemoryCache['reset']>): Promise<void> {
      this.#versions.clear()
      return super.reset(...args)
    }

    override restore(...args: Parameters<InMemoryCache['restore']>): this {
      this.#versions.clear()
      return super.restore(...args)
    }

    override gc(...args: Parameters<InMemoryCache['gc']>): string[] {
      const gone = super.gc(...args)
      for (const id of gone) this.#versions.delete(id)
      return gone
    }

    /** Notes the versions of what may be written, and returns what has to stay, with what it is. */
    #judge(options: object, answers: AnswerVersions): Fields<unknown> {
      const kept: Fields<unknown> = new Map()
      // Most fields were read by the same few answers.
      const verdicts = new Map<AnswerVersions | undefined, boolean>([[undefined, false]])
      const isOlder = (than: AnswerVersions | undefined): boolean => {
        const verdict = verdicts.get(than) ?? tagged.isOlder(answers, than ?? [])
        verdicts.set(than, verdict)
        return verdict
      }
      for (const [id, fields] of this.#incoming(options)) {
        const known = this.#versions.get(id) ?? new Map<string, AnswerVersions>()
        this.#versions.set(id, known)
        const behind = fields.filter((name) => isOlder(known.get(name)))
        const held = behind.length > 0 ? this.#heldOf(id) : nothing
        const older = behind.filter((name) => held.has(name))
        for (const name of fields) if (!older.includes(name)) known.set(name, answers)
        if (older.length > 0) kept.set(id, new Map(older.map((name) => [name, held.get(name)])))
      }
      return kept
    }

    /** Returns the fields of each entity that a write would set (G3), but for those that merge (G4). */
    #incoming(options: object): [id: string, fields: string[]][] {
      this.#empty.restore({})
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- They are those of a write.
      this.#empty.write(options as Cache.WriteOptions)
      const isMerged = (typename = '', storeFieldName: string): boolean => {
        const [name = ''] = /^\w+/.exec(storeFieldName) ?? []
        const field = this.config.typePolicies?.[typename]?.fields?.[name]
        const isSwitch = typeof field === 'object' && typeof field.merge === 'boolean'
        return !isSwitch && this.policies.getMergeFunction(typename, name, undefined) !== undefined
      }
      return Object.entries(this.#empty.extract())
        .filter(([id]) => id !== '__META' && id !== 'ROOT_MUTATION' && id !== 'ROOT_SUBSCRIPTION')
        .map(([id, entity]) => [
          id,
          Object.keys(entity ?? {}).filter((name) => name !== '__typename' && !isMerged(entity?.['__typename'], name)),
        ])
    }

    /** Returns the fields of an entity as they are stored: references as references. */
    #heldOf(id: string): Map<string, unknown> {
      const held = new Map<string, unknown>()
      const note = (value: unknown, { storeFieldName }: { storeFieldName: string }): unknown => {
        held.set(storeFieldName, value)
        return value
      }
      this.modify({ id, fields: note, broadcast: false })
      return held
    }
  }
}
