// The floor mirror: a small copy of the floors that is read without waiting.
//
// IndexedDB answers some milliseconds after a page has loaded, or much later, or not at all. The first
// requests need floors to carry, and their answers floors to be judged by, so the floors are also kept in
// `localStorage`, which answers at once (I8, lessons D18). It holds a JSON list: whether it is complete, then a member
// for each floor, most important first, such as
//
//   [1,["w","photos","7f3a","42"],["r","photos","7f3a","45"]]
//
// M1. What is written is joined with what stands, so a tab that knows less lowers nothing. Two tabs
//     that write in the same instant may lose the raise of one of them until it writes again: the
//     platform offers no lock here, and the disk knows it.
// M2. It says that it is complete only when no floor can be missing, as far as the browser has kept what was
//     written: after a crash it is what was written back last (docs/findings/0007).
// M3. It never throws, whatever the browser forbids and whoever wrote there before us (I14).
// M4. What cannot be written is taken away: an old mirror that calls itself complete would be believed.

import { relateEpochs } from '../core/epoch.ts'
import { ProtocolError } from '../core/errors.ts'
import { epochOf, joinFloors } from '../core/session.ts'
import type { ScopeFloors } from '../core/session.ts'
import { parseVersion } from '../core/version.ts'
import type { FormatOf } from '../core/version.ts'

/** What {@link floorMirror} needs. */
export interface FloorMirrorOptions {
  /** Where it stands, such as `localStorage`. Without one, nothing is kept. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined
  readonly name: string
  readonly principal: string
  readonly formatOf: FormatOf
  /**
   * How long the text may be, in characters. Write floors are kept before read floors, and of either
   * those raised last.
   *
   * @default 16384
   */
  readonly lengthMax?: number | undefined
}

/** A copy of the floors that is read without waiting. */
export interface FloorMirror {
  /** Reads the floors, and tells whether they are all there are. */
  readonly read: () => MirroredFloors
  /**
   * Joins floors with those that stand. With `'some'`, the mirror stays as complete as it was. With
   * `'all'`, the caller says that these are all floors of the session, the disk's included.
   *
   * Floors of another epoch replace what stands, unless theirs is known to be the older one.
   */
  readonly write: (floors: ReadonlyMap<string, ScopeFloors>, extent?: 'some' | 'all') => void
  /** Forgets all floors. */
  readonly clear: () => void
}

/** What a mirror shows. */
export interface MirroredFloors {
  readonly floors: ReadonlyMap<string, ScopeFloors>
  /** Whether no floor is missing, as far as the mirror knows. */
  readonly isComplete: boolean
}

const nothing: MirroredFloors = { floors: new Map(), isComplete: false }

/** Makes the mirror of a principal's floors. */
export function floorMirror(options: FloorMirrorOptions): FloorMirror {
  const { storage, name, principal, formatOf, lengthMax = 16_384 } = options
  // Quotes and their escapes keep names and principals apart, whatever characters they have.
  const key = `${name}:${JSON.stringify(principal)}`

  function read(): MirroredFloors {
    try {
      return parse(formatOf, storage?.getItem(key) ?? '', lengthMax)
    } catch {
      return nothing // M3: nobody needs to be told, since the disk knows all that stood here.
    }
  }

  function clear(): void {
    try {
      storage?.removeItem(key)
    } catch {
      // M3: what may not be removed could not be written either.
    }
  }

  return {
    read,
    write(floors, extent = 'some') {
      const stands = read()
      try {
        const joined = join(formatOf, stands.floors, floors)
        const isComplete = extent === 'all' || stands.isComplete
        if (joined === stands.floors && isComplete === stands.isComplete) return
        storage?.setItem(key, print(joined, isComplete, lengthMax))
      } catch {
        clear() // M4
      }
    },
    clear,
  }
}

/** Joins floors with those that stand: those raised come first. */
function join(
  formatOf: FormatOf,
  stands: ReadonlyMap<string, ScopeFloors>,
  brought: ReadonlyMap<string, ScopeFloors>,
): ReadonlyMap<string, ScopeFloors> {
  const joined = new Map<string, ScopeFloors>()
  for (const [scope, floors] of brought) {
    const known = stands.get(scope)
    const next = joinScope(formatOf, known, floors)
    if (next !== known) joined.set(scope, next)
  }
  if (joined.size === 0) return stands
  for (const [scope, floors] of stands) if (!joined.has(scope)) joined.set(scope, floors)
  return joined
}

function joinScope(
  formatOf: FormatOf,
  known: ScopeFloors | undefined,
  brought: ScopeFloors,
): ScopeFloors {
  const next = brought.read ?? brought.write
  const floor = known?.read ?? known?.write
  if (known === undefined || floor === undefined) return brought
  if (next === undefined) return known
  switch (relateEpochs(formatOf, next, floor)) {
    case 'same':
      return joinFloors(formatOf, known, brought) // M1
    case 'older':
      return known
    case 'newer':
    case 'unordered':
      return brought
  }
}

function print(
  floors: ReadonlyMap<string, ScopeFloors>,
  isComplete: boolean,
  lengthMax: number,
): string {
  const kept: string[] = []
  const members = [...membersOf('w', floors), ...membersOf('r', floors)]
  let length = '[0]'.length
  for (const member of members) {
    if (length + member.length > lengthMax) continue
    length += member.length
    kept.push(member)
  }
  const mark = isComplete && kept.length === members.length ? 1 : 0 // M2
  return `[${mark}${kept.join('')}]`
}

function membersOf(kind: 'w' | 'r', floors: ReadonlyMap<string, ScopeFloors>): string[] {
  return [...floors.values()].flatMap(({ read, write }) => {
    const version = kind === 'w' ? write : read
    if (version === undefined) return []
    return [`,${JSON.stringify([kind, version.scope, version.epoch, version.position])}`]
  })
}

function parse(formatOf: FormatOf, text: string, lengthMax: number): MirroredFloors {
  const members: unknown = text.length > lengthMax ? undefined : JSON.parse(text)
  if (!Array.isArray(members)) return refuse(text)
  const [mark, ...rest]: unknown[] = members
  if (mark !== 0 && mark !== 1) return refuse(text)
  const floors = new Map<string, ScopeFloors>()
  let isComplete = mark === 1
  for (const member of rest) {
    const [kind, scope, epoch, position] = parseMember(member) ?? refuse(text)
    if (!isKnown(formatOf, scope)) {
      isComplete = false // Written under other rules, which another tab may still have.
      continue
    }
    const known = floors.get(scope) ?? {}
    const version = parseVersion(formatOf, { scope, epoch, position })
    const isOther = epochOf(known) !== undefined && epochOf(known) !== epoch
    if (known[kind] !== undefined || isOther) refuse(text)
    floors.set(scope, { ...known, [kind]: version })
  }
  return { floors, isComplete }
}

type Member = readonly [kind: 'read' | 'write', scope: string, epoch: string, position: string]

function parseMember(member: unknown): Member | undefined {
  if (!Array.isArray(member) || member.length !== 4) return undefined
  const [kind, scope, epoch, position]: unknown[] = member
  if (kind !== 'w' && kind !== 'r') return undefined
  if (typeof scope !== 'string' || typeof epoch !== 'string') return undefined
  if (typeof position !== 'string') return undefined
  return [kind === 'w' ? 'write' : 'read', scope, epoch, position]
}

function isKnown(formatOf: FormatOf, scope: string): boolean {
  try {
    formatOf(scope)
    return true
  } catch {
    return false
  }
}

function refuse(text: string): never {
  throw new ProtocolError({ what: 'floor mirror', text, expected: 'a list of floors' })
}
