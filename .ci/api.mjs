// Writes the public surface into docs/api/, one report for each entry, every declaration spelled out,
// so that each change of what we promise is a difference that a person reads.
//
// It reads the declarations in dist/, and follows one level of named re-exports, which is all that the
// tidy test allows to an entry.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './command.mjs'
import { readEntries } from './entries.mjs'

const out = 'docs/api'

/**
 * Writes the reports anew, and returns the files that were not so before.
 *
 * @returns {string[]}
 */
export function writeReports() {
  const folder = join(root, out)
  mkdirSync(folder, { recursive: true })
  const before = new Map(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )
  const after = new Map(
    readEntries().map(([subpath, { types }]) => [reportName(subpath), reportOf(types)]),
  )
  for (const [name, text] of after) writeFileSync(join(folder, name), text)
  for (const name of before.keys()) if (!after.has(name)) rmSync(join(folder, name))
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => `${out}/${name}`)
}

/** @param {string} subpath */
function reportName(subpath) {
  return `${subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-')}.api.d.ts`
}

/** @param {string} types */
function reportOf(types) {
  const entry = join(root, types)
  if (!existsSync(entry)) throw new Error(`${types} is named in package.json and was not built.`)
  const surface = [...declarationsOf(entry).values(), ...reExportsOf(entry)]
  return surface.toSorted((left, right) => left.localeCompare(right, 'en')).join('\n')
}

/**
 * Returns the declarations that a file exports, by name, overloads together, without comments.
 *
 * @param {string} file
 */
function declarationsOf(file) {
  const text = readFileSync(file, 'utf8').replaceAll(/[ \t]*\/\*\*[\s\S]*?\*\/\n?/g, '')
  const declaration =
    /^export (?:declare )?(?:abstract )?(?:function|const|interface|type|class) (\w+)/
  /** @type {Map<string, string>} */
  const found = new Map()
  for (const part of text.split(/^(?=export |declare )/m)) {
    const name = declaration.exec(part)?.[1]
    if (name !== undefined) found.set(name, `${found.get(name) ?? ''}${part.trim()}\n`)
  }
  return found
}

/**
 * Returns the declarations that an entry re-exports by name.
 *
 * @param {string} entry
 */
function reExportsOf(entry) {
  const reExport = /^export (?:type )?\{([^}]*)\} from '([^']+)'/gm
  return [...readFileSync(entry, 'utf8').matchAll(reExport)].flatMap(([, names = '', from = '']) => {
    const declared = declarationsOf(join(dirname(entry), from.replace(/\.[jt]s$/, '.d.ts')))
    const items = names.split(',').map((item) => item.trim().replace(/^type /, ''))
    return items.filter(Boolean).map((item) => {
      const [name = '', alias] = item.split(' as ')
      const text = declared.get(name)
      if (text === undefined) throw new Error(`${entry}: ${from} declares no ${name}.`)
      return alias === undefined ? text : `// as ${alias}\n${text}`
    })
  })
}
