// What is refused before a version comes into it, as a problem document (RFC 9457).

/** Makes an answer of a problem that has no type of its own. */
export function problem(
  status: number,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const document = { type: 'about:blank', title, status, detail }
  const type = { 'Content-Type': 'application/problem+json' }
  return new Response(JSON.stringify(document), { status, headers: { ...type, ...headers } })
}
