// Parsing: what a held answer is to the app.
//
// P1. JSON is decoded, anything else is text; an empty body is `undefined`.
// P2. A parser sees what came from outside, and its output alone is shown. What it refuses is an error
//     beside the value shown until then (lessons B5).
// P3. Held values are shown in the step in which they are asked for, so a parser answers at once.

import { ProtocolError } from '../../core/errors.ts'

/**
 * A validator as Zod, Valibot, ArkType and others make them: Standard Schema, version 1
 * (https://standardschema.dev).
 */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
    ) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

/** What a {@link StandardSchema} says of a value. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** Why a {@link StandardSchema} refuses a value. */
export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Turns decoded JSON into the value that is shown, or throws. */
export type Parse<T> = (json: unknown) => T

/** A body, and what says how to read it. */
export interface Content {
  readonly body: ArrayBuffer
  readonly headers: readonly (readonly [string, string])[]
}

/** Makes a parser of what the app has given: a schema, a function, or nothing. */
export function parserOf(parse: Parse<unknown> | StandardSchema<unknown> | undefined): Parse<unknown> {
  if (parse === undefined) return (json) => json
  // First, since some schemas are functions as well.
  if ('~standard' in parse) return (json) => validated(parse, json)
  return parse
}

function validated<Output>(schema: StandardSchema<Output>, json: unknown): Output {
  const result = schema['~standard'].validate(json)
  const text = schema['~standard'].vendor
  if (result instanceof Promise) {
    throw new ProtocolError({ what: 'schema', text, expected: 'one that validates synchronously' }) // P3
  }
  if (result.issues === undefined) return result.value
  const [issue, ...others] = result.issues
  const more = others.length === 0 ? '' : `, and ${others.length} more`
  const found = issue === undefined ? 'an issue' : `${pathOf(issue)}${issue.message}`
  throw new ProtocolError({ what: 'value', text: found + more, expected: `what its schema (${text}) accepts` })
}

function pathOf({ path = [] }: StandardIssue): string {
  const names = path.map((part) => String(typeof part === 'object' ? part.key : part))
  return names.length === 0 ? '' : `${names.join('.')}: `
}

/** Decodes a body (P1). */
export function decode({ body, headers }: Content): unknown {
  if (body.byteLength === 0) return undefined
  const text = new TextDecoder().decode(body)
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  return /^[^;]*[/+]json\b/i.test(type) ? JSON.parse(text) : text
}

/** Tells whether two bodies are the same, byte by byte. */
export function isSameBody(left: ArrayBuffer, right: ArrayBuffer): boolean {
  if (left === right) return true
  if (left.byteLength !== right.byteLength) return false
  const [one, other] = [new Uint8Array(left), new Uint8Array(right)]
  return one.every((byte, index) => byte === other[index])
}
