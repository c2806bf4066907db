// From a key back to its URL: where a rule names keys, such as `photo/:id` for `/photos/:id`, a key says
// which resource is meant as well as its address does.

import { compilePath, fillTemplate } from '../paths/path-pattern.ts'
import type { ResolvedOptions } from './options.ts'

/** Returns the URL of the resource that has a key by some rule, or `undefined` where none has. */
export function urlOfKey(
  { rules, origins }: Pick<ResolvedOptions, 'rules' | 'origins'>,
  key: string,
): URL | undefined {
  const [origin] = origins
  for (const [index, rule] of rules.entries()) {
    if (rule.key === undefined || typeof rule.match !== 'string') continue
    // A key may be any text: where it is not built as paths are, it leads back to none.
    const isPattern = /^(\/(:[A-Za-z_]\w*|[^/:*?#]*))+$/.test(`/${rule.key}`) && !rule.match.endsWith('*')
    const params = isPattern ? compilePath(`/${rule.key}`, `rules[${index}].key`)(`/${key}`) : undefined
    const found = params && fillTemplate(rule.match.replace(/^https?:\/\/[^/]+/, ''), (name) => params[name])
    const base = /^https?:\/\/[^/]+/.exec(rule.match)?.[0] ?? origin
    if (found !== undefined && base !== undefined) return new URL(found, base)
  }
  return undefined
}
