// One page of WebKitGTK's MiniBrowser, driven over plain WebDriver under a display of its own.
//
// Its sessions keep nothing on disk, and have no `navigator.storage`.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A page that is driven from outside. */
export interface WebKitSession {
  /** The address of this session for WebDriver, for what is not named here. */
  readonly send: (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<unknown>
  readonly goto: (url: string) => Promise<void>
  /** Evaluates an expression in the page, and awaits it. */
  readonly evaluate: (expression: string) => Promise<unknown>
  readonly close: () => Promise<void>
}

/** Starts a display, a driver and a browser. `miniBrowser` is the path of the browser. */
export async function startWebKit(miniBrowser: string): Promise<WebKitSession> {
  const home = mkdtempSync(join(tmpdir(), 'tidemark-webkit-'))
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const [display] = (await once(xvfb.stdio[3]!, 'data')) as [Buffer]
  const port = await freePort()
  const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_RUNTIME_DIR: home,
      DISPLAY: `:${String(display).trim()}`,
      LC_ALL: 'C.UTF-8',
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
      WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', // Containers run as root.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    },
    stdio: 'ignore',
  })
  const at = `http://127.0.0.1:${port}`
  await untilReady(at)
  const { sessionId } = (await send(at, 'POST', '/session', {
    capabilities: {
      alwaysMatch: {
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] },
      },
    },
  })) as { sessionId: string }
  const session = `${at}/session/${sessionId}`
  await send(session, 'POST', '/timeouts', { script: 120_000, pageLoad: 60_000 })

  return {
    send: (method, path, body) => send(session, method, path, body),
    async goto(url) {
      await send(session, 'POST', '/url', { url })
    },
    async evaluate(expression) {
      const script = `
        const done = arguments[arguments.length - 1]
        Promise.resolve().then(() => (${expression})).then(
          (value) => done({ value }),
          (error) => done({ error: String(error) }),
        )`
      const result = (await send(session, 'POST', '/execute/async', { script, args: [] })) as {
        value?: unknown
        error?: string
      }
      if (result.error !== undefined) throw new Error(result.error)
      return result.value
    },
    async close() {
      await send(session, 'DELETE', '').catch(() => undefined)
      await Promise.all([driver, xvfb].map(end))
      rmSync(home, { recursive: true, force: true })
    },
  }
}

async function send(at: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(at + path, { method, ...init })
  const { value } = (await response.json()) as { value: unknown }
  if (response.ok) return value
  const { error, message } = value as { error: string; message: string }
  throw new Error(`WebDriver: ${error}: ${message}`)
}

async function untilReady(at: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      await send(at, 'GET', '/status')
      return
    } catch (cause) {
      if (tries > 200) throw new Error('WebKitWebDriver did not start.', { cause })
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return address.port
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return
  process.kill('SIGTERM')
  await once(process, 'exit')
}
