// Links of the prose: each leads to a file that is there, and to a heading that it has.
//
// Addresses of other sites are read, and not asked: a test must not fail for what others do.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const folders = ['docs', 'examples', 'bench', 'test']

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => join(folder, name)),
  ),
]

interface Link {
  readonly target: string
  readonly line: number
}

/** Returns a page without what is code: brackets mean something else there. */
function proseOf(text: string): string {
  return text.replaceAll(/^```[^]*?^```/gm, (code) => code.replaceAll(/[^\n]/g, '')).replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, '·'))
}

function linksOf(text: string): Link[] {
  return [...proseOf(text).matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map((match) => ({
    target: match[1] ?? '',
    line: text.slice(0, match.index).split('\n').length,
  }))
}

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of text.replaceAll(/^```[^]*?^```/gm, '').matchAll(/^#{1,6} +(.*?) *#*$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = words.replaceAll(/[^\p{L}\p{N}\p{Pc}\- ]/gu, '').replaceAll(' ', '-')
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

function faultOf(page: string, { target }: Link): string | undefined {
  if (/^[a-z]+:/.test(target)) return URL.canParse(target) && !target.startsWith('http:') ? undefined : 'no secure address'
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? join(root, page) : join(root, dirname(page), decodeURI(path))
  if (!existsSync(file)) return `there is no ${relative(root, file)}`
  if (anchor === undefined) return undefined
  if (!statSync(file).isFile()) return 'a folder has no headings'
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? undefined : `no heading makes #${anchor}`
}

describe('links', () => {
  test('there are pages to look at', () => {
    expect(pages).toContain('README.md')
    expect(pages.length).toBeGreaterThan(20)
  })

  test.each(pages)('%s leads to what is there', (page) => {
    const found = linksOf(readFileSync(join(root, page), 'utf8')).flatMap((link) => {
      const fault = faultOf(page, link)
      return fault === undefined ? [] : [`line ${link.line}: ${link.target}: ${fault}`]
    })
    expect(found).toEqual([])
  })

  test('each page of docs/ is reached from another', () => {
    const reached = pages.flatMap((page) =>
      linksOf(readFileSync(join(root, page), 'utf8')).map(({ target }) => join(dirname(page), target.split('#')[0] ?? '')),
    )
    const flat = pages.filter((page) => /^docs[\\/][\w-]+\.md$/.test(page))
    expect(flat.length).toBeGreaterThan(10)
    expect(flat.filter((page) => !reached.includes(page))).toEqual([])
  })

  test('a broken link is found', () => {
    expect(faultOf('README.md', { target: 'docs/nowhere.md', line: 1 })).toContain('docs/nowhere.md')
    expect(faultOf('README.md', { target: 'docs/faq.md#nowhere', line: 1 })).toContain('#nowhere')
    expect(faultOf('README.md', { target: 'http://example.com/', line: 1 })).toBe('no secure address')
    expect(linksOf('`[a](b)` and\n[c](d.md)')).toEqual([{ target: 'd.md', line: 2 }])
    expect([...anchorsOf('# Which API?\n## Which API?\n### `a.b` and [c](d)')]).toEqual(['which-api', 'which-api-1', 'ab-and-c'])
  })
})
