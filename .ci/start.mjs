// `npm start`: installs what is missing, builds what is old, and opens the demo. PORT chooses its port.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildIfStale } from './build.mjs'
import { describeError, root } from './command.mjs'
import { installPackages } from './install.mjs'

const demo = join(root, 'demo/start.mjs')

try {
  installPackages()
  buildIfStale()
  if (!existsSync(demo)) throw new Error('demo/start.mjs is missing from this checkout.')
  await import(pathToFileURL(demo).href)
} catch (error) {
  console.error(`start: ${describeError(error)}`)
  process.exitCode = 1
}
