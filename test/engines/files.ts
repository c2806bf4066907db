// Which test files run in every engine that there is, and not in Chromium alone: those on the disk, the
// locks, the network and the mirror, where engines differ. What they prove by rule: docs/engines.md.

/** The files, as globs from the root of the checkout. */
export const filesOfAllEngines: string[] = [
  'test/conformance/*.{browser,neutral}.test.ts',
  'test/storage/*.neutral.test.ts',
  'test/client/*.browser.test.ts',
  'test/engines/*.browser.test.ts',
  'test/observers/outbox.browser.test.ts',
  'test/observers/readable.neutral.test.ts',
  'test/platform/platform.browser.test.ts',
]
