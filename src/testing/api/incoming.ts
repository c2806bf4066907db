// A request as the simulated API takes it in: its place, what it asks of versions, and its body.

import { ProtocolError } from '../../core/errors.ts'
import { parseCursor } from '../rest/rest-read.ts'
import { resourceAt } from '../rest/rest-resource.ts'
import type { Resource } from '../rest/rest-resource.ts'
import { nothingAsked, readAsked } from './floor-check.ts'
import type { Asked } from './floor-check.ts'
import type { World } from './lagging-world.ts'

/** A request as it lies on the desk of a server. */
export interface Incoming {
  readonly request: Request
  /** The path within the API. */
  readonly path: string
  readonly basePath: string
  readonly query: URLSearchParams
  readonly resource: Resource | undefined
  readonly asked: Asked
  /** What is wrong with the headers, if anything is. */
  readonly fault: ProtocolError | undefined
  /** The text of the body. */
  readonly body: string
}

/** Where in the API a request points, if it is inside of it. */
export type RequestPlace = Pick<Incoming, 'path' | 'basePath'> & { readonly isInside: boolean }

/** Finds the place of a request, given the part of the path before the API begins. */
export function placeOf(request: Request, basePath: string): RequestPlace {
  const { pathname } = new URL(request.url)
  const isInside = pathname.startsWith(`${basePath}/`)
  return { path: isInside ? pathname.slice(basePath.length) : pathname, basePath, isInside }
}

/** Takes a request in, its body included. */
export async function receive(
  world: World,
  request: Request,
  { path, basePath, isInside }: RequestPlace,
): Promise<Incoming> {
  const { options } = world
  const { searchParams } = new URL(request.url)
  const { asked, fault } = askedBy(world, request)
  const cursor = parseCursor(searchParams.get('cursor'))
  const pageFloors = cursor === undefined || cursor === 'malformed' ? [] : [cursor]
  return {
    request,
    path,
    basePath,
    query: searchParams,
    resource: isInside ? resourceAt(path, options.collections) : undefined,
    // The next page must not be from before the last one (lessons R13).
    asked: { ...asked, floors: [...asked.floors, ...pageFloors] },
    fault,
    body: isRead(request) ? '' : await request.text(),
  }
}

function askedBy(
  { options: { versions }, scope }: World,
  { headers }: Request,
): Pick<Incoming, 'asked' | 'fault'> {
  if (versions !== 'wire') return { asked: nothingAsked, fault: undefined }
  try {
    return { asked: readAsked(headers, scope), fault: undefined }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { asked: nothingAsked, fault: error }
  }
}

/** Tells whether a request only reads. */
export function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}
