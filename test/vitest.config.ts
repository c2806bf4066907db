// Where each kind of test runs. The suffix of a file says it:
//
//   *.test.ts            Node
//   *.dom.test.ts        happy-dom, with an IndexedDB in memory
//   *.browser.test.ts    Chromium, over a real network, disk and service worker
//   *.neutral.test.ts    Node and Chromium: a promise that must hold in both
//                        Some of these two run in Firefox and WebKit too: `test/engines/files.ts` names them
//   *.page.test.ts       Node, driving pages in Chromium from outside
//   *.test-d.ts          the type checker alone
//   test/postgres/       Node, with PostgreSQL servers of its own, and Chromium driven from outside
//   test/mariadb/        Node, with MariaDB servers of its own, where this machine has MariaDB
//
// `test/docs/generated` holds the examples of the README, of docs/ and of the docstrings, which
// `.ci/docs.mjs` writes. Names of the package resolve to src/, never to a build that may be old.
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { findChromium } from '../.ci/chromium.mjs'
import { sourceAliases } from '../.ci/entries.mjs'
import { findFirefox } from '../.ci/firefox.mjs'
import { mswWorker } from '../.ci/msw-worker.mjs'
import { filesOfAllEngines } from './engines/files.ts'
import { webkitgtk } from './engines/webkitgtk.ts'
import { recipes } from './frameworks/recipes.ts'
import { platformEndpoints } from './platform/same-origin.ts'

/** The runtimes that the recipes of docs/frameworks.md are run against. */
const runtimes = [
  ['react', 'react-dom/client', 'react-dom/server', 'preact', 'preact/compat', 'preact-render-to-string'],
  ['vue', 'vue/server-renderer', 'svelte', 'svelte/internal/client', 'svelte/internal/disclose-version'],
  ['solid-js', 'solid-js/h', 'solid-js/web', 'lit', 'rxjs', 'nanostores', 'signal-polyfill'],
  ['@angular/compiler', '@angular/core', '@angular/core/rxjs-interop', '@angular/platform-browser'],
].flat()

/** TanStack Query, and what our adapter takes the place of. */
const queries = [
  '@tanstack/query-core',
  '@tanstack/query-broadcast-client-experimental',
  '@tanstack/query-persist-client-core',
]

const elsewhere = [
  'test/**/*.{dom,browser,page}.test.ts',
  'test/docs/generated/**',
  'test/postgres/**',
  'test/mariadb/**',
]

const chromium = findChromium()
// Without one its project is left out, which `.ci/install.mjs` says.
const firefox = findFirefox()

const launchOptions = {
  ...(chromium === undefined ? {} : { executablePath: chromium }),
  args: [
    '--no-sandbox', // Containers run as root, where the sandbox cannot start.
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Without it `performance.measureUserAgentSpecificMemory()` waits up to 20 seconds for a collection.
    '--enable-blink-features=ForceEagerMeasureMemory',
  ],
}

export default defineConfig({
  root: `${import.meta.dirname}/..`,
  resolve: { alias: sourceAliases() },
  test: {
    // Tests wait for conditions, never for time. A busy machine is no fault; what hangs ends all the same.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text'],
      thresholds: {
        // The guarantees are decided here, purely: whatever no test reaches is a promise nobody checked.
        'src/core/**': { branches: 100, functions: 100, lines: 100 },
      },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: elsewhere,
        },
      },
      {
        extends: true,
        test: {
          name: 'dom',
          environment: 'happy-dom',
          setupFiles: ['fake-indexeddb/auto'],
          include: ['test/**/*.dom.test.ts'],
        },
      },
      {
        extends: true,
        // The oldest release that the peer range admits. The newest is what the project `unit` runs on.
        resolve: { alias: [{ find: /^@tanstack\/query-core$/, replacement: 'query-core-lowest' }] },
        test: {
          name: 'peer',
          environment: 'node',
          include: ['test/adapters/tanstack-query/*.test.ts'],
          exclude: ['**/anomalies.test.ts', ...elsewhere],
        },
      },
      {
        extends: true,
        // Each starts a server and a browser, which takes a while where much else runs.
        test: {
          name: 'page',
          environment: 'node',
          include: ['test/**/*.page.test.ts'],
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        // Each starts a primary and its standbys, and changes them for good.
        test: {
          name: 'postgres',
          environment: 'node',
          include: ['test/postgres/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'mariadb',
          environment: 'node',
          include: ['test/mariadb/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'docs',
          environment: 'node',
          setupFiles: ['fake-indexeddb/auto'],
          include: ['test/docs/generated/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'test/types/tsconfig.json',
          },
        },
      },
      {
        ...inPage('chromium'),
        plugins: [mswWorker(), platformEndpoints(), recipes()],
        test: {
          name: 'chromium',
          include: ['test/**/*.{browser,neutral}.test.ts'],
          globalSetup: ['test/servers.ts'],
          browser: {
            ...browserAt(63315),
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      ...(firefox === undefined
        ? []
        : [
            {
              ...inPage('firefox'),
              plugins: [mswWorker(), platformEndpoints()],
              test: {
                name: 'firefox',
                include: filesOfAllEngines,
                globalSetup: ['test/servers.ts'],
                browser: {
                  ...browserAt(63316),
                  // Unpatched, by WebDriver BiDi: what Playwright calls this channel.
                  provider: playwright({ launchOptions: { channel: 'moz-firefox', executablePath: firefox } }),
                  instances: [{ browser: 'firefox' as const }],
                },
              },
            },
          ]),
      // By `npm run test:webkit` alone: few machines have what it needs.
      ...(process.env['TIDEMARK_WEBKIT'] === undefined
        ? []
        : [
            {
              ...inPage('webkit'),
              plugins: [mswWorker(), platformEndpoints()],
              test: {
                name: 'webkit',
                include: filesOfAllEngines,
                globalSetup: ['test/servers.ts'],
                browser: {
                  ...browserAt(63317),
                  provider: webkitgtk(process.env['TIDEMARK_WEBKIT']),
                  instances: [{ browser: 'webkit' as const }],
                },
              },
            },
          ]),
    ],
  },
})

/** What the projects of all engines have in common. */
function inPage(engine: string): {
  extends: true
  cacheDir: string
  optimizeDeps: { include: string[] }
  define: Record<string, string>
  server: { headers: Record<string, string> }
} {
  return {
    extends: true,
    cacheDir: `node_modules/.vite/${engine}`,
    // Named here, so that Vite never finds one in mid-run, rebuilds its bundle and reloads the page.
    optimizeDeps: {
      include: ['idb', 'fast-check', 'msw', 'msw/browser', 'swr', 'dexie', 'idb-keyval', ...queries, ...runtimes],
    },
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true',
    },
    server: {
      // Cross-origin isolated: exact clocks, and the rules that a careful application lives under.
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
  }
}

/** A browser that is driven by a server on a port of its own. */
function browserAt(port: number): {
  enabled: true
  headless: true
  ui: false
  screenshotFailures: false
  api: { host: string; port: number }
} {
  return { enabled: true, headless: true, ui: false, screenshotFailures: false, api: { host: '127.0.0.1', port } }
}
