// `npm start`: installs what is missing and opens the demo, whose Vite builds the sources as they are
// asked for. PORT chooses its port.
import { describeError } from './command.mjs'
import { installPackages } from './install.mjs'

try {
  installPackages()
  // Only now are there packages that the demo can import.
  await import('../demo/start.mjs')
} catch (error) {
  console.error(`start: ${describeError(error)}`)
  process.exitCode = 1
}
