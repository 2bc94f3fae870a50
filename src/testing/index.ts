/**
 * For those who write adapters, and for tests of programs that embed the server: `tertulia/testing`.
 *
 * @module tertulia/testing
 */

export { type BrokerSubject, type BrokerSuiteOptions, brokerSuite } from './broker-suite.ts'
export { type TestClient, testClient } from './client.ts'
export type { SentMessage, TestClientOptions } from './client-session.ts'
export type { RoomView, SeenEntry, WirePage } from './client-view.ts'
export { realClock, type VirtualClock, type VirtualClockOptions, virtualClock } from './clock.ts'
export { type CodecSuiteOptions, codecSuite } from './codec-suite.ts'
export { type FilesSubject, type FilesSuiteOptions, filesSuite } from './files-suite.ts'
export {
  type Flakiness,
  type FlakyStorage,
  type FlakyStorageOptions,
  flakyStorage,
} from './flaky-storage.ts'
export { type CheckOptions, checkHistory } from './history.ts'
export type {
  ActEvent,
  ClosedEvent,
  CompleteEvent,
  FailEvent,
  GapEvent,
  History,
  HistoryEvent,
  InvokeEvent,
  JoinedEvent,
  LeftEvent,
  OkEvent,
  ResetEvent,
  RestEvent,
  RoomLog,
  SawEvent,
  SignalEvent,
  StrangeEvent,
  UnknownEvent,
  Via,
} from './history-events.ts'
export {
  type HistoryRecorder,
  historyRecorder,
  type RecordedEar,
  readLog,
  recordedDial,
} from './history-recorder.ts'
export { HISTORY_RULES, type HistoryRule, type Violation } from './history-rules.ts'
export type { HistoryTap } from './history-tap.ts'
export { type LossyBroker, type LossyBrokerOptions, lossyBroker } from './lossy-broker.ts'
export { type Closing, type Mailbox, makeMailbox } from './mailbox.ts'
export {
  type NetworkConnectOptions,
  type NetworkOptions,
  type NetworkTransport,
  type TestNetwork,
  testNetwork,
} from './network.ts'
export type { NetworkEar, NetworkLink } from './network-link.ts'
export type { NetworkQuality } from './network-pipe.ts'
export { freshSeed, type Random, seededRandom } from './random.ts'
export {
  type RecordingClient,
  type RecordingClientOptions,
  recordingClient,
} from './recording-client.ts'
export {
  type RecordingDial,
  type RecordingLink,
  tcpDial,
  webSocketDial,
} from './recording-link.ts'
export type { RecordedDeed, RecordedSend } from './recording-session.ts'
export { recordsSuite } from './records-suite.ts'
export type { Make } from './sample-parts.ts'
export { sampleEntry, sampleEvents, sampleReply, sampleRequest, sampleText } from './samples.ts'
export type { StorageSubject, StorageSuiteOptions, StorageWish } from './storage-subject.ts'
export { storageSuite } from './storage-suite.ts'
export type { TestFunction } from './suite.ts'
export type {
  RawClient,
  SuiteClient,
  TransportSubject,
  TransportSupports,
} from './transport-subject.ts'
export { type TransportSuiteOptions, transportSuite } from './transport-suite.ts'
