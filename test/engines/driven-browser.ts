// Browsers with several tabs, driven from outside: those that Playwright drives, and WebKitGTK over WebDriver.

import type { Browser, Page } from 'playwright-core'
import { startWebKit } from './webkit-session.ts'
import type { WebKitSession } from './webkit-session.ts'

/** A tab that is driven from outside. */
export interface DrivenTab {
  readonly goto: (url: string) => Promise<void>
  /** Evaluates an expression in the page, and awaits it. Tabs work side by side. */
  readonly evaluate: (expression: string) => Promise<unknown>
  /** What the page has said on its console, and what it has thrown, where the driver can tell. */
  readonly said: readonly string[] | undefined
}

/** A browser whose tabs share one profile. */
export interface DrivenBrowser {
  readonly newTab: () => Promise<DrivenTab>
  readonly close: () => Promise<void>
}

/** Drives a browser of Playwright's. */
export async function driveByPlaywright(browser: Browser): Promise<DrivenBrowser> {
  const context = await browser.newContext()
  return {
    newTab: async () => tabOf(await context.newPage()),
    close: () => browser.close(),
  }
}

function tabOf(page: Page): DrivenTab {
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(error.message))
  return {
    async goto(url) {
      await page.goto(url)
    },
    evaluate: (expression) => page.evaluate(expression),
    said,
  }
}

/** Starts WebKitGTK, and drives it. A session of it looks at one tab at a time, so each look is short. */
export async function driveWebKit(miniBrowser: string): Promise<DrivenBrowser> {
  const session = await startWebKit(miniBrowser)
  let lastLook: Promise<unknown> = Promise.resolve()
  const look = <T>(handle: string, act: () => Promise<T>): Promise<T> => {
    const looking = lastLook.then(async () => {
      await session.send('POST', '/window', { handle })
      return act()
    })
    lastLook = looking.catch(() => undefined)
    return looking
  }
  return {
    async newTab() {
      const made = lastLook.then(() => session.send('POST', '/window/new', { type: 'tab' }))
      lastLook = made.catch(() => undefined)
      const { handle } = (await made) as { readonly handle: string }
      return {
        goto: (url) => look(handle, () => session.goto(url)),
        evaluate: (expression) => evaluateIn(session, expression, (act) => look(handle, act)),
        said: undefined,
      }
    },
    close: session.close,
  }
}

let evaluations = 0

/** Begins an evaluation, and looks again and again for its end: other tabs are looked at in between. */
async function evaluateIn(
  session: WebKitSession,
  expression: string,
  look: (act: () => Promise<unknown>) => Promise<unknown>,
): Promise<unknown> {
  evaluations += 1
  const name = `driven${evaluations}`
  const execute = (script: string): Promise<unknown> => look(() => session.send('POST', '/execute/sync', { script, args: [] }))
  await execute(`
    window.${name} = {}
    Promise.resolve().then(() => (${expression})).then(
      (value) => { window.${name} = { value: value ?? null } },
      (error) => { window.${name} = { error: String(error) } },
    )`)
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const found = (await execute(`return window.${name}`)) as { readonly value?: unknown; readonly error?: string }
    if (found.error !== undefined) throw new Error(found.error)
    if ('value' in found) return found.value
  }
}
