// The judge is judged, in Node.

import { afterAll } from 'vitest'
import { checkBroken, wrappersAnywhere } from './check-broken.ts'
import { startPlatformServers } from './servers.ts'

const servers = await startPlatformServers()
afterAll(() => servers.close())

checkBroken(wrappersAnywhere, { ...servers.origins, page: '' })
