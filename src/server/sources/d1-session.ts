// A session of Cloudflare D1 that notes the bookmarks of what runs in it.
//
// A handler may run several queries, each on a later state than the one before: the answer covers what the
// first has seen, and may show what the last has seen. D1 tells only the latest bookmark, so it is read
// after each query.

/** What is used of a statement of D1. */
export interface D1StatementLike {
  readonly bind: (...values: never[]) => D1StatementLike
  readonly first: (...column: never[]) => Promise<unknown>
  readonly run: () => Promise<unknown>
  readonly all: () => Promise<unknown>
  readonly raw: (...options: never[]) => Promise<unknown>
}

/** What is used of a session of D1: a `D1DatabaseSession` is one. */
export interface D1SessionLike {
  readonly prepare: (text: string) => D1StatementLike
  readonly batch: (statements: never[]) => Promise<unknown>
  readonly getBookmark: () => string | null
}

/** What is used of a database of D1: a `D1Database` is one. */
export interface D1DatabaseLike<S extends D1SessionLike> {
  readonly withSession: (constraintOrBookmark?: string) => S
}

/** The bookmarks that were seen after the first query and after the last. */
export interface Bookmarks {
  readonly first: string | undefined
  readonly last: string | undefined
}

/** Returns a session that is used as the one it is made of, and what it has noted so far. */
export function noteBookmarks<S extends D1SessionLike>(
  session: S,
): { readonly session: S; readonly bookmarks: () => Bookmarks } {
  let first: string | undefined
  const originals = new WeakMap<object, object>()

  /** D1 takes only statements that it has made itself. */
  function original(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(original)
    return typeof value === 'object' && value !== null ? (originals.get(value) ?? value) : value
  }

  async function noted(answer: Promise<unknown>): Promise<unknown> {
    const value = await answer
    first ??= session.getBookmark() ?? undefined
    return value
  }

  /** What a session or a statement gives: an answer, a statement, or a plain value. */
  function given(value: unknown): unknown {
    if (value instanceof Promise) return noted(value)
    return typeof value === 'object' && value !== null ? noting(value) : value
  }

  function noting<T extends object>(target: T): T {
    const proxy = new Proxy(target, {
      get(_, property) {
        const member: unknown = Reflect.get(target, property, target)
        if (typeof member !== 'function') return member
        return (...values: unknown[]): unknown => given(Reflect.apply(member, target, values.map(original)))
      },
    })
    originals.set(proxy, target)
    return proxy
  }

  return {
    session: noting(session),
    bookmarks: () => ({ first, last: session.getBookmark() ?? undefined }),
  }
}
