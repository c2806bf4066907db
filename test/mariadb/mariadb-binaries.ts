// The MariaDB of this machine. npm has no binaries of it, so nothing is installed: where none is found,
// the tests say so and are skipped.
//
//   apt-get install -y --no-install-recommends mariadb-server      brings what is needed on Debian
//   MARIADB_BIN=/opt/mariadb npm run test:mariadb                  a folder that holds bin/ (or sbin/) and scripts/

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the programs are, and who runs them. */
export interface MariadbBinaries {
  readonly server: string
  readonly install: string
  readonly version: string
  /** Whom to run them as, or nothing where it is ourselves: MariaDB does not start as root. */
  readonly identity: { readonly uid?: number; readonly gid?: number }
}

/** Finds the binaries, or tells why there are none. */
export function findMariadb(): MariadbBinaries | { readonly missing: string } {
  const own = process.env['MARIADB_BIN']
  const folders = own === undefined ? pathFolders() : ['bin', 'sbin', 'scripts', '.'].map((name) => join(own, name))
  const find = (name: string): string | undefined =>
    folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
  const server = find('mariadbd')
  const install = find('mariadb-install-db')
  if (server === undefined || install === undefined) {
    const where = own === undefined ? 'on the PATH, nor in the sbin folders' : `under MARIADB_BIN (${own})`
    return { missing: `there is no ${server === undefined ? 'mariadbd' : 'mariadb-install-db'} ${where}` }
  }
  const version = /(\d+\.\d+\.\d+)-MariaDB/.exec(String(execFileSync(server, ['--version'])))?.[1]
  if (version === undefined) return { missing: `${server} is no MariaDB` }
  return { server, install, version, identity: findIdentity() }
}

function pathFolders(): readonly string[] {
  return [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'].filter(Boolean)
}

function findIdentity(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['mysql', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  return {}
}
