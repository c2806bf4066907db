/**
 * Reads the table of sizes out of a page: the name and the limit of each row, without backquotes, or
 * `undefined` where the page has no table whose first column is called "Import".
 */
export function rowsOfSizes(page: string): string[][] | undefined {
  const body = /^\| *Import *\|.*\n\|[-:| ]+\|\n((?:\|.*\n?)*)/m.exec(page)?.[1]
  return body
    ?.split('\n')
    .filter((row) => row !== '')
    .map((row) => row.replaceAll('`', '').split('|').slice(1, 3))
    .map((cells) => cells.map((cell) => cell.trim()))
}
