// Prints the shape of src/ beside that of libraries whose reading is easy. A mirror, not a gate: it
// never fails. When the tail grows, look for the file that holds two ideas.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './command.mjs'

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, lines: readFileSync(join(root, 'src', file), 'utf8').trimEnd().split('\n') }))
  .toSorted((left, right) => left.lines.length - right.lines.length)

/** @param {string} line */
const isComment = (line) => /^\s*(\/\/|\/\*|\*)/.test(line)

const all = files.flatMap(({ lines }) => lines).filter((line) => line.trim() !== '')
const comments = all.filter(isComment).length

/** @param {number} share */
const at = (share) => {
  const found = files[Math.floor((files.length - 1) * share)]
  return found === undefined ? '' : `${String(found.lines.length).padEnd(6)}${found.file}`
}

console.log(`files     ${files.length}`)
console.log(`median    ${at(0.5)}   (models: 42 to 75)`)
console.log(`p90       ${at(0.9)}   (models: 161 to 417)`)
console.log(`longest   ${at(1)}`)
console.log(
  `comments  ${(comments / (all.length - comments)).toFixed(2)} per code line   (models: 0.18 to 0.92)`,
)
// Functions that are long, deep or branched, by the warnings of the lint configuration.
run('oxlint', ['src'])
