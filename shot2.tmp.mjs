import { chromium } from 'playwright-core'
import { findChromium } from '/tmp/w/server/.ci/chromium.mjs'
const b = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox','--disable-gpu'] })
const p = await b.newPage({ viewport: { width: 1440, height: 1000 } })
p.on('console', m => { if (m.type()==='error') console.log('console', m.text()) })
p.on('pageerror', e => console.log('pageerror', e.message))
p.on('response', r => { if (r.status()>=400) console.log(r.status(), r.request().method(), r.url()) })
p.on("response", r => { if (r.url().includes("/postgres/") ) n++ }); let n=0; p.setDefaultTimeout(150000); console.time("t"); await p.goto(process.argv[2]); console.timeLog("t"); setInterval(() => console.log("pg responses", n), 10000).unref()
await p.waitForFunction(() => document.documentElement.dataset.busy === 'false')
console.log(await p.locator('#servers').innerText())
for (const a of ['act-photos','act-likes','act-conversation','act-posts','act-cart','act-dashboard']) { const l = p.locator('#'+a); if (await l.count()) { await l.click(); await p.waitForFunction(() => document.documentElement.dataset.busy === 'false'); console.log(a, 'ok') } }
await p.locator('#play').click()
await new Promise(r => setTimeout(r, 12000))
for (const id of ['plain-violations','tidemark-violations','tidemark-refused','plain-requests']) { const l = p.locator('#'+id); if (await l.count()) console.log(id, await l.innerText()) }
console.log(await p.locator('#servers').innerText())
await p.screenshot({ path: '/tmp/w/server-shot.png' })
await b.close()
