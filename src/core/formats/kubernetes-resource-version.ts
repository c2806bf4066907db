// Resource versions of Kubernetes: whole numbers, which may be compared within one resource type
// (KEP-5504). Before that they were opaque, and a client that compared them had to know better.
//
// K1. `0` is a mode and no version: in a request it means "any state, even one from before", so a
//     floor of it would be met by everything. Unset is the other mode: read from the quorum.
//
// A cluster that comes back from a backup of etcd counts on from the past. Give the scope an epoch, or
// raise the revision above anything that clients hold.

import { ProtocolError } from '../errors.ts'
import type { VersionFormat } from '../version.ts'
import { compareDecimals, integer, parseDecimal } from './integer.ts'

/** Versions such as `"5399771"`, of one endless epoch. */
export const kubernetesResourceVersion: VersionFormat = {
  name: 'kubernetes-resource-version',
  parse: (text) => ({ epoch: '', position: parseResourceVersion(text) }),
  print: ({ position }) => position,
  parsePosition: parseResourceVersion,
  comparePositions: compareDecimals,
  joinPositions: integer.joinPositions,
}

function parseResourceVersion(text: string): string {
  const what = 'Kubernetes resource version'
  if (text !== '0') return parseDecimal(what, text)
  const expected = 'a number above 0, since "0" is a mode of reading and no version'
  throw new ProtocolError({ what, text, expected }) // K1
}
