// The servers that browser tests talk to. A page cannot start one, so vitest's global setup does, and
// tells the tests where they are: `inject('platform').open`.
//
// To add one, write a function as `platform` below, name it in `starts`, and declare the type of what
// it provides.

import type { TestProject } from 'vitest/node'
import { offerToPage } from './platform/same-origin.ts'
import { startPlatformServers } from './platform/servers.ts'
import type { PlatformOrigins } from './platform/servers.ts'

declare module 'vitest' {
  /** What `inject` knows, by name. */
  interface ProvidedContext {
    platform: PlatformOrigins
  }
}

/** Starts something, tells the tests of it by `project.provide`, and returns how it ends. */
type Start = (project: TestProject) => Promise<() => Promise<void>>

const platform: Start = async (project) => {
  const { origins, listener, close } = await startPlatformServers()
  offerToPage(listener)
  project.provide('platform', origins)
  return close
}

const starts: readonly Start[] = [platform]

/** Starts each of them, and returns how all of them end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const closes = await Promise.all(starts.map((start) => start(project)))
  return async () => {
    await Promise.all(closes.map((close) => close()))
  }
}
