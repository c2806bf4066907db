// A table of facts. On a narrow screen each row is a small card in which every fact has its name; the roles
// are written out, since a browser forgets them where a table is not laid out as one.

import { element, setAttribute, setText } from './element.ts'
import { createRows } from './keyed-rows.ts'

/** One row: its cells in the order of the columns, and what colour it has. */
export interface DataRow {
  readonly key: string | number
  readonly cells: readonly string[]
  readonly tone?: 'refused' | 'good' | 'warning' | undefined
}

/** A table, and how its rows are shown. */
export interface DataTable {
  readonly node: HTMLElement
  readonly show: (rows: readonly DataRow[]) => void
}

/** Makes a table. `empty` is said where there is nothing to show. */
export function createDataTable(caption: string, columns: readonly string[], empty: string): DataTable {
  const body = element('tbody', { role: 'rowgroup' })
  const heads = columns.map((name) => element('th', { role: 'columnheader', scope: 'col' }, [name]))
  const table = element('table', { role: 'table', 'aria-label': caption }, [
    element('thead', { role: 'rowgroup' }, [element('tr', { role: 'row' }, heads)]),
    body,
  ])
  const nothing = element('p', { class: 'nothing' }, [empty])
  const node = element('div', { class: 'table' }, [table, nothing])
  const showRows = createRows<DataRow>(body, {
    keyOf: ({ key }) => key,
    make() {
      const texts = columns.map((column) => element('td', { role: 'cell', 'data-column': column }))
      const row = element('tr', { role: 'row' }, texts)
      return {
        node: row,
        update({ cells, tone }) {
          setAttribute(row, 'data-tone', tone ?? 'plain')
          for (const [index, text] of texts.entries()) setText(text, cells[index] ?? '')
        },
      }
    },
  })
  return {
    node,
    show(rows) {
      table.hidden = rows.length === 0
      nothing.hidden = rows.length > 0
      showRows(rows)
    },
  }
}
