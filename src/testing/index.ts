// The entry `tidemark/testing`: an API that lags, and the judge of what a client makes of it.

export { createLaggingApi, laggingApiOrigin } from './lagging-api.ts'
export type { Inspection, LaggingApi } from './lagging-api.ts'
export type { HandleOptions } from './answering.ts'
export type {
  CorsOptions,
  FloorPolicy,
  InitialContent,
  LaggingApiOptions,
  PartitionOptions,
} from './lagging-options.ts'
export type { LaggingApiEvent, LaggingApiEventFacts, RequestAnswered } from './api-events.ts'
export type { Balancing } from './balancing.ts'
export type { Distribution } from './distribution.ts'
export type { EpochBeginning, Place, Reach, ServerState } from './replica-simulator.ts'
export type { VersionsTold } from './rest-answer.ts'
export type { JsonObject, JsonValue } from './rest-store.ts'

export { systemClock } from './clock.ts'
export type { Clock, Sleep } from './clock.ts'
export { createVirtualClock } from './virtual-clock.ts'
export type { VirtualClock } from './virtual-clock.ts'
export { createRandom } from './random.ts'
export type { Random } from './random.ts'

export { createHistory } from './history.ts'
export type {
  History,
  HistoryDocument,
  HistoryRecorder,
  Moment,
  Operation,
  OperationFacts,
  ReadFacts,
  ReadOperation,
  RequestSent,
  ResetFacts,
  ResetOperation,
  Seen,
  SeenRow,
  UnfinishedOperation,
  WriteFacts,
  WriteOperation,
} from './history.ts'
export { parseHistory } from './parse-history.ts'
export { recordFetch } from './record-fetch.ts'
export type { ClientWord, RecordFetchOptions } from './record-fetch.ts'
export { recordRequests } from './record-requests.ts'
export { runWorkload } from './workload.ts'
export type { WorkloadOptions, WorkloadResource } from './workload.ts'
export { checkGuarantees } from './check-guarantees.ts'
export type { CheckOptions, GuaranteeReport, Verdict } from './check-guarantees.ts'
export type { ConvergenceBound } from './judge-staleness.ts'
export type { LivenessBound } from './judge-liveness.ts'
export type {
  ApplyEntry,
  CommitEntry,
  Dependency,
  EpochEntry,
  LogEntry,
  LogFacts,
} from './server-log.ts'
export { culpritOf } from './violation.ts'
export type {
  Guarantee,
  LivenessViolation,
  ReadViolation,
  StaleViolation,
  Violation,
  ViolationFacts,
  WriteViolation,
} from './violation.ts'
