// The example API: photos, a counter and conversations, on PostgreSQL.
//
//   GET, POST     /photos                          { items: [{ id, title, version }] }, newest first
//   GET, PATCH, DELETE  /photos/7
//   GET           /counters/likes                  { name, value, version }
//   POST          /counters/likes/increment
//   GET, POST     /conversations/guests/messages   { items: [{ id, text, replyTo, version }] }
//
// It is a handler like any other: it reads from the database that it is given, and knows nothing of
// floors. Each read is one statement, so that all of it is of one snapshot.

import type { Pool, PoolClient } from 'pg'

/** What the example answers, before it becomes a `Response`. */
interface Found {
  readonly status: number
  readonly body: unknown
  readonly moment: Moment
  readonly location?: string
}

interface Moment {
  readonly history: string
  readonly number: string
}

const momentHeader = 'Example-Moment'

/** The response headers of the example that pages of other origins may read. */
export const exampleHeaders: readonly string[] = [momentHeader]

/** Answers a request from a database. */
export async function answerPhotos(request: Request, database: Pool): Promise<Response> {
  const { pathname } = new URL(request.url)
  const route = routes.find(({ method, path }) => method === request.method && path.test(pathname))
  if (route === undefined) return Response.json({ title: `There is no ${pathname}` }, { status: 404 })
  const [, ...names] = route.path.exec(pathname) ?? []
  const given = await fieldsOf(request)
  const found = await route.answer(database, names.map(decodeURIComponent), given)
  const { history, number } = found.moment
  const headers = new Headers({ [momentHeader]: `main;e="${history}";v="${number}"` })
  if (found.location !== undefined) headers.set('Location', found.location)
  if (found.status === 204) return new Response(null, { status: 204, headers })
  return Response.json(found.body, { status: found.status, headers })
}

type Fields = Readonly<Record<string, unknown>>
type Answer = (database: Pool, names: readonly string[], given: Fields) => Promise<Found>

const photoColumns = `jsonb_build_object('id', id::text, 'title', title, 'version', version)`
const counterColumns = `jsonb_build_object('name', name, 'value', value, 'version', version)`
const messageColumns = `jsonb_strip_nulls(jsonb_build_object(
  'id', id::text, 'text', text, 'replyTo', reply_to, 'version', version))`

const routes: readonly { method: string; path: RegExp; answer: Answer }[] = [
  {
    method: 'GET',
    path: /^\/photos$/,
    answer: (database) => readList(database, `select ${photoColumns} as row, -id as place from photo`, []),
  },
  {
    method: 'GET',
    path: /^\/photos\/(\d{1,18})$/,
    answer: (database, names) =>
      readOne(database, `select ${photoColumns} from photo where id = $1`, names),
  },
  {
    method: 'POST',
    path: /^\/photos$/,
    answer: (database, _, { title }) =>
      write(database, 201, `insert into photo (title, version) values ($2, $1) returning ${photoColumns}`, [
        textOf(title, 'Untitled'),
      ]),
  },
  {
    method: 'PATCH',
    path: /^\/photos\/(\d{1,18})$/,
    answer: (database, [id], { title }) =>
      write(
        database,
        200,
        `update photo set title = $3, version = $1 where id = $2 returning ${photoColumns}`,
        [id, textOf(title, 'Untitled')],
      ),
  },
  {
    method: 'DELETE',
    path: /^\/photos\/(\d{1,18})$/,
    answer: (database, [id]) =>
      write(database, 204, `delete from photo where id = $2 and $1 > 0 returning ${photoColumns}`, [id]),
  },
  {
    method: 'GET',
    path: /^\/counters\/([\w-]{1,64})$/,
    answer: async (database, names) => {
      const found = await readOne(database, `select ${counterColumns} from counter where name = $1`, names)
      const unwritten = { name: names[0], value: 0, version: 0 }
      return found.status === 404 ? { ...found, status: 200, body: unwritten } : found
    },
  },
  {
    method: 'POST',
    path: /^\/counters\/([\w-]{1,64})\/increment$/,
    answer: async (database, [name]) => ({
      ...(await write(
        database,
        200,
        `insert into counter (name, value, version) values ($2, 1, $1) on conflict (name)
          do update set value = counter.value + 1, version = $1 returning ${counterColumns}`,
        [name],
      )),
      location: `/counters/${name}`,
    }),
  },
  {
    method: 'GET',
    path: /^\/conversations\/([\w-]{1,64})\/messages$/,
    answer: (database, names) =>
      readList(
        database,
        `select ${messageColumns} as row, id as place from message where conversation = $1`,
        names,
      ),
  },
  {
    method: 'POST',
    path: /^\/conversations\/([\w-]{1,64})\/messages$/,
    answer: (database, [conversation], { text, replyTo }) =>
      write(
        database,
        201,
        `insert into message (conversation, text, reply_to, version) values ($2, $3, $4, $1)
          returning ${messageColumns}`,
        [conversation, textOf(text, ''), typeof replyTo === 'string' ? replyTo : null],
      ),
  },
]

// --- Reads, in one statement ---------------------------------------------------------------------

const moment = `(select jsonb_build_object('history', history, 'number', number::text) from moment)`

async function readList(database: Pool, rows: string, values: readonly unknown[]): Promise<Found> {
  const items = `(select coalesce(jsonb_agg(row order by place), '[]') from (${rows} order by place limit 1000) as rows)`
  const result = await database.query(`select ${moment} as moment, ${items} as items`, [...values])
  const [row] = result.rows
  return { status: 200, body: { items: row.items }, moment: row.moment }
}

async function readOne(database: Pool, text: string, values: readonly unknown[]): Promise<Found> {
  const result = await database.query(`select ${moment} as moment, (${text}) as found`, [...values])
  const [row] = result.rows
  if (row.found === null) return { status: 404, body: { title: 'Not found' }, moment: row.moment }
  return { status: 200, body: row.found, moment: row.moment }
}

// --- Writes, in a transaction that numbers itself ------------------------------------------------

async function write(
  database: Pool,
  status: number,
  text: string,
  values: readonly unknown[],
): Promise<Found> {
  const client = await database.connect()
  client.on('error', ignore) // A server that dies says so to the query that is under way.
  let broken: Error | undefined
  try {
    return await writeWith(client, { status, text, values })
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.off('error', ignore)
    client.release(broken) // What broke in the midst of a transaction is not used again.
  }
}

async function writeWith(
  client: PoolClient,
  { status, text, values }: { status: number; text: string; values: readonly unknown[] },
): Promise<Found> {
  await client.query('begin')
  // Taken first and held to the end: so the order of the numbers is that of the commits.
  const ticked = await client.query(
    `update moment set number = number + 1 returning history, number::text as number`,
  )
  const now: Moment = ticked.rows[0]
  const { rows } = await client.query(text, [now.number, ...values])
  const found: unknown = Object.values(rows[0] ?? {})[0]
  await client.query('commit')
  if (found === undefined) return { status: 404, body: { title: 'Not found' }, moment: now }
  return { status, body: found, moment: now }
}

async function fieldsOf(request: Request): Promise<Fields> {
  if (request.method === 'GET' || request.method === 'DELETE') return {}
  const text = await request.text()
  if (text.length > 10_000) return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value.slice(0, 1000) : otherwise
}

function ignore(): void {}
