// `npm start`: serves the demo, and prints the comparison that the page shows.
//
//   PORT=8080 npm start     serves on that port, or says that it is taken
//   npm start -- --once     prints the comparison and ends
//   npm start -- --steady   does not reload the page when a source changes
//   npm start -- --postgres puts the page on a PostgreSQL cluster of its own, instead of the simulated API
//
// The terminal runs the page's own module, `src/comparison.ts`, through the page's own Vite: there is
// no second program that could come to other figures.
import { join } from 'node:path'
import { styleText } from 'node:util'
import { createServer } from 'vite'

/** @typedef {import('./src/comparison.ts')} Comparison */

const host = '127.0.0.1'
const defaultPort = 5273
const known = ['--once', '--steady', '--postgres']
const clusterPath = '/postgres'

try {
  await start(process.argv.slice(2))
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}

/** @param {readonly string[]} args */
async function start(args) {
  const unknown = args.find((argument) => !known.includes(argument))
  if (unknown !== undefined) {
    throw new Error(`"${unknown}" is not understood. What is: ${known.join(', ')}.`)
  }
  if (args.includes('--once')) {
    const server = await createDemoServer({ middlewareMode: true, ws: false })
    await printComparison(server)
    await server.close()
    return
  }
  const asked = readPort(process.env['PORT'])
  // What the page reads as `import.meta.env.VITE_CLUSTER_PATH`.
  if (args.includes('--postgres')) process.env['VITE_CLUSTER_PATH'] = clusterPath
  /** @type {import('./server/demo-cluster.ts').DemoCluster | undefined} */
  let cluster
  const server = await createDemoServer(
    {
      host,
      port: asked ?? defaultPort,
      strictPort: asked !== undefined,
      ...(args.includes('--steady') ? { watch: null, hmr: false } : {}),
    },
    (api) => {
      // Before those of Vite, which would answer with the page.
      api.middlewares.use(clusterPath, (incoming, outgoing, next) => {
        if (cluster === undefined) next()
        else cluster.listener(incoming, outgoing)
      })
    },
  )
  if (args.includes('--postgres')) cluster = await startCluster(server)
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    const end = async () => {
      await Promise.allSettled([server.close(), cluster?.stop()])
      process.exit(0)
    }
    process.once(signal, () => void end())
  }
  const port = await listen(server, asked).catch(async (error) => {
    await cluster?.stop()
    throw error
  })
  console.log(`\n  ${bold('Tidemark demo')}   ${accent(`http://${host}:${port}/`)}`)
  if (asked === undefined && port !== defaultPort) {
    console.log(`  Port ${defaultPort} is taken, so this is the next one that is free.`)
  }
  if (cluster !== undefined) console.log(`  The page runs on ${cluster.description}.`)
  await printComparison(server)
  console.log('  The page shows it happen. Press Ctrl-C to stop.\n')
}

/**
 * Starts the cluster that the API of the page runs on.
 *
 * @param {import('vite').ViteDevServer} server
 */
async function startCluster(server) {
  /** @type {typeof import('./server/demo-cluster.ts')} */
  const { startDemoCluster } = await runnerOf(server).import('/server/demo-cluster.ts')
  return startDemoCluster()
}

/**
 * @param {import('vite').ServerOptions} options
 * @param {(server: import('vite').ViteDevServer) => void} [configureServer]
 */
function createDemoServer(options, configureServer) {
  const configFile = join(import.meta.dirname, 'vite.config.ts')
  const plugins = configureServer === undefined ? [] : [{ name: 'demo-cluster', configureServer }]
  return createServer({ configFile, logLevel: 'warn', clearScreen: false, server: options, plugins })
}

/**
 * @param {string | undefined} text
 * @returns {number | undefined}
 */
function readPort(text) {
  if (text === undefined || text === '') return undefined
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  const remedy = `Let it be a number from 1 to 65535, or leave it out for ${defaultPort}.`
  throw new Error(`PORT is "${text}". ${remedy}`)
}

/**
 * @param {import('vite').ViteDevServer} server
 * @param {number | undefined} asked
 * @returns {Promise<number>} the port that it listens on
 */
async function listen(server, asked) {
  try {
    await server.listen()
  } catch (cause) {
    await server.close()
    const remedy = 'Stop what uses it, choose another, or leave PORT out for the next one that is free.'
    throw new Error(`Cannot listen on port ${asked ?? defaultPort} of ${host}. ${remedy}`, { cause })
  }
  const address = server.httpServer?.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('The server listens on no port.')
}

/** @param {import('vite').ViteDevServer} server */
function runnerOf(server) {
  const { ssr } = server.environments
  if (!('runner' in ssr)) throw new Error('This Vite cannot run modules in Node.')
  return /** @type {import('vite').RunnableDevEnvironment} */ (ssr).runner
}

/** @param {import('vite').ViteDevServer} server */
async function printComparison(server) {
  /** @type {Comparison} */
  const { compare, comparisonSettings: settings } = await runnerOf(server).import('/src/comparison.ts')
  const figures = await compare(settings)
  const { seed, replicas, meanLagMs } = settings
  const rows = figures.map(({ client, readYourWrites, monotonicReads, requests }) => [
    client,
    ...[readYourWrites, monotonicReads].map((value) => String(Math.round(value))),
    requests.toLocaleString('en'),
  ])
  const head = ['', 'read-your-writes', 'monotonic reads', 'requests sent']
  const [top, ...lines] = align([head, ...rows])
  console.log(`\n  ${bold('Violations per 1,000 reads')}`)
  const api = `${replicas} replicas, mean lag ${meanLagMs} ms, seed ${seed}`
  console.log(dim(`  ${api}; a read every 100 ms, a write a second\n`))
  console.log(dim(`  ${top}`))
  for (const [index, line] of lines.entries()) console.log(`  ${index === 1 ? accent(line) : line}`)
  console.log('')
}

/**
 * Sets texts in columns: the first to the left, the others to the right.
 *
 * @param {readonly (readonly string[])[]} rows
 */
function align(rows) {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths?.[column] ?? 0
        return column === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('   '),
  )
}

/** @param {string} text */
function bold(text) {
  return styled('bold', text)
}

/** @param {string} text */
function dim(text) {
  return styled('dim', text)
}

/** @param {string} text */
function accent(text) {
  return styled('cyan', text)
}

/**
 * @param {'bold' | 'dim' | 'cyan'} style
 * @param {string} text
 */
function styled(style, text) {
  const isPlain = !process.stdout.isTTY || process.env['NO_COLOR'] !== undefined
  return isPlain ? text : styleText(style, text)
}
