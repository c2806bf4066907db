// Kubernetes: resource versions in the body, and floors in the query.
//
// K1. The version of a list is an as-of of its resource type; that of an object is of its last change,
//     and an idle object never reaches what the type has (lessons V16). So an object has a scope of its
//     own, and a write raises both. The floor that travels is the greater of the two: the server keeps
//     it, and refuses what it cannot keep.
// K2. Without `resourceVersion` the API server reads from the quorum: that is how the primary is asked,
//     and how a first read goes. `0` would be any state, even one from before: it is never sent.
// K3. "Not yet" is the status 504 whose causes name `ResourceVersionTooLarge`; a gateway's own 504 is
//     none. 410 means that a version is no longer kept, and not that the object is gone.
// K4. `resourceVersionMatch` is for lists. A page that continues a list, a watch, and a request that
//     names a version itself are left as they are.

import { kubernetesResourceVersion as format } from '../formats/kubernetes-resource-version.ts'
import type { Versions } from '../version.ts'
import type { VersionProblem } from '../wire/protocol.ts'
import { isJson, valueAt } from '../wire/wire.ts'
import type { Attachment, Carrying, Wire, WireAnswer, WireRequest } from '../wire/wire.ts'

/** Resource versions of the Kubernetes API. */
export function kubernetes(): Wire {
  return {
    name: 'kubernetes',
    evidence: 'version',
    format,
    asksPrimary: true,
    scopesOf(request) {
      const { type, object } = targetOf(request)
      return object === undefined ? [type] : [object, type]
    },
    versionsIn,
    refusalIn,
    sourceIn({ request, attached }) {
      const isPlain = attached === undefined && !hasOwnVersion(request)
      return isPlain ? { name: 'quorum', isPrimary: true } : undefined // K2
    },
    attach,
  }
}

interface Target {
  /** The resource type, such as `apis/apps/deployments`. */
  readonly type: string
  /** The object, such as `apis/apps/deployments default/web`, if it is one. */
  readonly object: string | undefined
}

// `/api/v1/…` or `/apis/GROUP/VERSION/…`, behind whatever a proxy puts in front; a namespace, unless it
// is the object itself; the resource; the name. What follows a name is a subresource of the object.
const path =
  /^(.*\/(?:api|apis\/[^/]+))\/v\d[^/]*\/(?:namespaces\/([^/]+)\/(?!status$|finalize$))?([^/]+)(?:\/([^/]+))?/

function targetOf({ url, scope }: WireRequest): Target {
  const [, group = '', namespace = '', resource, name] = path.exec(url.pathname) ?? []
  if (resource === undefined) return { type: scope ?? url.pathname, object: undefined }
  const type = scope ?? `${group}/${resource}`
  return { type, object: name === undefined ? undefined : objectOf(type, namespace, name) }
}

function objectOf(type: string, namespace: string, name: string): string {
  return `${type} ${namespace}/${name}`
}

function versionsIn(answer: WireAnswer): Versions | 'in-body' | undefined {
  const { request, document, status } = answer
  if (document === undefined) return isJson(answer) ? 'in-body' : undefined
  const text = valueAt(document, ['metadata', 'resourceVersion'])
  // A failure is a `Status` with metadata of its own, which is empty.
  if (typeof text !== 'string' || text === '' || status >= 400) return undefined
  const point = format.parse(text)
  const { type, object } = targetOf(request)
  if (request.kind === 'read') return [{ scope: object ?? type, ...point }]
  const written = object ?? createdIn(document, type)
  const scopes = written === undefined ? [type] : [written, type] // K1
  return scopes.map((scope) => ({ scope, ...point }))
}

/** Returns the object that was created in a collection, by what its representation says. */
function createdIn(document: unknown, type: string): string | undefined {
  const [name, namespace] = ['name', 'namespace'].map((field) => valueAt(document, ['metadata', field]))
  if (typeof name !== 'string') return undefined
  return objectOf(type, typeof namespace === 'string' ? namespace : '', name)
}

function refusalIn(answer: WireAnswer): VersionProblem | 'in-body' | undefined {
  const { status, document } = answer
  if ((status !== 504 && status !== 410) || !isJson(answer)) return undefined
  if (document === undefined) return 'in-body'
  const reason = valueAt(document, ['reason'])
  if (status === 410) return reason === 'Expired' || reason === 'Gone' ? { kind: 'never' } : undefined
  const causes = valueAt(document, ['details', 'causes'])
  if (!Array.isArray(causes) || !causes.some(isTooLarge)) return undefined // K3
  const seconds = valueAt(document, ['details', 'retryAfterSeconds'])
  const isUsable = typeof seconds === 'number' && seconds >= 0
  return { kind: 'behind', retryAfterMs: isUsable ? seconds * 1000 : undefined }
}

function isTooLarge(cause: unknown): boolean {
  return valueAt(cause, ['reason']) === 'ResourceVersionTooLarge'
}

function attach({ request, floors, asksPrimary }: Carrying): Attachment | undefined {
  const positions = floors.map(({ position }) => position)
  if (request.kind === 'write' || asksPrimary || positions.length === 0) return undefined // K2
  if (hasOwnVersion(request)) return undefined // K4
  const floor = positions.reduce(format.joinPositions) // K1
  const isList = targetOf(request).object === undefined
  const match = isList ? [['resourceVersionMatch', 'NotOlderThan'] as const] : [] // K4
  return { query: [['resourceVersion', floor], ...match] }
}

function hasOwnVersion({ url }: WireRequest): boolean {
  return ['resourceVersion', 'continue', 'watch'].some((name) => url.searchParams.has(name)) // K4
}
