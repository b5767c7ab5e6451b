//! The end of a step as one transaction: its attempt is closed, its record written, and the attempt at the next step opened; or nothing of
//! it. Nothing happens once another run has taken the attempt over; sent again as often as needed, it happens once.

use std::time::Duration;
use std::time::Instant;

use bson::Bson;
use bson::Document;
use bson::doc;
use mmk_core::error::Error;
use mongodb::Client;
use mongodb::ClientSession;
use mongodb::Collection;
use mongodb::error::ErrorKind;
use mongodb::error::TRANSIENT_TRANSACTION_ERROR;
use mongodb::error::UNKNOWN_TRANSACTION_COMMIT_RESULT;
use mongodb::options::ReadPreference;
use mongodb::options::SelectionCriteria;

use crate::changelog::Change;
use crate::error::code;
use crate::error::database_error;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(100);

/// What is written together.
#[derive(Clone)]
pub(crate) struct Closing {
    pub(crate) client: Client,
    pub(crate) history: Collection<Document>,
    /// Matches the attempt only as long as nobody has taken it over.
    pub(crate) attempt: Document,
    pub(crate) closed: Document,
    pub(crate) records: Collection<Document>,
    pub(crate) change: Change,
    /// Must be there too, where the lock is in doubt.
    pub(crate) lock: Option<(Collection<Document>, Document)>,
    /// The attempt at the next step, which is opened with it. Where the server doesn't want that document, the rest is written without it.
    pub(crate) next: Option<Document>,
}

/// How it ended, where it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    Together {
        /// The next attempt is open.
        next: bool,
    },
    /// The server says `Available` and yet takes no transaction here; nothing was written.
    Refused,
}

enum Failure {
    TakenOver,
    /// The server's words on one of the documents.
    Document(String),
    Database(mongodb::error::Error),
}

impl From<mongodb::error::Error> for Failure {
    fn from(error: mongodb::error::Error) -> Self {
        Self::Database(error)
    }
}

impl Closing {
    /// Tries for as long as `patience`: a failover takes seconds, and what a script did must not go unrecorded because of it. Runs on
    /// as a task of its own should nobody wait for it any longer.
    pub(crate) async fn commit(self, patience: Duration) -> Result<Closed, Error> {
        let name = self.records.name().to_owned();
        let task = tokio::spawn(self.try_until(Instant::now() + patience));
        // One try may hang on a connection that answers nothing; the driver gives it up by itself, only later.
        match tokio::time::timeout(patience * 2, task).await {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => Err(Error::Internal {
                detail: error.to_string(),
            }),
            Err(_) => Err(Error::Database {
                action: format!("update `{name}`"),
                detail: "no server answered in time".to_owned(),
            }),
        }
    }

    async fn try_until(mut self, end: Instant) -> Result<Closed, Error> {
        let action = format!("update `{}`", self.records.name());
        loop {
            let error = match self.try_once(end).await {
                Ok(()) => {
                    let next = self.next.is_some();
                    return Ok(Closed::Together { next });
                }
                Err(Failure::Database(error)) if is_refusal(&error) => return Ok(Closed::Refused),
                Err(Failure::TakenOver) => {
                    return Err(Error::LockLost {
                        detail: "another run has taken over".to_owned(),
                    });
                }
                Err(Failure::Database(error)) if may_pass(&error) && Instant::now() < end => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(Failure::Database(error)) => database_error(&action, &error),
                Err(Failure::Document(detail)) => Error::Database {
                    action: action.clone(),
                    detail,
                },
            };
            // What has ended must be recorded, whatever is wrong with what comes next.
            if self.next.take().is_none() {
                return Err(error);
            }
        }
    }

    async fn try_once(&self, end: Instant) -> Result<(), Failure> {
        let mut session = self.client.start_session().await?;
        session.start_transaction().await?;
        if let Err(failure) = self.write(&mut session).await {
            // The server drops it by itself where this does not arrive.
            let _ = session.abort_transaction().await;
            return Err(failure);
        }
        loop {
            match session.commit_transaction().await {
                Err(error)
                    if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT)
                        && Instant::now() < end =>
                {
                    tokio::time::sleep(PAUSE).await;
                }
                result => return result.map_err(Failure::from),
            }
        }
    }

    async fn write(&self, session: &mut ClientSession) -> Result<(), Failure> {
        if let Some((locks, ours)) = &self.lock {
            let held = locks.find_one(ours.clone()).session(&mut *session).await?;
            if held.is_none() {
                return Err(Failure::TakenOver);
            }
        }
        self.turn_over(session).await?;
        self.change
            .clone()
            .apply_in(&self.records, session)
            .await
            .map_err(Failure::from)
    }

    /// Closes the attempt and opens the next, as one command.
    async fn turn_over(&self, session: &mut ClientSession) -> Result<(), Failure> {
        let mut updates = vec![doc! { "q": &self.attempt, "u": &self.closed }];
        if let Some(next) = &self.next {
            let new = doc! { "_id": next.get("_id").cloned() };
            updates.push(doc! { "q": new, "u": next, "upsert": true });
        }
        let expected = updates.len();
        let command = doc! { "update": self.history.name(), "updates": updates, "ordered": true };
        let reply = self
            .client
            .database(&self.history.namespace().db)
            .run_command(command)
            // Otherwise the client's, which a URI may set to something that no transaction takes.
            .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
            .session(session)
            .await?;
        if let Some(problem) = first_write_error(&reply) {
            return Err(Failure::Document(problem));
        }
        let matched = reply.get("n").and_then(as_count);
        if matched == Some(expected) {
            Ok(())
        } else {
            Err(Failure::TakenOver)
        }
    }
}

/// A command that is given as it is reports what is wrong with a document in its reply.
fn first_write_error(reply: &Document) -> Option<String> {
    let error = reply.get_array("writeErrors").ok()?.first()?;
    let text = error.as_document()?.get_str("errmsg");
    Some(text.unwrap_or("the server gives no reason").to_owned())
}

fn as_count(number: &Bson) -> Option<usize> {
    let number = number
        .as_i64()
        .or_else(|| number.as_i32().map(i64::from))
        .or_else(|| number.as_f64().map(|number| number as i64))?;
    usize::try_from(number).ok()
}

fn may_pass(error: &mongodb::error::Error) -> bool {
    error.contains_label(TRANSIENT_TRANSACTION_ERROR)
        || matches!(
            error.kind.as_ref(),
            ErrorKind::ServerSelection { .. }
                | ErrorKind::Io(_)
                | ErrorKind::ConnectionPoolCleared { .. }
        )
}

/// Old sharded clusters, and services that speak MongoDB's protocol, say so only when asked.
fn is_refusal(error: &mongodb::error::Error) -> bool {
    // IllegalOperation, CommandNotFound, InvalidOptions, CommandNotSupported, OperationNotSupportedInTransaction.
    const CODES: [i32; 5] = [20, 59, 72, 115, 263];
    code(error).is_some_and(|code| CODES.contains(&code))
}
