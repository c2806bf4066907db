// The photos, the counter and the conversations of the example, in the SQL that MariaDB and SQLite share.
//
// Each read is one statement, and so of one snapshot; each write is one transaction, which numbers itself
// first. As in the example, the row `moment` is there for those who judge: the client never looks at it.

/** A database, as the handlers use it. */
export interface PortableStore {
  readonly read: (text: string, values: readonly Value[]) => Promise<readonly PortableRow[]>
  /** Runs statements in one transaction, and returns the rows of the last. */
  readonly write: (statements: readonly Statement[]) => Promise<readonly PortableRow[]>
}

/** What a statement is given. */
export type Value = string | number | null
/** A statement, with its values. */
export type Statement = readonly [text: string, values: readonly Value[]]
/** A row, as drivers give it. */
export type PortableRow = Readonly<Record<string, unknown>>

/** What makes the tables, with the words for a key that numbers itself. */
export function portableSchema(idColumn: string): readonly string[] {
  return [
    'create table moment (history varchar(32) not null, number bigint not null)',
    `create table photo (${idColumn}, title varchar(1000) not null, version bigint not null)`,
    'create table counter (name varchar(64) primary key, value bigint not null, version bigint not null)',
    `create table message (${idColumn}, conversation varchar(64) not null, text varchar(1000) not null,
      reply_to varchar(32), version bigint not null)`,
    `insert into moment values ('first', 0)`,
    `insert into counter values ('likes', 0, 0)`,
  ]
}

/** Names the history that begins with a failover or a restore, for those who judge. */
export function nameHistory(name: string): string {
  return `update moment set history = '${name}'`
}

/** Answers a request from a database. */
export async function answerPortable(request: Request, store: PortableStore): Promise<Response> {
  const { pathname } = new URL(request.url)
  const route = routes.find(({ method, path }) => method === request.method && path.test(pathname))
  if (route === undefined) return Response.json({ title: `There is no ${pathname}` }, { status: 404 })
  const [, name = ''] = route.path.exec(pathname) ?? []
  const isBare = request.method === 'GET' || request.method === 'DELETE'
  const given: Fields = isBare ? {} : await request.json().catch(() => ({}))
  const rows = await route.rows(store, name, given)
  const [first] = rows
  if (first === undefined) throw new Error('The table moment has a row.')
  const headers = { 'Example-Moment': `main;e="${String(first['history'])}";v="${String(first['number'])}"` }
  const found = rows.filter((row) => row['version'] !== null && row['version'] !== undefined)
  if (request.method === 'DELETE') return new Response(null, { status: 204, headers })
  if (route.shape === 'list') return Response.json({ items: found.map(itemOf) }, { headers })
  const [only] = found
  if (only === undefined) return Response.json({ title: 'Not found' }, { status: 404, headers })
  return Response.json(itemOf(only), { status: request.method === 'POST' ? 201 : 200, headers })
}

type Fields = Readonly<Record<string, unknown>>

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly shape: 'one' | 'list'
  readonly rows: (store: PortableStore, name: string, given: Fields) => Promise<readonly PortableRow[]>
}

const tick: Statement = ['update moment set number = number + 1', []]
const photos = 'select history, number, id, title, version from moment left join photo on'
const counters = 'select history, number, name, value, version from moment left join counter on'
const messages = 'select history, number, id, text, reply_to, version from moment left join message on'
const titleOf = ({ title }: Fields): string => (typeof title === 'string' ? title : 'Untitled')

const routes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/photos$/,
    shape: 'list',
    rows: (store) => store.read(`${photos} 1 = 1 order by id desc limit 1000`, []),
  },
  {
    method: 'GET',
    path: /^\/photos\/(\d+)$/,
    shape: 'one',
    rows: (store, id) => store.read(`${photos} id = ?`, [id]),
  },
  {
    method: 'POST',
    path: /^\/photos$/,
    shape: 'one',
    rows: (store, _, given) =>
      store.write([
        tick,
        ['insert into photo (title, version) select ?, number from moment', [titleOf(given)]],
        [`${photos} version = number`, []],
      ]),
  },
  {
    method: 'PATCH',
    path: /^\/photos\/(\d+)$/,
    shape: 'one',
    rows: (store, id, given) =>
      store.write([
        tick,
        ['update photo set title = ?, version = (select number from moment) where id = ?', [titleOf(given), id]],
        [`${photos} version = number`, []],
      ]),
  },
  {
    method: 'DELETE',
    path: /^\/photos\/(\d+)$/,
    shape: 'one',
    rows: (store, id) =>
      store.write([tick, ['delete from photo where id = ?', [id]], ['select history, number from moment', []]]),
  },
  {
    method: 'GET',
    path: /^\/counters\/(likes)$/,
    shape: 'one',
    rows: (store, name) => store.read(`${counters} name = ?`, [name]),
  },
  {
    method: 'POST',
    path: /^\/counters\/(likes)\/increment$/,
    shape: 'one',
    rows: (store, name) =>
      store.write([
        tick,
        ['update counter set value = value + 1, version = (select number from moment) where name = ?', [name]],
        [`${counters} version = number`, []],
      ]),
  },
  {
    method: 'GET',
    path: /^\/conversations\/([\w-]+)\/messages$/,
    shape: 'list',
    rows: (store, name) => store.read(`${messages} conversation = ? order by id limit 1000`, [name]),
  },
  {
    method: 'POST',
    path: /^\/conversations\/([\w-]+)\/messages$/,
    shape: 'one',
    rows: (store, name, { text, replyTo }) =>
      store.write([
        tick,
        [
          'insert into message (conversation, text, reply_to, version) select ?, ?, ?, number from moment',
          [name, typeof text === 'string' ? text : '', typeof replyTo === 'string' ? replyTo : null],
        ],
        [`${messages} version = number`, []],
      ]),
  },
]

function itemOf({ id, name, title, text, value, reply_to: replyTo, version }: PortableRow): unknown {
  const number = Number(version)
  if (name !== undefined) return { name, value: Number(value), version: number }
  if (title !== undefined) return { id: String(id), title, version: number }
  return { id: String(id), text, ...(replyTo === null ? {} : { replyTo }), version: number }
}
