//! Server cursors as raw batches, with one batch fetched ahead on the driver's runtime while JavaScript works on the
//! present one.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bson::RawDocumentBuf;
use futures::StreamExt;
use mongodb::error::Error;
use mongodb::error::ErrorKind;
use mongodb::options::CursorType;
use mongodb::options::RunCursorCommandOptions;
use mongodb::raw_batch_cursor::SessionRawBatchCursor;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use super::Bridge;
use super::command::Command;
use super::command::Retry;
use super::command::reply_of;
use super::command::should_retry;
use super::connection::Connection;
use super::error::BridgeError;
use super::error::BridgeErrorKind;
use super::session::Session;

/// Full batches served before the next one is fetched ahead: a script that reads a little pays nothing for it.
const BATCHES_BEFORE_PREFETCH: u32 = 3;

/// From this size on, bytes, a batch is fetched ahead only when the script says that it has read most of the one before, which has gone by
/// then (js-runtime/src/driver/document_batch.js): smaller ones are fetched at once.
const LARGE: usize = 1024 * 1024;

/// Options of `openCursor`, as JSON from the facade.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CursorOptions {
    pub(crate) batch_size: Option<i64>,
    #[serde(rename = "maxTimeMS")]
    pub(crate) max_time_ms: Option<u64>,
    pub(crate) comment: Option<serde_json::Value>,
    pub(crate) tailable: bool,
    pub(crate) await_data: bool,
}

/// The driver's cursor with the session it lives in: the user's, or one of ours that goes back to the idle ones with it.
struct Source {
    cursor: SessionRawBatchCursor,
    session: Arc<Session>,
    connection: Arc<Connection>,
    is_own: bool,
}

impl Source {
    /// The server has let go of the cursor.
    fn retire(self) {
        if self.is_own {
            self.connection.put_idle_session(self.session);
        }
    }

    /// Makes the server let go of it, and waits for that.
    async fn kill(self, database: &str, collection: &str, id: i64) {
        let mut ids = bson::RawArrayBuf::new();
        ids.push(id);
        let mut body = RawDocumentBuf::new();
        body.append(bson::cstr!("killCursors"), collection);
        body.append(bson::cstr!("cursors"), ids);
        // A cursor that is gone already is what was wanted.
        let _ = self
            .connection
            .client()
            .database(database)
            .run_raw_command(body)
            .await;
        // Dropped, the driver's cursor would send the same once more, and later than anybody waits for.
        std::mem::forget(self.cursor);
        if self.is_own {
            self.connection.put_idle_session(self.session);
        }
    }
}

type Fetched = (Source, Option<Result<RawDocumentBuf, Error>>);

enum State {
    /// Nothing in flight.
    Ready(Box<Source>),
    /// The next batch is being fetched ahead.
    Ahead(JoinHandle<Fetched>),
    /// Exhausted, failed or closed.
    Done,
}

/// One open cursor.
pub(crate) struct Cursor {
    database: String,
    collection: String,
    id: AtomicI64,
    state: Mutex<State>,
    served: AtomicU32,
    prefetches: bool,
}

impl Cursor {
    /// Whether the script has read enough for the next batch to be fetched ahead.
    fn is_read_on(&self) -> bool {
        self.prefetches && self.served.load(Ordering::Relaxed) >= BATCHES_BEFORE_PREFETCH
    }

    /// Gives the cursor back to the server; resolves when the server has let go of it.
    pub(crate) async fn close(&self) {
        let state = std::mem::replace(&mut *self.state.lock().await, State::Done);
        let source = match state {
            State::Ready(source) => *source,
            // Never drop a driver future half-way: let it end first.
            State::Ahead(ahead) => match ahead.await {
                Ok((source, Some(Ok(reply)))) if cursor_id(&reply) == Some(0) => {
                    return source.retire();
                }
                Ok((source, _)) => source,
                Err(_) => return,
            },
            State::Done => return,
        };
        let id = self.id.load(Ordering::Relaxed);
        source.kill(&self.database, &self.collection, id).await;
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
        if let Err(error) = command.connection.hello().await {
            return reply_of(error).map(|reply| (reply, None));
        }
        let session = match command.session.clone() {
            Some(session) => Ok(session),
            None => command.connection.take_idle_session(command.client).await,
        };
        let session = match session {
            Ok(session) => session,
            Err(error) => return reply_of(error).map(|reply| (reply, None)),
        };
        let mut opened = open_once(&command, &session, &options).await;
        if should_retry(command.retry, &command.connection, &as_reply(&opened)) {
            self.check_fence()?;
            opened = open_once(&command, &session, &options).await;
        }
        let is_own = command.session.is_none();
        let source = match opened {
            Ok(cursor) => Source {
                cursor,
                session,
                connection: command.connection.clone(),
                is_own,
            },
            Err(error) => {
                if is_own {
                    command.connection.put_idle_session(session);
                }
                return reply_of(error)
                    .map(|reply| (reply, None))
                    .map_err(BridgeError::without_cursor);
            }
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
        let id = cursor_id(&reply).unwrap_or(0);
        if id == 0 {
            source.retire();
            return Ok((reply, None));
        }
        let cursor = Cursor {
            collection: collection_of(&command.database, &reply)
                .unwrap_or_default()
                .to_owned(),
            database: command.database,
            id: AtomicI64::new(id),
            prefetches: self.prefetch && source.is_own && !options.tailable,
            state: Mutex::new(State::Ready(Box::new(source))),
            served: AtomicU32::new(1),
        };
        Ok((reply, Some(cursor)))
    }

    /// The reply to the next `getMore`.
    pub(crate) async fn next_batch(&self, cursor: &Cursor) -> Result<RawDocumentBuf, BridgeError> {
        self.check_fence()?;
        let mut state = cursor.state.lock().await;
        let (source, fetched) = match std::mem::replace(&mut *state, State::Done) {
            State::Ready(source) => fetch(*source).await,
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
            Some(Err(error)) => {
                // The server may still hold the cursor: `close` will end it.
                *state = State::Ready(Box::new(source));
                return reply_of(error);
            }
            None => {
                source.retire();
                return Err(BridgeError::new(
                    BridgeErrorKind::Closed,
                    "the cursor is exhausted",
                ));
            }
        };
        self.count_batch(&cursor.database, &reply);
        let has_documents = !batch_is_empty(&reply);
        cursor.served.fetch_add(1, Ordering::Relaxed);
        let exhausted = cursor_id(&reply) == Some(0);
        *state = if exhausted {
            source.retire();
            State::Done
        } else if cursor.is_read_on() && has_documents && reply.as_bytes().len() < LARGE {
            State::Ahead(tokio::spawn(fetch(source)))
        } else {
            State::Ready(Box::new(source))
        };
        Ok(reply)
    }

    /// Begins to fetch the next batch, where the cursor does that and nothing else is done with it.
    pub(crate) fn fetch_ahead(&self, cursor: &Cursor) {
        if !cursor.is_read_on() || self.check_fence().is_err() {
            return;
        }
        let Ok(mut state) = cursor.state.try_lock() else {
            return;
        };
        *state = match std::mem::replace(&mut *state, State::Done) {
            State::Ready(source) => State::Ahead(self.driver.spawn(fetch(*source))),
            other => other,
        };
    }

    fn count_batch(&self, database: &str, reply: &RawDocumentBuf) {
        let Some(collection) = collection_of(database, reply) else {
            return;
        };
        let mut command = RawDocumentBuf::new();
        command.append(bson::cstr!("getMore"), 0_i64);
        command.append(bson::cstr!("collection"), collection);
        self.counters.add_reply(database, &command, reply);
    }
}

fn as_reply(opened: &Result<SessionRawBatchCursor, Error>) -> Result<RawDocumentBuf, BridgeError> {
    match opened {
        Ok(_) => Ok(bson::rawdoc! {"ok": 1}),
        Err(error) => reply_of(error.clone()),
    }
}

async fn open_once(
    command: &Command,
    session: &Session,
    options: &CursorOptions,
) -> Result<SessionRawBatchCursor, Error> {
    let database = command.connection.client().database(&command.database);
    let mut guard = session.client_session.lock().await;
    let opened = database
        .run_raw_cursor_command(command.body.clone())
        .with_options(driver_options(command, options))
        .session(&mut *guard)
        .batch()
        .await;
    if matches!(&opened, Err(error) if matches!(*error.kind, ErrorKind::Io(_))) {
        session.mark_dirty();
    }
    opened
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
    // A negative size means one batch only; then the first command says it all.
    driver.batch_size = options.batch_size.and_then(|size| u32::try_from(size).ok());
    driver.max_time = options.max_time_ms.map(Duration::from_millis);
    driver.comment = options
        .comment
        .clone()
        .and_then(|comment| bson::Bson::try_from(comment).ok());
    driver
}

async fn fetch(mut source: Source) -> Fetched {
    let next = {
        let mut guard = source.session.client_session.lock().await;
        source.cursor.stream(&mut guard).next().await
    };
    let next = next.map(|batch| batch.map(|batch| batch.as_raw_document().to_owned()));
    (source, next)
}

/// The collection a cursor's reply belongs to.
fn collection_of<'a>(database: &str, reply: &'a RawDocumentBuf) -> Option<&'a str> {
    let namespace = reply.get_document("cursor").ok()?.get_str("ns").ok()?;
    namespace.strip_prefix(database)?.strip_prefix('.')
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
