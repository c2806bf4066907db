// What to paste: the client for an app, and the headers for a backend that lacks them.

import type { Examination } from './examination.ts'

/** Returns the code of a client for what was examined. */
export function configurationFor({ url, vocabulary }: Examination): string {
  const option = vocabulary?.option
  const imports = ['createTidemark', ...(option?.imports ?? [])].toSorted()
  const line =
    option === undefined
      ? undefined
      : option.field === 'versions'
        ? `rules: [{ match: '${patternOf(url)}', versions: ${option.code} }],`
        : `${option.field}: ${option.code},`
  return [
    `import { ${imports.join(', ')} } from 'tidemark'`,
    '',
    'export const tidemark = createTidemark({',
    `  origins: ['${url.origin}'],`,
    ...(line === undefined ? [] : [`  ${line}`]),
    '})',
  ].join('\n')
}

/** The path of a resource as a rule matches it: names that look like identifiers become parameters. */
export function patternOf(url: URL): string {
  const isIdentifier = /^(?:\d+|[\da-f]{8,}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\w{20,})$/i
  let count = 0
  return url.pathname
    .split('/')
    .map((segment) => {
      if (!isIdentifier.test(segment)) return segment
      count += 1
      return count === 1 ? ':id' : `:id${count}`
    })
    .join('/')
}

const backendCodes = ['no-version', 'unversioned-list', 'weak-evidence', 'unversioned-answers', 'unversioned-write']

/** Returns the headers that a backend should answer with, or `undefined` where it tells what is needed. */
export function backendLinesFor({ findings }: Examination): readonly string[] | undefined {
  if (!findings.some(({ code }) => backendCodes.includes(code))) return undefined
  return [
    'Data-Version: main;e="<epoch>";v="<position>"',
    'Access-Control-Expose-Headers: Data-Version, Served-By',
    'Cache-Control: private, no-cache',
  ]
}
