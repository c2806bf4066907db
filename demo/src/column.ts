// A column: one client that reads the scenes, and what became of its reads.
//
// L1. A column reads a scene once at a time: two reads of one scene that overlap could draw the older
//     answer last, and the screen would go back by the fault of this page.

import type { Level } from 'tidemark'
import { recordFetch } from 'tidemark/testing'
import type { ReadFacts } from 'tidemark/testing'
import type { Diary } from './diary.ts'
import { createLatencies } from './latencies.ts'
import type { Latencies } from './latencies.ts'
import type { Lore } from './lore.ts'
import type { Look, Scene, SceneName } from './scenes/scene.ts'

/** The names of the columns: in the ids of the page, too. */
export type ColumnName = 'plain' | 'tidemark'

/** What a read of a scene brought. */
export interface Showing {
  readonly scene: Scene
  /** What the paths of the scene answered, in their order. */
  readonly documents: readonly unknown[]
  /** Who answered each, and how far behind, as the answers say. */
  readonly servedBy: readonly (string | undefined)[]
  /** The look that it was, where it was more than a glance. */
  readonly look: Look | undefined
  /** What is to be said of how the answers came about. */
  readonly note: string | undefined
  /** Why there is nothing to show. */
  readonly failure: string | undefined
}

/** A column. */
export interface Column {
  readonly name: ColumnName
  readonly diary: Diary
  /** The client, recorded. */
  readonly fetch: typeof globalThis.fetch
  /** How long its reads took. */
  readonly latencies: Latencies
  readonly isReading: (scene: Scene) => boolean
  /** Reads a scene, after the read of it that may be under way (L1). */
  readonly read: (scene: Scene, look?: Look) => Promise<Showing>
}

/** What a column is made of. */
export interface ColumnParts {
  readonly name: ColumnName
  readonly fetch: typeof globalThis.fetch
  readonly diary: Diary
  readonly lore: Lore
  /** What goes into the history beside what can be seen. */
  readonly explain: (response: Response) => Pick<ReadFacts, 'level' | 'source'>
  /** What a request says beside its path, so that the answer keeps a level. */
  readonly initFor: (level: Level) => RequestInit
  /** What is to be said of a response. */
  readonly noteOn: (response: Response) => string | undefined
}

/** Makes a column. */
export function createColumn({ name, diary, lore, explain, initFor, noteOn, ...parts }: ColumnParts): Column {
  const session = name
  const fetch = recordFetch(parts.fetch, diary.recorder, { session, explain })
  const latencies = createLatencies()
  const underWay = new Map<SceneName, Promise<unknown>>()

  const readPath = async (
    scene: Scene,
    path: string,
    level: Level | undefined,
  ): Promise<{
    readonly document: unknown
    readonly note: string | undefined
    readonly servedBy: string | undefined
  }> => {
    const send = level === 'eventual' ? parts.fetch : fetch
    const response = await latencies.measure(() => send(path, level === undefined ? {} : initFor(level)))
    const document: unknown = await response.clone().json()
    lore.note(path, document, scene.nameRow)
    return { document, note: noteOn(response), servedBy: response.headers.get('Served-By') ?? undefined }
  }

  const readNow = async (scene: Scene, look: Look | undefined): Promise<Showing> => {
    try {
      const answers: Awaited<ReturnType<typeof readPath>>[] = []
      for (const [index, path] of scene.paths.entries()) {
        answers.push(await readPath(scene, path, look?.level ?? scene.levels?.[index]))
      }
      const documents = answers.map(({ document }) => document)
      const servedBy = answers.map((answer) => answer.servedBy)
      const note = answers.find((answer) => answer.note !== undefined)?.note
      return { scene, documents, servedBy, look, note, failure: undefined }
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error)
      return { scene, documents: [], servedBy: [], look, note: undefined, failure }
    }
  }

  return {
    name,
    diary,
    fetch,
    latencies,
    isReading: (scene) => underWay.has(scene.name),
    async read(scene, look) {
      while (underWay.has(scene.name)) await underWay.get(scene.name)
      const reading = readNow(scene, look)
      underWay.set(scene.name, reading)
      const showing = await reading
      underWay.delete(scene.name)
      return showing
    },
  }
}
