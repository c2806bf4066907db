import { expect, test } from 'vitest'
import { histogramOf, percentilesOf } from '../../src/cli/measures.ts'
import { jsonReport } from '../../src/cli/report-json.ts'
import { plainInk, reportText } from '../../src/cli/report-text.ts'
import { visit, withHeaders, write } from './doctored-api.ts'

test('a fit API is said to be fit, with its figures and the client to paste', async () => {
  const examination = await visit({ write })
  const text = reportText(examination, plainInk)
  expect(text).toContain('✓ in the header Data-Version, in an order that can be relied on')
  expect(text).toMatch(/stale reads {9}\d+ of \d+ \(\d+\.\d %\)\n/)
  expect(text).toMatch(/writes shown after {2}p50 \d+ ms, p95 \d+ ms, p99 \d+ ms, at most \d+ ms \(5\)/)
  expect(text).toContain("  export const tidemark = createTidemark({\n    origins: ['https://api.example.com'],")
  expect(text).not.toContain('For the backend')
  expect(text.endsWith('Tidemark can keep its guarantees on this API.\n')).toBe(true)
})

test('an API without versions gets the lines to add', async () => {
  const meddle = (request: Request, handle: (request: Request) => Promise<Response>): Promise<Response> => {
    return withHeaders(handle(request), { ETag: undefined })
  }
  const examination = await visit({ path: '/photos/1', api: { versions: 'none' }, meddle })
  const text = reportText(examination, plainInk)
  expect(text).toContain('✗ none was found')
  expect(text).toContain('[no-version]')
  expect(text).toContain('  Data-Version: main;e="<epoch>";v="<position>"\n')
  expect(text).toContain('One fault keeps Tidemark from its guarantees')
  expect(jsonReport(examination)).toMatchObject({
    isFit: false,
    vocabulary: undefined,
    backend: expect.arrayContaining([expect.stringContaining('Data-Version')]),
  })
})

test('a report for programs is JSON, and says the same', async () => {
  const report = jsonReport(await visit({ write }))
  expect(JSON.parse(JSON.stringify(report))).toMatchObject({
    url: 'https://api.example.com/photos',
    isFit: true,
    vocabulary: { place: 'the header Data-Version', evidence: 'version' },
    findings: [],
    settled: { count: 5 },
  })
})

test('law: percentiles are times that were measured, and grow', () => {
  const times = [5, 1, 4, 2, 3]
  expect(percentilesOf(times)).toEqual({ count: 5, p50: 3, p95: 5, p99: 5, max: 5 })
  expect(percentilesOf([7])).toEqual({ count: 1, p50: 7, p95: 7, p99: 7, max: 7 })
  expect(percentilesOf([])).toBeUndefined()
})

test('law: a histogram counts each time once, in few bars of a round width', () => {
  for (const scale of [0.3, 1, 17, 999, 123_456]) {
    const times = Array.from({ length: 50 }, (_, index) => (index * scale * 7) % (scale * 50))
    const bars = histogramOf(times)
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(50)
    expect(bars.length).toBeLessThanOrEqual(10)
  }
  expect(histogramOf([])).toEqual([])
  expect(histogramOf([0, 0])).toEqual([{ fromMs: 0, count: 2 }])
})
