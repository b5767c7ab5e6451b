//! Server cursors as raw batches, with one batch fetched ahead on the driver's runtime while JavaScript works on the
//! present one.

use std::sync::Arc;
use std::time::Duration;

use bson::RawDocumentBuf;
use futures::StreamExt;
use mongodb::error::Error;
use mongodb::options::CursorType;
use mongodb::options::RunCursorCommandOptions;
use mongodb::raw_batch_cursor::RawBatchCursor;
use mongodb::raw_batch_cursor::SessionRawBatchCursor;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::Bridge;
use super::command::Command;
use super::command::Retry;
use super::command::reply_of;
use super::command::should_retry;
use super::error::BridgeError;
use super::error::BridgeErrorKind;
use super::session::Session;

/// Full batches served before the next one is fetched ahead: a script that reads a little pays nothing for it.
const BATCHES_BEFORE_PREFETCH: u32 = 2;

/// Options of `openCursor`, as JSON from the facade.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CursorOptions {
    pub(crate) batch_size: Option<u32>,
    #[serde(rename = "maxTimeMS")]
    pub(crate) max_time_ms: Option<u64>,
    pub(crate) comment: Option<serde_json::Value>,
    pub(crate) tailable: bool,
    pub(crate) await_data: bool,
}

enum Source {
    Implicit(Box<RawBatchCursor>),
    Session(Box<SessionRawBatchCursor>, Arc<Session>),
}

type Fetched = (Source, Option<Result<RawDocumentBuf, Error>>);

enum State {
    /// Nothing in flight.
    Ready(Source),
    /// The next batch is being fetched ahead.
    Ahead(JoinHandle<Fetched>),
    /// Exhausted, failed or closed.
    Done,
}

/// One open cursor.
pub(crate) struct Cursor {
    database: String,
    state: Mutex<State>,
    served: std::sync::atomic::AtomicU32,
    prefetches: bool,
}

impl Cursor {
    /// Gives the cursor back to the server. The driver sends `killCursors` when its cursor is dropped.
    pub(crate) async fn close(&self) {
        let state = std::mem::replace(&mut *self.state.lock().await, State::Done);
        if let State::Ahead(fetch) = state {
            // Never drop a driver future half-way: let it end, then drop the cursor.
            let _ = fetch.await;
        }
    }
}

impl Bridge {
    /// Runs a command whose reply is a cursor; returns the reply and, when the server keeps a cursor, that cursor.
    pub(crate) async fn open_cursor(
        &self,
        command: Command,
        options: CursorOptions,
    ) -> Result<(RawDocumentBuf, Option<Cursor>), BridgeError> {
        self.check_fence()?;
        let mut opened = open_once(&command, &options).await;
        if should_retry(command.retry, &command.connection, &as_reply(&opened)) {
            self.check_fence()?;
            opened = open_once(&command, &options).await;
        }
        let source = match opened {
            Ok(source) => source,
            Err(error) => return reply_of(error).map(|reply| (reply, None)),
        };
        let (source, first) = fetch(source).await;
        let reply = match first {
            Some(Ok(reply)) => reply,
            Some(Err(error)) => return reply_of(error).map(|reply| (reply, None)),
            None => {
                return Err(BridgeError::new(
                    BridgeErrorKind::Internal,
                    "the driver returned a cursor without a first batch",
                ));
            }
        };
        self.counters
            .add_reply(&command.database, &command.body, &reply);
        let cursor = Cursor {
            database: command.database,
            prefetches: self.prefetch && command.session.is_none() && !options.tailable,
            state: Mutex::new(State::Ready(source)),
            served: std::sync::atomic::AtomicU32::new(1),
        };
        Ok((reply, Some(cursor)))
    }

    /// The reply to the next `getMore`.
    pub(crate) async fn next_batch(&self, cursor: &Cursor) -> Result<RawDocumentBuf, BridgeError> {
        self.check_fence()?;
        let mut state = cursor.state.lock().await;
        let (source, fetched) = match std::mem::replace(&mut *state, State::Done) {
            State::Ready(source) => fetch(source).await,
            State::Ahead(ahead) => ahead
                .await
                .map_err(|error| BridgeError::new(BridgeErrorKind::Internal, error.to_string()))?,
            State::Done => {
                return Err(BridgeError::new(
                    BridgeErrorKind::Closed,
                    "the cursor is closed",
                ));
            }
        };
        let reply = match fetched {
            Some(Ok(reply)) => reply,
            Some(Err(error)) => return reply_of(error),
            None => {
                return Err(BridgeError::new(
                    BridgeErrorKind::Closed,
                    "the cursor is exhausted",
                ));
            }
        };
        self.count_batch(&cursor.database, &reply);
        let has_documents = !batch_is_empty(&reply);
        let served = cursor
            .served
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
            + 1;
        let exhausted = cursor_id(&reply) == Some(0);
        *state = if exhausted {
            State::Done
        } else if cursor.prefetches && has_documents && served >= BATCHES_BEFORE_PREFETCH {
            State::Ahead(tokio::spawn(fetch(source)))
        } else {
            State::Ready(source)
        };
        Ok(reply)
    }

    fn count_batch(&self, database: &str, reply: &RawDocumentBuf) {
        let Some(collection) = reply
            .get_document("cursor")
            .and_then(|cursor| cursor.get_str("ns"))
            .ok()
            .and_then(|namespace| namespace.strip_prefix(database)?.strip_prefix('.'))
        else {
            return;
        };
        let mut command = RawDocumentBuf::new();
        command.append(bson::cstr!("getMore"), 0_i64);
        command.append(bson::cstr!("collection"), collection);
        self.counters.add_reply(database, &command, reply);
    }
}

fn as_reply(opened: &Result<Source, Error>) -> Result<RawDocumentBuf, BridgeError> {
    match opened {
        Ok(_) => Ok(bson::rawdoc! {"ok": 1}),
        Err(error) => reply_of(error.clone()),
    }
}

async fn open_once(command: &Command, options: &CursorOptions) -> Result<Source, Error> {
    let database = command.connection.client().database(&command.database);
    let cursor_options = driver_options(command, options);
    let action = database
        .run_raw_cursor_command(command.body.clone())
        .with_options(cursor_options);
    match &command.session {
        None => action
            .batch()
            .await
            .map(|cursor| Source::Implicit(Box::new(cursor))),
        Some(session) => {
            let mut guard = session.client_session.lock().await;
            let cursor = action.session(&mut *guard).batch().await?;
            Ok(Source::Session(Box::new(cursor), session.clone()))
        }
    }
}

fn driver_options(command: &Command, options: &CursorOptions) -> RunCursorCommandOptions {
    let cursor_type = match (options.tailable, options.await_data) {
        (true, true) => CursorType::TailableAwait,
        (true, false) => CursorType::Tailable,
        (false, _) => CursorType::NonTailable,
    };
    let mut driver = RunCursorCommandOptions::default();
    driver.selection_criteria = command.criteria.clone();
    driver.cursor_type = Some(cursor_type);
    driver.batch_size = options.batch_size;
    driver.max_time = options.max_time_ms.map(Duration::from_millis);
    driver.comment = options
        .comment
        .clone()
        .and_then(|comment| bson::Bson::try_from(comment).ok());
    driver
}

async fn fetch(mut source: Source) -> Fetched {
    let next = match &mut source {
        Source::Implicit(cursor) => cursor.next().await,
        Source::Session(cursor, session) => {
            let mut guard = session.client_session.lock().await;
            cursor.stream(&mut guard).next().await
        }
    };
    let next = next.map(|batch| batch.map(|batch| batch.as_raw_document().to_owned()));
    (source, next)
}

fn batch_is_empty(reply: &RawDocumentBuf) -> bool {
    reply
        .get_document("cursor")
        .and_then(|cursor| cursor.get_array("nextBatch"))
        .is_ok_and(bson::RawArray::is_empty)
}

fn cursor_id(reply: &RawDocumentBuf) -> Option<i64> {
    reply.get_document("cursor").ok()?.get_i64("id").ok()
}

/// The retry rule of a cursor's first command.
pub(crate) fn retry_of_flags(flags: u32) -> Retry {
    match flags {
        flags if flags & 1 != 0 => Retry::Read,
        flags if flags & 2 != 0 => Retry::Write,
        _ => Retry::Never,
    }
}
