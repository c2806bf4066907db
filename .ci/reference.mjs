// `npm run docs:api`: pages of the API, made from the docstrings, in `coverage/api`, which git ignores.
//
// The pages are made of what is there, so they are never committed: what is reviewed at a change of the
// surface is `docs/api`, which has every name and no prose.
import { join } from 'node:path'
import { root, run } from './command.mjs'
import { sourceByName } from './entries.mjs'

const out = join(root, 'coverage/api')

process.exitCode = run('typedoc', [
  ...[...sourceByName().values()].flatMap((file) => ['--entryPoints', file]),
  '--tsconfig',
  '.ci/tsconfig.node.json',
  '--out',
  out,
  '--name',
  'Tidemark',
  '--readme',
  'docs/README.md',
  '--excludeInternal',
  '--excludePrivate',
  '--logLevel',
  'Error',
])
if (process.exitCode === 0) console.log(`The reference is in ${join(out, 'index.html')}`)
