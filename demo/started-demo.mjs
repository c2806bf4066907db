// The demo as a process of its own, for the scripts that look at it.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** Starts the demo. `printedUrl` resolves once it serves, and rejects if it ends before. */
export function startDemo() {
  const demo = spawn(process.execPath, [join(import.meta.dirname, 'start.mjs'), '--steady'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  /** @type {Promise<string>} */
  const printedUrl = new Promise((resolve, reject) => {
    let printed = ''
    demo.stdout.on('data', (chunk) => {
      printed += String(chunk)
      const url = /http:\S+/.exec(printed)?.[0]
      // The comparison comes last: before it the machine is busy.
      if (url !== undefined && printed.includes('Ctrl-C')) resolve(url)
    })
    demo.once('exit', () => reject(new Error(`The demo ended before it served:\n${printed}`)))
  })
  return { demo, printedUrl }
}

/** @param {Element} button */
export function press(button) {
  if (button instanceof HTMLElement) button.click()
}
