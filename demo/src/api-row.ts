// What the API answers, as far as the page needs to know it.

/** One row of the API, such as `{ id: '7', title: 'Dune', version: 42 }`. */
export type ApiRow = Readonly<Record<string, unknown>>

/** Returns the rows that a document holds: those of a list, or the one that it is. */
export function rowsOf(document: unknown): readonly ApiRow[] {
  if (!isRow(document)) return []
  const { items } = document
  return Array.isArray(items) ? items.filter(isRow) : [document]
}

/** Returns a field as text, or nothing of it. */
export function textOf(row: ApiRow, name: string): string {
  const value = row[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** Returns a field as a number. What is none counts as 0. */
export function numberOf(row: ApiRow, name: string): number {
  const value = Number(row[name])
  return Number.isFinite(value) ? value : 0
}

function isRow(value: unknown): value is ApiRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
