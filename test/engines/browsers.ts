// The browsers of the machine, as programs: started on a profile, with a page that may open others.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from '../../.ci/chromium.mjs'
import { findFirefox } from '../../.ci/firefox.mjs'
import type { Command } from './crash.ts'

/** The browsers that a program can start here, by name. */
export function installedBrowsers(): ReadonlyMap<string, Command> {
  const chromium = findChromium()
  const firefox = findFirefox()
  return new Map<string, Command>([
    ...(chromium === undefined ? [] : [['chromium', startChromium(chromium)] as const]),
    ...(firefox === undefined ? [] : [['firefox', startFirefox(firefox)] as const]),
  ])
}

function startChromium(path: string): Command {
  return (profile, url) => [
    path,
    '--headless=new',
    '--no-sandbox', // Containers run as root, where the sandbox cannot start.
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Tabs out of sight work on as if they were seen.
    '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding',
    '--disable-popup-blocking',
    `--user-data-dir=${profile}`,
    url,
  ]
}

function startFirefox(path: string): Command {
  return (profile, url) => {
    // Read at each start, before anything else. After three crashes it would ask whether to start safely.
    writeFileSync(
      join(profile, 'user.js'),
      ['dom.disable_open_during_load", false', 'toolkit.startup.max_resumed_crashes", -1', 'browser.sessionstore.resume_from_crash", false']
        .map((preference) => `user_pref("${preference});\n`)
        .join(''),
    )
    return [path, '--headless', '--no-remote', '--profile', profile, url]
  }
}
