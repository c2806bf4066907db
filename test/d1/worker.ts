// The example as a Worker on D1, as one would deploy it: bundled, and run by workerd.
import { createD1Versioning } from 'tidemark/server/d1'
import type { D1DatabaseLike, D1SessionLike, D1Versioning } from 'tidemark/server/d1'
import { createVersioning } from 'tidemark/server'
import { versionColumn } from 'tidemark/server/version-column'
import { answerPortable } from '../sessions/portable-photos.ts'
import type { PortableRow, PortableStore, Statement } from '../sessions/portable-photos.ts'

interface Env {
  readonly DB: D1DatabaseLike<D1SessionLike>
}

interface RowsResult {
  readonly results: readonly PortableRow[]
}

function storeOf(database: D1SessionLike): PortableStore {
  const prepared = ([text, values]: Statement): never => database.prepare(text).bind(...(values as never[])) as never
  return {
    read: async (text, values) => {
      const [result] = (await database.batch([prepared([text, values])])) as readonly RowsResult[]
      return result?.results ?? []
    },
    write: async (statements) => {
      const results = (await database.batch(statements.map(prepared))) as readonly RowsResult[]
      return results.at(-1)?.results ?? []
    },
  }
}

// By epoch, which the tests change as an operator would after a restore.
const versionings = new Map<string, D1Versioning<D1SessionLike>>()
let count = 0

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const epoch = request.headers.get('x-epoch') ?? 'one'
    const versioning = versionings.get(epoch) ?? createD1Versioning({ database: env.DB, epoch })
    versionings.set(epoch, versioning)
    const { pathname } = new URL(request.url)
    if (pathname === '/plain') return answerPlain(request)
    // Two queries, so that the answer covers less than it may show.
    if (pathname === '/twice') {
      return versioning.handle(request, async (_, { database }) => {
        for (let query = 0; query < 2; query += 1) await database.prepare('select 1').first()
        return new Response()
      })
    }
    if (pathname === '/none') return versioning.handle(request, () => new Response())
    return versioning.handle(request, (asked, { database }) => answerPortable(asked, storeOf(database)))
  },
}

/**
 * The middleware for databases of any kind, in the same runtime. It is made for each request: a Worker must not
 * wait for what another request has begun, and one object shares its looks.
 */
function answerPlain(request: Request): Promise<Response> {
  const source = versionColumn({
    async read() {
      await new Promise((resolve) => setTimeout(resolve, 1))
      return { position: count, epoch: 'w' }
    },
  })
  const general = createVersioning({ nodes: [{ name: 'db', source, database: undefined }] })
  return general.handle(request, () => {
    if (request.method === 'POST') count += 1
    return Response.json({ count })
  })
}
