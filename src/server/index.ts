// `tidemark/server`: session consistency for the API behind the client.

export { createCors } from './cors.ts'
export type { Cors, CorsOptions } from './cors.ts'
export type { DatabaseNode } from './fleet.ts'
export type { NodeReport } from './node-report.ts'
export type { RouteReason } from './read-route.ts'
export { hmacSigning, signedPosition } from './signing.ts'
export type { Signing } from './signing.ts'
export type { Sample, VersionSource } from './version-source.ts'
export { createVersioning } from './versioning.ts'
export type { Next, Serving, Versioning } from './versioning.ts'
export type { VersioningEvent, VersioningOptions } from './versioning-options.ts'
