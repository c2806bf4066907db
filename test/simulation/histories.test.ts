// Frozen plans: each broke a promise once, and is played for ever.
//
// The file of an open finding (`findings.ts`) still breaks its promise. When it does so no more, the
// finding is closed: take it out there, and the plan stays here to keep it closed.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { explanationOf, openFindings } from './findings.ts'
import { runPlan } from './run.ts'
import type { Frozen } from './shrink.ts'

const folder = 'test/histories'
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''))
const isOpen = (name: string): boolean => openFindings.some((finding) => finding.name === name)
const open = (name: string): Frozen => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'))

test.each(names.filter((name) => !isOpen(name)))('%s: stays mended', async (name) => {
  const { plan } = open(name)
  const { breaches } = await runPlan(plan)
  expect(breaches.filter((breach) => explanationOf(breach, plan) === undefined)).toEqual([])
})

// The types of a test table may not be empty, and the list of open findings should be.
test('what is open is still broken', async () => {
  for (const { name } of openFindings) {
    const { promise, plan } = open(name)
    const { breaches } = await runPlan(plan)
    expect(breaches.map((breach) => breach.promise), `${name}: close it in findings.ts`).toContain(promise)
  }
})
