// Which Chromium the browser tests run in: the one named by the environment, else the first on the
// PATH that answers, else the one that Playwright keeps for itself.
import { findInstalled } from './installed-browser.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * Returns the path of a Chromium that is installed, or `undefined` when only Playwright may have one.
 *
 * @returns {string | undefined}
 * @throws {Error} when TIDEMARK_CHROMIUM names something that does not run.
 */
export function findChromium() {
  return findInstalled({ variable: 'TIDEMARK_CHROMIUM', names })
}
