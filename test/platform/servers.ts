// Starts the servers of the platform check, on ports of the machine's choice.
//
// A page of the check reaches them across origins, as most apps reach their API, each with another
// CORS policy. None of them is the page's own origin: see `same-origin.ts` for that one.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import { createControl, createEndpoints } from './endpoints.ts'
import { createJournal } from './journal.ts'

/** Where the servers are, such as `http://127.0.0.1:40001`. */
export interface PlatformOrigins {
  /** Allows all that CORS can allow, and is named in `origins`. */
  readonly open: string
  /** Allows any origin and nothing more, as an API that nobody prepared for us. Named as well. */
  readonly bare: string
  /** Knows nothing of CORS. Named as well. */
  readonly closed: string
  /** As `bare`, and not named: nothing of ours may arrive there. */
  readonly elsewhere: string
  /** As `open`, and not named. */
  readonly stranger: string
  /** Answers for the journal. */
  readonly control: string
  /** A port on which nobody listens. */
  readonly deaf: string
}

/** Running servers. */
export interface PlatformServers {
  readonly origins: PlatformOrigins
  /** The endpoints, for a server that has a port already. */
  readonly listener: RequestListener
  readonly close: () => Promise<void>
}

/** Starts the servers. */
export async function startPlatformServers(): Promise<PlatformServers> {
  const journal = createJournal()
  const servers: Server[] = []
  const start = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener)
    servers.push(server)
    return listen(server)
  }
  const deaf = createServer()
  const origins: PlatformOrigins = {
    open: await start(createEndpoints(journal, 'open')),
    bare: await start(createEndpoints(journal, 'bare')),
    closed: await start(createEndpoints(journal, 'none')),
    elsewhere: await start(createEndpoints(journal, 'bare')),
    stranger: await start(createEndpoints(journal, 'open')),
    control: await start(createControl(journal)),
    deaf: await listen(deaf),
  }
  await close(deaf)
  return {
    origins,
    listener: createEndpoints(journal, 'none'),
    close: async () => void (await Promise.all(servers.map(close))),
  }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.')
  return `http://127.0.0.1:${address.port}`
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
