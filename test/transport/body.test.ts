import { afterEach, describe, expect, test, vi } from 'vitest'
import { observeBody } from '../../src/transport/body.ts'

afterEach(() => vi.unstubAllGlobals())

interface Source {
  readonly response: Response
  /** How many chunks were taken. */
  readonly taken: () => number
  readonly cancelled: () => unknown
}

function sourceOf(texts: readonly string[]): Source {
  let taken = 0
  let cancelled: unknown
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const text = texts[taken]
        taken += 1
        if (text === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(text))
      },
      cancel: (reason) => void (cancelled = reason),
    },
    { highWaterMark: 0 },
  )
  return { response: new Response(body), taken: () => taken, cancelled: () => cancelled }
}

// Safari is one that has none: `new ReadableStream({ type: 'bytes' })` throws there.
describe.each(['with', 'without'])('%s streams of bytes', (which) => {
  function observed(source: Source): { readonly body: ReadableStream<Uint8Array>; readonly held: string[] } {
    if (which === 'without') vi.stubGlobal('ReadableByteStreamController', undefined)
    const held: string[] = []
    const { body } = observeBody(source.response, 100, (whole) => held.push(new TextDecoder().decode(whole)))
    return { body: body!, held }
  }

  test('B1: what is read comes chunk for chunk, none before it is asked for, and is held at the end', async () => {
    const source = sourceOf(['one', 'two'])
    const { body, held } = observed(source)
    const reader = body.getReader()
    const seen: unknown[] = []
    for (const taken of [1, 2]) {
      // oxlint-disable-next-line no-await-in-loop
      seen.push(new TextDecoder().decode((await reader.read()).value))
      expect(source.taken()).toBe(taken)
      expect(held).toEqual([])
    }
    expect((await reader.read()).done).toBe(true)
    expect({ seen, held }).toEqual({ seen: ['one', 'two'], held: ['onetwo'] })
  })

  test('cancelling reaches the source, and holds nothing', async () => {
    const source = sourceOf(['one', 'two'])
    const { body, held } = observed(source)
    const reader = body.getReader()
    await reader.read()
    await reader.cancel('enough')
    expect({ reason: source.cancelled(), held }).toEqual({ reason: 'enough', held: [] })
  })

  test('two branches of a tee both get all of it', async () => {
    const { body, held } = observed(sourceOf(['one', 'two']))
    const branches = body.tee().map((branch) => new Response(branch).text())
    expect(await Promise.all(branches)).toEqual(['onetwo', 'onetwo'])
    expect(held).toEqual(['onetwo'])
  })
})

test('a reader that brings a buffer of its own gets it filled, where there are streams of bytes', async () => {
  const { response } = sourceOf(['one'])
  const reader = observeBody(response, 100, () => undefined).body!.getReader({ mode: 'byob' })
  const { value } = await reader.read(new Uint8Array(8))
  expect(new TextDecoder().decode(value)).toBe('one')
  expect((await reader.read(new Uint8Array(8))).done).toBe(true)
})
