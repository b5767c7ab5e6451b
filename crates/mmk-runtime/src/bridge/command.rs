//! Runs one command document on the driver: session, numbers, read preference, retries. The reply comes back as bytes,
//! `ok: 0` included.

use std::sync::Arc;

use bson::RawDocument;
use bson::RawDocumentBuf;
use mongodb::ClientSession;
use mongodb::error::Error;
use mongodb::error::ErrorKind;
use mongodb::options::SelectionCriteria;

use super::Bridge;
use super::connection::Connection;
use super::connection::lock;
use super::error::BridgeError;
use super::primary;
use super::session::Session;

/// How a command may be sent again after network trouble or a failover.
/// Source: <https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md> and
/// `retryable-reads.md` beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    Never,
    Read,
    /// Numbered here, so that the server recognises the second attempt.
    Write,
}

/// One command, ready to be sent.
pub(crate) struct Command {
    pub(crate) client: u32,
    pub(crate) connection: Arc<Connection>,
    pub(crate) database: String,
    pub(crate) body: RawDocumentBuf,
    pub(crate) session: Option<Arc<Session>>,
    pub(crate) retry: Retry,
    pub(crate) criteria: Option<SelectionCriteria>,
}

/// Whether the server takes a session with this command: not with those that come before one, nor with writes that nobody waits
/// for.
fn takes_session(body: &RawDocument) -> bool {
    const WITHOUT: [&str; 6] = [
        "hello",
        "ismaster",
        "killcursors",
        "authenticate",
        "saslstart",
        "saslcontinue",
    ];
    let name = body.into_iter().next().and_then(Result::ok);
    let named = name
        .is_some_and(|(name, _)| !WITHOUT.contains(&name.as_str().to_ascii_lowercase().as_str()));
    let unacknowledged = body
        .get_document("writeConcern")
        .is_ok_and(|concern| matches!(concern.get("w"), Ok(Some(w)) if w.as_i32() == Some(0) || w.as_f64() == Some(0.0)));
    named && !unacknowledged
}

/// What came back: the reply's bytes, whatever `ok` says.
type Reply = RawDocumentBuf;

impl Bridge {
    /// Sends the command and returns the reply. Runs on the driver's runtime.
    pub(crate) async fn run_command(&self, mut command: Command) -> Result<Reply, BridgeError> {
        self.check_fence()?;
        let retry = match self.number(&command).await {
            Ok(retry) => retry,
            Err(error) => return reply_of(error),
        };
        let own = match &command.session {
            None if takes_session(&command.body) => {
                match command.connection.take_idle_session(command.client).await {
                    Ok(session) => Some(session),
                    Err(error) => return reply_of(error),
                }
            }
            _ => None,
        };
        let session = command.session.clone().or_else(|| own.clone());
        if let (Retry::Write, Some(session)) = (retry, &session) {
            let number = command.connection.next_number(&session.lsid);
            command.body.append(bson::cstr!("txnNumber"), number);
        }
        let reply = match &session {
            Some(session) => {
                let mut guard = session.client_session.lock().await;
                let reply = self
                    .run_with_retry(&command, Some((session, &mut guard)), retry)
                    .await;
                session.note_transaction(&command.connection, &command.body);
                reply
            }
            None => self.run_with_retry(&command, None, retry).await,
        };
        if let Some(own) = own {
            command.connection.put_idle_session(own);
        }
        let reply = reply?;
        self.counters
            .add_reply(&command.database, &command.body, &reply);
        Ok(reply)
    }

    /// A retryable write is numbered where the deployment knows numbers; a standalone gets it once, as it is.
    async fn number(&self, command: &Command) -> Result<Retry, Error> {
        // The first command asks for the deployment's facts; the facade reads them too.
        let numbers_writes = command.connection.numbers_writes().await?;
        if command.retry == Retry::Write && !numbers_writes {
            return Ok(Retry::Never);
        }
        Ok(command.retry)
    }

    async fn run_with_retry(
        &self,
        command: &Command,
        session: Option<(&Session, &mut ClientSession)>,
        retry: Retry,
    ) -> Result<Reply, BridgeError> {
        let mut session = session;
        let first = self.run_once(command, reborrow(&mut session)).await;
        if let (Some((tracked, _)), Err(error)) = (&session, &first)
            && error.is_network()
        {
            tracked.mark_dirty();
        }
        if !should_retry(retry, &command.connection, &first) {
            return first;
        }
        self.check_fence()?;
        let second = self.run_once(command, session).await;
        match (&first, &second) {
            // The second attempt never reached a server that could judge it: the first error says more.
            (Ok(_), Err(_)) => first,
            (_, Ok(reply)) if has_label(reply, "NoWritesPerformed") => first,
            _ => second,
        }
    }

    /// One attempt. A write concern that a step-down cut short tells of another primary, but the driver, which looks at the errors of
    /// whole commands only, goes on believing in the old one. What that one refuses next teaches the driver, and is no answer yet.
    async fn run_once(
        &self,
        command: &Command,
        session: Option<(&Session, &mut ClientSession)>,
    ) -> Result<Reply, BridgeError> {
        let Some((tracked, driver)) = session else {
            return self.send(command, None).await;
        };
        let reply = self.send(command, Some(&mut *driver)).await;
        let steps_down = matches!(&reply, Ok(reply) if primary::steps_down(reply));
        if tracked.doubt_primary(steps_down)
            && matches!(&reply, Ok(reply) if primary::refuses(reply))
            && primary::knows_again(&command.body)
        {
            self.check_fence()?;
            return self.send(command, Some(driver)).await;
        }
        reply
    }

    async fn send(
        &self,
        command: &Command,
        session: Option<&mut ClientSession>,
    ) -> Result<Reply, BridgeError> {
        let database = command.connection.client().database(&command.database);
        let mut action = database.run_raw_command(command.body.clone());
        if let Some(criteria) = command.criteria.clone() {
            action = action.selection_criteria(criteria);
        }
        let result = match session {
            Some(session) => action.session(session).await,
            None => action.await,
        };
        match result {
            Ok(document) => RawDocumentBuf::try_from(&document)
                .map_err(|error| BridgeError::invalid(error.to_string())),
            Err(error) => reply_of(error),
        }
    }
}

fn reborrow<'a>(
    session: &'a mut Option<(&Session, &mut ClientSession)>,
) -> Option<(&'a Session, &'a mut ClientSession)> {
    session
        .as_mut()
        .map(|(tracked, driver)| (&**tracked, &mut **driver))
}

/// The server's own reply where the error carries one.
pub(crate) fn reply_of(error: Error) -> Result<Reply, BridgeError> {
    match error.server_response() {
        Some(response) if !matches!(*error.kind, ErrorKind::Authentication { .. }) => {
            Ok(response.clone())
        }
        _ => Err(BridgeError::from_driver(&error)),
    }
}

/// Server codes after which a read is sent again (retryable-reads specification).
const RETRYABLE_READ_CODES: [i32; 13] = [
    11600, 11602, 10107, 13435, 13436, 189, 91, 7, 6, 89, 9001, 134, 262,
];

pub(crate) fn should_retry(
    retry: Retry,
    connection: &Connection,
    result: &Result<Reply, BridgeError>,
) -> bool {
    match (retry, result) {
        (Retry::Never, _) => false,
        (Retry::Read, Err(error)) => {
            connection.options().retry_reads != Some(false) && error.is_retryable()
        }
        (Retry::Write, Err(error)) => error.is_retryable(),
        (Retry::Read, Ok(reply)) => {
            connection.options().retry_reads != Some(false)
                && !is_ok(reply)
                && reply
                    .get_i32("code")
                    .is_ok_and(|code| RETRYABLE_READ_CODES.contains(&code))
        }
        (Retry::Write, Ok(reply)) => has_label(reply, "RetryableWriteError"),
    }
}

pub(crate) fn is_ok(reply: &RawDocument) -> bool {
    match reply.get("ok") {
        Ok(Some(bson::RawBsonRef::Double(ok))) => ok != 0.0,
        Ok(Some(bson::RawBsonRef::Int32(ok))) => ok != 0,
        Ok(Some(bson::RawBsonRef::Int64(ok))) => ok != 0,
        Ok(Some(bson::RawBsonRef::Boolean(ok))) => ok,
        _ => false,
    }
}

fn has_label(reply: &RawDocument, label: &str) -> bool {
    reply.get_array("errorLabels").is_ok_and(|labels| {
        labels
            .into_iter()
            .flatten()
            .any(|value| value.as_str() == Some(label))
    })
}

/// Aborts what is left open on a connection, best effort: the fence may be closed, the server gone.
pub(crate) async fn abort_open_transactions(connection: &Connection, sessions: &[Arc<Session>]) {
    for session in sessions {
        let Some(number) = session.take_open_transaction(connection) else {
            continue;
        };
        let mut body = RawDocumentBuf::new();
        body.append(bson::cstr!("abortTransaction"), 1);
        body.append(bson::cstr!("txnNumber"), number);
        body.append(bson::cstr!("autocommit"), false);
        let mut guard = session.client_session.lock().await;
        // An error means the server has forgotten the transaction already, or will when the session expires.
        let _ = connection
            .client()
            .database("admin")
            .run_raw_command(body)
            .session(&mut *guard)
            .await;
    }
    lock(&connection.open_transactions).clear();
}
