// Which Firefox the tests of the second engine run in: the one named by the environment, else the first
// on the PATH that answers. It is an unpatched one, as users have it, driven over WebDriver BiDi, so
// Playwright's own build is of no use.
import { findInstalled } from './installed-browser.mjs'

const names = ['firefox-esr', 'firefox']

/** What is printed where there is none. */
export const noFirefox =
  'no Firefox: what runs in it is skipped. Install one, or name it: TIDEMARK_FIREFOX=/path/to/firefox'

/**
 * Returns the path of a Firefox that is installed, or `undefined` where there is none.
 *
 * @returns {string | undefined}
 * @throws {Error} when TIDEMARK_FIREFOX names something that does not run.
 */
export function findFirefox() {
  return findInstalled({ variable: 'TIDEMARK_FIREFOX', names })
}
