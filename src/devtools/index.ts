// `tidemark/devtools`: see what a client does, and keep a log of it.

export { defineDevtools, showDevtools } from './define.ts'
export type { TidemarkDevtoolsElement } from './define.ts'
export type { RecordedHistory, RecordedOperation } from './history-document.ts'
export type {
  EntryRow,
  FloorRow,
  NoteRow,
  Picture,
  RefusalRow,
  ResetRow,
  ServerRow,
  WriteRow,
} from './picture.ts'
export type { ReadTrail, TrailEnd, TrailStep } from './read-trail.ts'
export { createRecorder } from './recorder.ts'
export type { DevtoolsSource, Recorder, RecorderOptions } from './recorder.ts'
export { measureReads } from './user-timing.ts'
export type { MeasureOptions } from './user-timing.ts'
