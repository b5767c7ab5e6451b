/** What `require('mongodb')` gives: every export of npm `mongodb`, by name. */

import './run_client.js';

export { Admin } from './admin.js';
export { OrderedBulkOperation } from './bulk/ordered.js';
export { UnorderedBulkOperation } from './bulk/unordered.js';
export { MongoBulkWriteError } from './bulk/write_errors.js';
export {
  BSON,
  BSONRegExp,
  BSONSymbol,
  BSONType,
  Binary,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from './bson.js';
export { ChangeStream } from './change_stream.js';
export { Collection } from './collection.js';
export { AbstractCursor } from './cursor/abstract_cursor.js';
export { AggregationCursor } from './cursor/aggregation_cursor.js';
export { ChangeStreamCursor } from './cursor/change_stream_cursor.js';
export { ExplainableCursor } from './cursor/explainable_cursor.js';
export { FindCursor } from './cursor/find_cursor.js';
export { ListCollectionsCursor } from './cursor/list_collections_cursor.js';
export { ListIndexesCursor } from './cursor/list_indexes_cursor.js';
export { Db } from './db.js';
export {
  MongoCryptAzureKMSRequestError,
  MongoCryptCreateDataKeyError,
  MongoCryptCreateEncryptedCollectionError,
  MongoCryptError,
  MongoCryptInvalidArgumentError,
  MongoCryptKMSRequestNetworkTimeoutError,
} from './encryption_errors.js';
export {
  AuthMechanism,
  AutoEncryptionLoggerLevel,
  BatchType,
  CURSOR_FLAGS,
  Compressor,
  CursorTimeoutMode,
  ExplainVerbosity,
  GSSAPICanonicalizationValue,
  MongoLoggableComponent,
  ProfilingLevel,
  ReturnDocument,
  ServerApiVersion,
  ServerType,
  SeverityLevel,
  TopologyType,
} from './enums.js';
export {
  MongoAPIError,
  MongoAWSError,
  MongoAzureError,
  MongoBatchReExecutionError,
  MongoChangeStreamError,
  MongoClientBulkWriteCursorError,
  MongoClientBulkWriteError,
  MongoClientBulkWriteExecutionError,
  MongoClientClosedError,
  MongoCompatibilityError,
  MongoCursorExhaustedError,
  MongoCursorInUseError,
  MongoDecompressionError,
  MongoDriverError,
  MongoError,
  MongoErrorLabel,
  MongoExpiredSessionError,
  MongoGCPError,
  MongoGridFSChunkError,
  MongoGridFSStreamError,
  MongoInvalidArgumentError,
  MongoKerberosError,
  MongoMissingCredentialsError,
  MongoMissingDependencyError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoNotConnectedError,
  MongoOIDCError,
  MongoOperationTimeoutError,
  MongoParseError,
  MongoRuntimeError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoStalePrimaryError,
  MongoSystemError,
  MongoTailableCursorError,
  MongoTopologyClosedError,
  MongoTransactionError,
  MongoUnexpectedServerResponseError,
  MongoWriteConcernError,
} from './errors.js';
export { CommandFailedEvent, CommandStartedEvent, CommandSucceededEvent } from './events/command_events.js';
export {
  ConnectionCheckOutFailedEvent,
  ConnectionCheckOutStartedEvent,
  ConnectionCheckedInEvent,
  ConnectionCheckedOutEvent,
  ConnectionClosedEvent,
  ConnectionCreatedEvent,
  ConnectionPoolClearedEvent,
  ConnectionPoolClosedEvent,
  ConnectionPoolCreatedEvent,
  ConnectionPoolMonitoringEvent,
  ConnectionPoolReadyEvent,
  ConnectionReadyEvent,
  ServerClosedEvent,
  ServerDescriptionChangedEvent,
  ServerHeartbeatFailedEvent,
  ServerHeartbeatStartedEvent,
  ServerHeartbeatSucceededEvent,
  ServerOpeningEvent,
  ServerSelectionEvent,
  ServerSelectionFailedEvent,
  ServerSelectionStartedEvent,
  ServerSelectionSucceededEvent,
  SrvPollingEvent,
  TopologyClosedEvent,
  TopologyDescriptionChangedEvent,
  TopologyOpeningEvent,
  WaitingForSuitableServerEvent,
} from './events/deployment_events.js';
export { GridFSBucket } from './gridfs/bucket.js';
export { GridFSBucketReadStream } from './gridfs/download_stream.js';
export { GridFSBucketWriteStream } from './gridfs/upload_stream.js';
export { MongoClient } from './mongo_client.js';
export { ReadConcern, ReadConcernLevel } from './read_concern.js';
export { ReadPreference, ReadPreferenceMode } from './read_preference.js';
export { ClientSession } from './session/client_session.js';
export { CancellationToken, ClientEncryption, MongoClientAuthProviders } from './unsupported.js';
export { WriteConcern } from './write_concern.js';
