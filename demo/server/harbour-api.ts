// The API of the demo's page, on PostgreSQL: collections of whatever rows the page keeps.
//
//   GET, POST            /photos, /posts, …               { items: [...] }, the newest first
//   GET, PATCH, DELETE   /photos/7
//   GET                  /counters/likes                  { name, value, version }
//   POST                 /counters/likes/increment        { by }
//   GET, POST            /conversations/guests/messages   { items: [...] }, the oldest first
//
// Each read is one statement, and says the moment that this very statement has seen. So an answer here is
// exact, and the positions that the page draws are as small as those of the simulated API.

import type { Pool } from 'pg'

/** SQL that makes the one table of rows. `moment` is made by `photo-schema.ts`. */
export const harbourSchema = `
  create table if not exists harbour (
    collection text not null,
    id text not null,
    fields jsonb not null,
    version bigint not null,
    place bigint generated always as identity,
    primary key (collection, id)
  );
`

/** What there is before anyone comes, as the simulated API takes it. */
export interface Initial {
  readonly items?: Readonly<Record<string, readonly Fields[]>>
  readonly counters?: Readonly<Record<string, number>>
  readonly conversations?: Readonly<Record<string, readonly Fields[]>>
}

type Fields = Readonly<Record<string, unknown>>

interface Row {
  readonly id: string | null
  readonly fields: Fields
  readonly version: string | null
  readonly history: string
  readonly number: string
}

interface Place {
  readonly collection: string
  readonly id: string | undefined
  readonly order: 'asc' | 'desc'
}

/** Answers a request from a database. */
export async function answerHarbour(request: Request, database: Pool): Promise<Response> {
  const { pathname } = new URL(request.url)
  const { method } = request
  const isIncrement = method === 'POST' && pathname.endsWith('/increment')
  const place = placeOf(isIncrement ? pathname.slice(0, -'/increment'.length) : pathname)
  if (place === undefined) return Response.json({ title: `There is no ${pathname}` }, { status: 404 })
  const { collection, id } = place
  if (method === 'GET') return answerRead(await readRows(database, place), place)
  const given = method === 'DELETE' ? {} : await fieldsOf(request)
  if (isIncrement) {
    const by = typeof given['by'] === 'number' ? given['by'] : 1
    const text = `insert into harbour (collection, id, fields, version) values ($2, $3, jsonb_build_object('value', $4::int), $1::bigint)
      on conflict (collection, id) do update set version = $1::bigint,
        fields = jsonb_build_object('value', (harbour.fields->>'value')::int + $4::int)`
    return answerWritten(await write(database, text, [collection, id, by]), place, 200)
  }
  if (method === 'POST') {
    const text = `insert into harbour (collection, id, fields, version) 
      values ($2, coalesce($3::text, $1::bigint::text), $4::jsonb, $1::bigint)`
    const made = await write(database, text, [collection, given['id'], JSON.stringify(given)])
    return answerWritten(made, { ...place, id: made.id ?? undefined }, 201)
  }
  if (method === 'PATCH') {
    const text = `update harbour set fields = fields || $4::jsonb, version = $1::bigint where collection = $2 and id = $3`
    return answerWritten(await write(database, text, [collection, id, JSON.stringify(given)]), place, 200)
  }
  const text = 'delete from harbour where collection = $2 and id = $3 and $1::bigint > 0'
  return answerWritten(await write(database, text, [collection, id]), place, 204)
}

/** Puts what there is before anyone comes in the place of all rows, in one write. */
export async function resetHarbour(database: Pool, initial: Initial): Promise<void> {
  const rows = [
    ...Object.entries(initial.items ?? {}).flatMap(([name, list]) => numbered(name, list)),
    ...Object.entries(initial.conversations ?? {}).flatMap(([name, list]) => numbered(`conversations/${name}`, list)),
    ...Object.entries(initial.counters ?? {}).map(([name, value]) => ['counters', name, { value }] as const),
  ]
  const list = rows.map(([collection, id, fields]) => ({ collection, id, fields }))
  await write(
    database,
    `insert into harbour (collection, id, fields, version)
      select row->>'collection', row->>'id', row->'fields', $1::bigint from jsonb_array_elements($2::jsonb) row`,
    [JSON.stringify(list)],
    'delete from harbour',
  )
}

function numbered(collection: string, list: readonly Fields[]): (readonly [string, string, Fields])[] {
  return list.map((fields, index) => [collection, typeof fields['id'] === 'string' ? fields['id'] : String(index), fields])
}

function placeOf(pathname: string): Place | undefined {
  const [, conversation] = /^\/conversations\/([\w-]{1,64})\/messages$/.exec(pathname) ?? []
  if (conversation !== undefined) {
    return { collection: `conversations/${conversation}`, id: undefined, order: 'asc' }
  }
  const [, collection, id] = /^\/([\w-]{1,64})(?:\/([\w.-]{1,64}))?$/.exec(pathname) ?? []
  return collection === undefined ? undefined : { collection, id, order: 'desc' }
}

async function readRows(database: Pool, { collection, id, order }: Place): Promise<readonly Row[]> {
  const { rows } = await database.query<Row>(
    `select history, number, id, fields, version from moment
      left join harbour on collection = $1 and ($2::text is null or id = $2) order by place ${order} limit 1000`,
    [collection, id ?? null],
  )
  return rows
}

/** Runs a statement in a transaction that numbers itself, after another where one is named. Returns its first row. */
async function write(database: Pool, text: string, values: readonly unknown[], before?: string): Promise<Row> {
  const client = await database.connect()
  const ignore = (): void => undefined
  client.on('error', ignore) // A server that dies says so to the query that is under way.
  let broken: Error | undefined
  try {
    await client.query('begin')
    // Taken first and held to the end: so the order of the numbers is that of the commits.
    const ticked = await client.query<Row>('update moment set number = number + 1 returning history, number')
    const [moment] = ticked.rows
    if (moment === undefined) throw new Error('The table moment has a row.')
    if (before !== undefined) await client.query(before)
    const { rows } = await client.query<Row>(`${text} returning id, fields, version`, [moment.number, ...values])
    await client.query('commit')
    return { ...moment, id: null, fields: {}, version: null, ...rows[0] }
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    client.off('error', ignore)
    client.release(broken)
  }
}

function answerRead(rows: readonly Row[], place: Place): Response {
  const headers = momentOf(rows[0])
  const found = rows.filter(({ version }) => version !== null)
  if (place.id === undefined) return Response.json({ items: found.map((row) => bodyOf(row, place)) }, { headers })
  const [row] = found
  if (row !== undefined) return Response.json(bodyOf(row, place), { headers })
  // Nobody has counted yet, as far as this server knows.
  if (place.collection === 'counters') return Response.json({ name: place.id, value: 0, version: 0 }, { headers })
  return Response.json({ title: 'Not found' }, { status: 404, headers })
}

function answerWritten(row: Row, place: Place, status: number): Response {
  const headers = momentOf(row)
  if (row.version === null) return Response.json({ title: 'Not found' }, { status: 404, headers })
  if (status === 204) return new Response(null, { status, headers })
  const isMessage = place.order === 'asc'
  headers.set('Content-Location', isMessage ? `/${place.collection}/messages/${row.id ?? ''}` : `/${place.collection}/${row.id ?? ''}`)
  return Response.json(bodyOf(row, place), { status, headers })
}

function momentOf(row: Row | undefined): Headers {
  if (row === undefined) throw new Error('The table moment has a row.')
  return new Headers({ 'Data-Version': `main;e="${row.history}";v="${row.number}"` })
}

function bodyOf({ id, fields, version }: Row, { collection }: Place): unknown {
  const key = collection === 'counters' ? { name: id } : { id }
  return { ...key, ...fields, ...key, version: Number(version) }
}

async function fieldsOf(request: Request): Promise<Fields> {
  const text = await request.text()
  if (text.length > 10_000) return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
