// Chromium over its own protocol and a pipe, as a user has it: Playwright tells each page that it is the one
// that is looked at, and a page that is looked at is never frozen.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Command } from './crash.ts'
import type { DrivenTab } from './driven-browser.ts'

/** A tab that can be put out of sight, and frozen. */
export interface FreezableTab extends DrivenTab {
  /** Brings it to the front: the others are hidden then. */
  readonly show: () => Promise<void>
  /** Freezes a hidden page as the browser does with what nobody has seen for long, or wakes it. */
  readonly setLifecycle: (state: 'frozen' | 'active') => Promise<void>
}

/** A Chromium on a profile of its own. */
export interface PipedChromium {
  readonly newTab: () => Promise<FreezableTab>
  readonly close: () => Promise<void>
}

type Facts = Readonly<Record<string, unknown>>
type Send = (method: string, params?: Facts, sessionId?: string) => Promise<Facts>

/** Starts a Chromium. `command` tells how, but for the pipe. */
export async function startPipedChromium(command: Command): Promise<PipedChromium> {
  const profile = mkdtempSync(join(tmpdir(), 'tidemark-piped-'))
  const [program, ...args] = command(profile, 'about:blank')
  const browser = spawn(program, ['--remote-debugging-pipe', ...args], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const send = talkTo(browser)
  return {
    async newTab() {
      const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
      const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
      const sendTo: Send = (method, params) => send(method, params, String(sessionId))
      await sendTo('Page.enable')
      return tabOver(sendTo)
    },
    async close() {
      const exit = once(browser, 'exit')
      await send('Browser.close')
      await exit
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function tabOver(send: Send): FreezableTab {
  const evaluate = async (expression: string): Promise<unknown> => {
    const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    const { result, exceptionDetails } = answer as { readonly result: { readonly value?: unknown }; readonly exceptionDetails?: unknown }
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return result.value
  }
  return {
    async goto(url) {
      await send('Page.navigate', { url })
      await evaluate(`new Promise((loaded) => document.readyState === 'complete' ? loaded() : addEventListener('load', () => loaded()))`)
    },
    evaluate,
    said: undefined,
    async show() {
      await send('Page.bringToFront')
    },
    async setLifecycle(state) {
      await send('Page.setWebLifecycleState', { state })
    },
  }
}

/** Sends commands to a browser, each of which ends in a byte of zero, as do the answers. */
function talkTo(browser: ChildProcess): Send {
  const [, , , output, input] = browser.stdio
  const waiting = new Map<number, { readonly resolve: (result: Facts) => void; readonly reject: (error: Error) => void }>()
  let count = 0
  let text = ''
  input?.on('data', (chunk: Buffer) => {
    const messages = (text + String(chunk)).split('\0')
    text = messages.pop() ?? ''
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message) as { readonly id?: number; readonly result?: Facts; readonly error?: Facts }
      const asked = waiting.get(id ?? Number.NaN)
      waiting.delete(id ?? Number.NaN)
      if (error === undefined) asked?.resolve(result ?? {})
      else asked?.reject(new Error(JSON.stringify(error)))
    }
  })
  browser.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium has ended.'))
  })
  return (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      count += 1
      waiting.set(count, { resolve, reject })
      const command = JSON.stringify({ id: count, method, params, ...(sessionId !== undefined && { sessionId }) })
      ;(output as Writable).write(`${command}\0`)
    })
}
