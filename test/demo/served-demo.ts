// The demo as `npm start` serves it: a process of its own, and what it prints.

import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A demo that is being served. */
export interface ServedDemo {
  readonly url: string
  /** All that it printed until it was ready. */
  readonly printed: string
  /** Ends it as Ctrl-C does, and returns its exit status. */
  readonly stop: () => Promise<number | null>
}

const start = 'demo/start.mjs'

function spawnDemo(args: readonly string[], port: string | undefined): ReturnType<typeof spawn> {
  const { PORT: _port, ...env } = process.env
  return spawn(process.execPath, [start, ...args], {
    env: port === undefined ? env : { ...env, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Serves the demo, on a port that is free. */
export async function serveDemo(args: readonly string[] = []): Promise<ServedDemo> {
  const demo = spawnDemo(['--steady', ...args], undefined)
  const printed = await new Promise<string>((resolve, reject) => {
    let text = ''
    demo.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      // What is printed last.
      if (text.includes('Ctrl-C')) resolve(text)
    })
    demo.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
    demo.once('exit', () => reject(new Error(`The demo ended before it was ready:\n${text}`)))
  })
  const url = /http:\S+/.exec(printed)?.[0] ?? ''
  return {
    url,
    printed,
    async stop() {
      const ended = once(demo, 'exit')
      demo.kill('SIGINT')
      const [status]: (number | null)[] = await ended
      return status ?? null
    },
  }
}

/** Runs the demo to its end, and returns what it printed and its exit status. */
export async function runDemo(
  args: readonly string[],
  port?: string,
): Promise<{ readonly status: number | null; readonly text: string }> {
  const demo = spawnDemo(args, port)
  let text = ''
  for (const stream of [demo.stdout, demo.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  }
  const [status]: (number | null)[] = await once(demo, 'close')
  return { status: status ?? null, text }
}

/** Returns the figures of a client in what was printed: the two guarantees, and the requests. */
export function figuresIn(printed: string, client: string): readonly string[] {
  const [, figures = ''] = new RegExp(`^\\s*${client} +(\\d.*)$`, 'm').exec(printed) ?? []
  return figures.split(/\s+/)
}
