// WebKitGTK as a browser of Vitest: one page, which is led to the address of each run.

import { defineBrowserProvider } from '@vitest/browser'
import { startWebKit } from './webkit-session.ts'
import type { WebKitSession } from './webkit-session.ts'

/** The provider. `miniBrowser` is the path of the browser. */
export function webkitgtk(miniBrowser: string): ReturnType<typeof defineBrowserProvider> {
  return defineBrowserProvider({
    name: 'webkitgtk',
    supportedBrowser: ['webkit'],
    options: {},
    providerFactory() {
      let session: Promise<WebKitSession> | undefined
      return {
        name: 'webkitgtk',
        supportsParallelism: false,
        getCommandsContext: () => ({}),
        async openPage(_sessionId, url) {
          session ??= startWebKit(miniBrowser)
          await (await session).goto(url)
        },
        async close() {
          await (await session)?.close()
          session = undefined
        },
      }
    },
  })
}
