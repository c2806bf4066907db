#!/usr/bin/env node
/// <reference types="node" />

// `npx tidemark doctor URL`: the shell around an examination. Progress goes to stderr, the report to stdout.

import { setTimeout as sleep } from 'node:timers/promises'
import { styleText } from 'node:util'
import type { ExaminationOptions, Progress } from './examination-options.ts'
import { examine } from './examination.ts'
import { parseCommand, usage, UsageError } from './node-arguments.ts'
import { ProbeError } from './probe-error.ts'
import { isFit, jsonReport } from './report-json.ts'
import { plainInk, reportText } from './report-text.ts'
import type { Ink } from './report-text.ts'

const exitCodes = { fit: 0, unfit: 1, misuse: 2, unreachable: 3 } as const

const terminalInk: Ink = {
  good: (text) => styleText('green', text),
  bad: (text) => styleText('red', text),
  warn: (text) => styleText('yellow', text),
  dim: (text) => styleText('dim', text),
  strong: (text) => styleText('bold', text),
}

/** Does what the arguments say, and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const command = parseCommand(args)
    if (command.name === 'help') process.stdout.write(usage)
    else return await runDoctor(command.options, command.isJson)
    return exitCodes.fit
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`tidemark: ${error.message}\n\n${usage}`)
      return exitCodes.misuse
    }
    if (error instanceof ProbeError) {
      process.stderr.write(`tidemark: ${error.message}\n`)
      return exitCodes.unreachable
    }
    throw error
  }
}

async function runDoctor(options: ExaminationOptions, isJson: boolean): Promise<number> {
  const surroundings = {
    fetch: (input: string, init: RequestInit) => fetch(input, init),
    now: () => performance.now(),
    sleep: (ms: number) => sleep(ms),
  }
  const examination = await examine(options, surroundings, showProgress).finally(clearProgress)
  const ink = process.stdout.isTTY && !process.env['NO_COLOR'] ? terminalInk : plainInk
  const report = isJson
    ? `${JSON.stringify(jsonReport(examination), undefined, 2)}\n`
    : reportText(examination, ink)
  process.stdout.write(report)
  return isFit(examination) ? exitCodes.fit : exitCodes.unfit
}

const barLength = 24

function showProgress({ step, done, of }: Progress): void {
  if (!process.stderr.isTTY) return
  const filled = Math.round((barLength * done) / of)
  const bar = '█'.repeat(filled) + '░'.repeat(barLength - filled)
  process.stderr.write(`\r${step.padEnd(8)} ${bar} ${done} of ${of} `)
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u{1b}[K')
}

process.exitCode = await main(process.argv.slice(2))
