/// <reference types="node" />

// What was typed, as options; and what was typed wrong, in words.

import { parseArgs } from 'node:util'
import type { ExaminationOptions, WriteOptions } from './examination-options.ts'

/** What is printed for `--help`, and beside a mistake. */
export const usage = `Usage: tidemark doctor URL [options]

Asks a real API whether Tidemark can keep its guarantees on it. It only reads, unless told to write.

  --header 'Name: value'   a header of each request; may be repeated
  --origin ORIGIN          the origin of the page that will use the API, where it is another
  --reads N                how many reads to make (30)
  --rate N                 requests a second, at most (5)
  --timeout MS             how long an answer may take (10000)
  --write JSON             may write: sends this body, and watches when reads show it
  --write-url URL          where to (the URL itself)
  --write-method METHOD    how (POST)
  --writes N               how often (3)
  --shown-within MS        how long a write may take to be shown (10000)
  --json                   the report for programs
  --help

Exit codes: 0 fit, 1 faults were found, 2 wrongly called, 3 the API could not be examined.
NO_COLOR turns colours off.
`

/** Thrown for what was typed wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What to do. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'doctor'; readonly options: ExaminationOptions; readonly isJson: boolean }

const flags = {
  header: { type: 'string', multiple: true },
  origin: { type: 'string' },
  reads: { type: 'string' },
  rate: { type: 'string' },
  timeout: { type: 'string' },
  write: { type: 'string' },
  'write-url': { type: 'string' },
  'write-method': { type: 'string' },
  writes: { type: 'string' },
  'shown-within': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

type Values = ReturnType<typeof parseFlags>['values']

/**
 * Reads the arguments of the command line.
 *
 * @throws {UsageError} for what is missing, unknown or out of bounds.
 */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parseFlags(args)
  const [command, url, ...rest] = positionals
  if (values.help === true || command === undefined) return { name: 'help' }
  if (command !== 'doctor') throw new UsageError(`There is no command "${command}": it is "doctor".`)
  if (url === undefined) throw new UsageError('The doctor needs the URL of a resource to read.')
  if (rest.length > 0) throw new UsageError(`One URL is examined at a time, and "${rest[0]}" came as well.`)
  const target = parseUrl('URL', url)
  return {
    name: 'doctor',
    isJson: values.json === true,
    options: {
      url: target,
      headers: parseHeaders(values.header ?? []),
      pageOrigin: values.origin === undefined ? undefined : parseUrl('--origin', values.origin).origin,
      reads: parseWhole('--reads', values.reads ?? '30', 1, 10_000),
      ratePerSecond: parseWhole('--rate', values.rate ?? '5', 1, isLoopback(target) ? 1000 : 20),
      timeoutMs: parseWhole('--timeout', values.timeout ?? '10000', 1, 120_000),
      write: parseWrite(values, target),
    },
  }
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Nobody but its owner is asked more often than this machine itself. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}

function parseUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new UsageError(`${name} is "${text}", where an address was expected such as https://api.example.com/photos`)
}

function parseWhole(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`${name} is "${text}", where a whole number from ${min} to ${max} was expected.`)
}

function parseHeaders(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(text) ?? []
    if (name !== undefined && value !== undefined) return [name, value] as const
    throw new UsageError(`--header is "${text}", where a name and a value were expected: 'Accept-Language: de'`)
  })
  return Object.fromEntries(pairs)
}

function parseWrite(values: Values, target: URL): WriteOptions | undefined {
  const { write: body } = values
  if (body === undefined) {
    const lonely = (['write-url', 'write-method', 'writes', 'shown-within'] as const).find((name) => values[name])
    if (lonely === undefined) return undefined
    throw new UsageError(`--${lonely} says how to write, and nothing was given to write: --write '{"title":"Boat"}'`)
  }
  try {
    JSON.parse(body)
  } catch (error) {
    throw new UsageError(`--write is ${body}, which is no JSON. Give a body: --write '{"title":"Boat"}'`, { cause: error })
  }
  return {
    method: parseMethod(values['write-method'] ?? 'POST'),
    url: values['write-url'] === undefined ? target : parseUrl('--write-url', values['write-url']),
    body,
    times: parseWhole('--writes', values.writes ?? '3', 1, 100),
    shownWithinMs: parseWhole('--shown-within', values['shown-within'] ?? '10000', 1, 600_000),
  }
}

const methods = ['POST', 'PUT', 'PATCH']

function parseMethod(text: string): string {
  const method = text.toUpperCase()
  if (methods.includes(method)) return method
  throw new UsageError(`--write-method is "${text}", where one of ${methods.join(', ')} was expected.`)
}
