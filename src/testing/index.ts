// The entry `tidemark/testing`: an API that lags, and the judge of what a client makes of it.

export { createLaggingApi, laggingApiOrigin } from './api/lagging-api.ts'
export type { Inspection, LaggingApi } from './api/lagging-api.ts'
export type { HandleOptions } from './api/answering.ts'
export type {
  CorsOptions,
  FloorPolicy,
  InitialContent,
  LaggingApiOptions,
  PartitionOptions,
} from './api/lagging-options.ts'
export type { LaggingApiEvent, LaggingApiEventFacts, RequestAnswered } from './api/api-events.ts'
export type { Balancing } from './replicas/balancing.ts'
export type { Distribution } from './replicas/distribution.ts'
export type { EpochBeginning, ServerState } from './replicas/replica-simulator.ts'
export type { Place, Reach } from './replicas/replica.ts'
export type { VersionsTold } from './rest/rest-answer.ts'
export type { JsonObject, JsonValue } from './rest/rest-store.ts'

export { systemClock } from './determinism/clock.ts'
export type { Clock, Sleep } from './determinism/clock.ts'
export { createVirtualClock } from './determinism/virtual-clock.ts'
export type { VirtualClock } from './determinism/virtual-clock.ts'
export { createRandom } from './determinism/random.ts'
export type { Random } from './determinism/random.ts'

export { createHistory } from './history/history.ts'
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
} from './history/history.ts'
export { parseHistory } from './history/parse-history.ts'
export { recordFetch } from './history/record-fetch.ts'
export type { ClientWord, RecordFetchOptions } from './history/record-fetch.ts'
export { recordRequests } from './history/record-requests.ts'
export { runWorkload } from './workload.ts'
export type { WorkloadOptions, WorkloadResource } from './workload.ts'
export { checkGuarantees } from './judge/check-guarantees.ts'
export type { CheckOptions, GuaranteeReport, Verdict } from './judge/check-guarantees.ts'
export type { ConvergenceBound } from './judge/judge-staleness.ts'
export type { LivenessBound } from './judge/judge-liveness.ts'
export type {
  ApplyEntry,
  CommitEntry,
  Dependency,
  EpochEntry,
  LogEntry,
  LogFacts,
} from './history/server-log.ts'
export { culpritOf } from './judge/violation.ts'
export type {
  Guarantee,
  LivenessViolation,
  ReadViolation,
  StaleViolation,
  Violation,
  ViolationFacts,
  WriteViolation,
} from './judge/violation.ts'
