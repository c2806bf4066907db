// Measures how smoothly the demo plays: `node demo/frames.mjs [--seconds 10] [--width 1440] [--warm 0]`.
//
// The page plays in Chromium, and a conversation and posts go on beside it, so that 50 reads a second and more
// pass. Prints the reads a second, the time from one frame to the next, the tasks of more than 50 ms, and how much
// of a second the page's thread works, by the processor's own count. What is measured is a page that has played for
// `--warm` seconds before. The same page at rest comes first: what it misses there, the machine misses.
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { findChromium } from '../.ci/chromium.mjs'
import { press, startDemo } from './started-demo.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    warm: { type: 'string', default: '0' },
    width: { type: 'string', default: '1440' },
  },
})

const { demo, printedUrl } = startDemo()
try {
  const url = await printedUrl
  const executablePath = findChromium()
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const page = await browser.newPage({ viewport: { width: Number(values.width), height: 900 } })
  await page.goto(url)
  await page.waitForSelector('html[data-busy=false]')
  await page.locator('#timeline').scrollIntoViewIfNeeded()
  const work = await page.context().newCDPSession(page)
  await work.send('Performance.enable', { timeDomain: 'threadTicks' })
  report('at rest', await measure(page, work, { seconds: 5, acts: false }))
  await page.locator('#play').evaluate(press)
  await measure(page, work, { seconds: Number(values.warm), acts: true })
  report('playing', await measure(page, work, { seconds: Number(values.seconds), acts: true }))
  await browser.close()
} finally {
  demo.kill('SIGTERM')
}

/**
 * @typedef {object} Measured
 * @property {readonly number[]} framesMs the time from each frame to the next
 * @property {readonly number[]} longMs how long each long task took
 * @property {number} reads
 * @property {number} seconds
 */

/**
 * Watches the page, and lets others act beside it.
 *
 * @param {import('playwright-core').Page} page
 * @param {import('playwright-core').CDPSession} work
 * @param {{ readonly seconds: number, readonly acts: boolean }} how
 * @returns {Promise<Measured & { readonly worked: Readonly<Record<string, number>> }>}
 */
async function measure(page, work, how) {
  const before = await workOf(work)
  const measured = await watch(page, how)
  const after = await workOf(work)
  const worked = Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]))
  return { ...measured, worked }
}

/**
 * @param {import('playwright-core').CDPSession} work
 * @returns {Promise<Readonly<Record<string, number>>>}
 */
async function workOf(work) {
  const { metrics } = await work.send('Performance.getMetrics')
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
}

/**
 * @param {import('playwright-core').Page} page
 * @param {{ readonly seconds: number, readonly acts: boolean }} how
 * @returns {Promise<Measured>}
 */
function watch(page, how) {
  return page.evaluate(async ({ seconds: lasting, acts: isActing }) => {
    const reads = () =>
      ['plain-reads', 'tidemark-reads'].reduce(
        (sum, id) => sum + Number(document.getElementById(id)?.textContent.replaceAll(',', '')),
        0,
      )
    /** @type {number[]} */
    const framesMs = []
    /** @type {number[]} */
    const longMs = []
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longMs.push(duration)
    })
    observer.observe({ type: 'longtask' })
    let acts = 0
    const acting = setInterval(() => {
      if (!isActing) return
      const scene = acts % 2 === 0 ? 'conversation' : 'posts'
      acts += 1
      document.getElementById(`act-${scene}`)?.click()
    }, 200)
    const readsBefore = reads()
    const begunMs = performance.now()
    await new Promise((done) => {
      let lastMs = begunMs
      /** @param {number} nowMs */
      const frame = (nowMs) => {
        if (lastMs !== begunMs) framesMs.push(nowMs - lastMs)
        lastMs = nowMs
        if (nowMs - begunMs < lasting * 1000) requestAnimationFrame(frame)
        else done(undefined)
      }
      requestAnimationFrame(frame)
    })
    clearInterval(acting)
    observer.disconnect()
    return { framesMs, longMs, reads: reads() - readsBefore, seconds: (performance.now() - begunMs) / 1000 }
  }, how)
}

/**
 * @param {string} what
 * @param {Measured & { readonly worked: Readonly<Record<string, number>> }} measured
 */
function report(what, { framesMs, longMs, reads, seconds, worked }) {
  const sorted = framesMs.toSorted((left, right) => left - right)
  /** @param {number} share */
  const within = (share) => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(1)
  const ofSecond = (/** @type {string} */ name) => `${(((worked[name] ?? 0) / seconds) * 1000).toFixed(0)} ms`
  console.log(`\n${what}, for ${seconds.toFixed(0)} s at ${values.width} px: ${(reads / seconds).toFixed(0)} reads a second shown`)
  console.log(`  ${(framesMs.length / seconds).toFixed(1)} frames a second`)
  console.log(`  from frame to frame p50 ${within(0.5)} ms, p95 ${within(0.95)} ms, p99 ${within(0.99)} ms, most ${within(1)} ms`)
  console.log(`  ${longMs.length} tasks of more than 50 ms, the longest ${Math.max(0, ...longMs).toFixed(0)} ms`)
  console.log(
    `  of each second the page works ${ofSecond('TaskDuration')}: scripts ${ofSecond('ScriptDuration')}, ` +
      `styles ${ofSecond('RecalcStyleDuration')}, layouts ${ofSecond('LayoutDuration')}`,
  )
  console.log(`  ${worked['LayoutCount']} layouts in ${framesMs.length} frames`)
}
