// The tables of the example, and the one row by which everything that is shown can be judged.
//
// `moment` numbers the writes in the order in which they commit: each takes the row's lock first, and
// holds it to the end. An answer tells the moment that the very statement has seen that read the data, in
// the header `Example-Moment`. It is there for those who judge the kit: the client never looks at it, and
// no version is made of it. An application has no need of such a row, whose lock puts all writes in line.

/** SQL that makes the tables. On the primary, once. */
export const photoSchema = `
  create table if not exists moment (
    is_only boolean primary key default true check (is_only),
    history text not null default 'first',
    number bigint not null default 0
  );
  insert into moment default values on conflict do nothing;
  create table if not exists photo (
    id bigint generated always as identity primary key,
    title text not null,
    version bigint not null
  );
  create table if not exists counter (
    name text primary key,
    value bigint not null,
    version bigint not null
  );
  create table if not exists message (
    id bigint generated always as identity primary key,
    conversation text not null,
    text text not null,
    reply_to text,
    version bigint not null
  );
`

/** Names the history that begins with a failover or a restore, for those who judge. */
export function nameHistory(name: string): string {
  return `set transaction read write; update moment set history = '${name.replaceAll("'", "''")}'`
}
