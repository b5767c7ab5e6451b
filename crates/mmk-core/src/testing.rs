//! In-memory ports and short spellings for the tests of the plan and the loop. No logic of its own: what a port is told, it notes.

use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::amendment::Amendment;
use crate::checksum::Fingerprint;
use crate::directory::MigrationDirectory;
use crate::error::Error;
use crate::fence::Fence;
use crate::fence::StopReason;
use crate::history::Attempt;
use crate::history::AttemptState;
use crate::history::History;
use crate::history::Record;
use crate::history::Status;
use crate::migration::Migration;
use crate::name::MigrationName;
use crate::ports::DatabaseCommand;
use crate::ports::Engine;
use crate::ports::Entry;
use crate::ports::Event;
use crate::ports::Hold;
use crate::ports::Lease;
use crate::ports::Ledger;
use crate::ports::Locker;
use crate::ports::Observer;
use crate::ports::ReadyStep;
use crate::ports::RunRequest;
use crate::script::Counts;
use crate::script::CountsByCollection;
use crate::script::Direction;
use crate::script::Outcome;
use crate::script::Script;
use crate::script::ScriptError;
use crate::script::ScriptErrorKind;

pub(crate) fn name(text: &str) -> MigrationName {
    MigrationName::parse(text).unwrap()
}

/// Seconds on a clock that starts at zero.
pub(crate) fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(seconds)
}

/// A folder whose files contain their own names, unless written as `name=content`.
pub(crate) fn directory(files: &[&str]) -> MigrationDirectory {
    let mut migrations: Vec<Migration> = files
        .iter()
        .map(|file| {
            let (file, content) = file.split_once('=').unwrap_or((file, file));
            Migration {
                name: name(file),
                path: Path::new("/migrations").join(file),
                fingerprint: Fingerprint::of(content.as_bytes()),
            }
        })
        .collect();
    migrations.sort_by(|one, other| one.name.cmp(&other.name));
    MigrationDirectory {
        path: PathBuf::from("/migrations"),
        exists: true,
        migrations,
    }
}

/// A record of a file that contains its own name, applied at second `applied_at`.
pub(crate) fn record(file: &str, batch: i64, applied_at: i64) -> Record {
    Record {
        name: name(file),
        batch,
        status: Status::Applied,
        applied_at: Some(at(applied_at)),
        reverted_at: None,
        duration: Some(Duration::from_millis(1)),
        checksum: Some(Fingerprint::of(file.as_bytes()).exact),
        normalised_checksum: None,
        environment: None,
        executed_by: None,
        description: None,
        service: None,
        block: None,
        origin: None,
    }
}

pub(crate) fn reverted(file: &str, batch: i64, reverted_at: i64) -> Record {
    Record {
        status: Status::Reverted,
        reverted_at: Some(at(reverted_at)),
        ..record(file, batch, 0)
    }
}

pub(crate) fn attempt(
    file: &str,
    direction: Direction,
    state: AttemptState,
    second: i64,
) -> Attempt {
    Attempt {
        id: format!("{file}@{second}"),
        run: "run".to_owned(),
        name: name(file),
        direction,
        state,
        started_at: at(second),
        finished_at: None,
        duration: None,
        batch: 1,
        counts: CountsByCollection::new(),
        counted_at: None,
        error: None,
        host: "host-1".to_owned(),
        pid: 4711,
        user: "alice".to_owned(),
        tool_version: "0.1.0".to_owned(),
        environment: None,
        transaction: false,
        live: false,
    }
}

/// What happened, in order, noted by all the ports of one world.
#[derive(Clone, Default)]
pub(crate) struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    pub(crate) fn note(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// A world in memory. Its ledger lives as long as it does, so several runs see each other's records.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) journal: Journal,
    pub(crate) records: Arc<Mutex<HashMap<String, Record>>>,
    pub(crate) attempts: Arc<Mutex<Vec<Attempt>>>,
    /// Seconds; moves by one with each write.
    pub(crate) clock: Arc<Mutex<i64>>,
    /// What the scripts of these files do instead of ending well.
    pub(crate) behaviours: HashMap<String, Behaviour>,
    /// Ledger calls that fail, such as `finish a.js`.
    pub(crate) broken_calls: Vec<String>,
    pub(crate) release_fails: bool,
    /// Somebody else has the lock by the time a step ends.
    pub(crate) lock_is_gone: bool,
    pub(crate) transactions: bool,
    /// The ledger notes the end of a step and the beginning of the next in one write.
    pub(crate) joins_steps: bool,
    /// Ctrl-C arrives while the end of a step is recorded.
    pub(crate) closes_at_finish: Option<Fence>,
}

/// How a script behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Throws,
    DoesNotParse,
    HasNoDown,
    /// Somebody takes the lock away while it runs.
    LosesLock,
    /// Ctrl-C arrives while it runs, and it ends well all the same.
    SurvivesInterrupt,
    /// Runs to its end although the lock was lost meanwhile.
    SurvivesLockLoss,
    /// Writes three documents, each after the one before was noted.
    Works,
    UsesTransaction,
    /// The process dies in the middle: the future never ends.
    Dies,
}

impl World {
    fn now(&self) -> OffsetDateTime {
        let mut clock = self.clock.lock().unwrap();
        *clock += 1;
        at(*clock)
    }

    fn behaviour(&self, path: &Path) -> Option<&Behaviour> {
        self.behaviours.get(path.file_name()?.to_str()?)
    }

    fn call(&self, call: &str) -> Result<(), Error> {
        self.journal.note(call);
        if self.broken_calls.iter().any(|broken| broken == call) {
            return Err(Error::Database {
                action: call.to_owned(),
                detail: "the connection broke".to_owned(),
            });
        }
        Ok(())
    }

    fn begin(&self, ready: &ReadyStep) -> Entry {
        let step = &ready.step;
        let now = self.now();
        let mut attempts = self.attempts.lock().unwrap();
        let started = Attempt {
            id: attempts.len().to_string(),
            started_at: now,
            transaction: ready.transaction,
            ..attempt(
                step.migration.name.as_str(),
                step.direction,
                AttemptState::Running,
                0,
            )
        };
        attempts.push(started.clone());
        Entry {
            id: started.id,
            step: step.clone(),
            description: None,
            transaction: ready.transaction,
        }
    }

    fn close_attempt(&self, entry: &Entry, state: AttemptState) {
        let mut attempts = self.attempts.lock().unwrap();
        let attempt = attempts.iter_mut().find(|one| one.id == entry.id).unwrap();
        attempt.state = state;
    }

    fn complete(&self, entry: &Entry) {
        let step = &entry.step;
        let now = self.now();
        let mut records = self.records.lock().unwrap();
        let file = step.migration.name.as_str();
        let state = match step.direction {
            Direction::Up => {
                let record = Record {
                    applied_at: Some(now),
                    checksum: Some(step.migration.fingerprint.exact.clone()),
                    ..record(file, step.batch, 0)
                };
                records.insert(file.to_owned(), record);
                AttemptState::Applied
            }
            Direction::Down => {
                let record = records.get_mut(file).unwrap();
                record.status = Status::Reverted;
                record.reverted_at = Some(now);
                AttemptState::Reverted
            }
        };
        self.close_attempt(entry, state);
    }
}

#[async_trait]
impl Ledger for World {
    async fn read(&self) -> Result<History, Error> {
        self.call("read")?;
        Ok(History::new(
            self.records.lock().unwrap().values().cloned().collect(),
            self.attempts.lock().unwrap().clone(),
        ))
    }

    async fn take_over(&self) -> Result<(), Error> {
        self.call("take over")
    }

    async fn note_counts(&self, entry: &Entry, counts: &CountsByCollection) {
        let total: u64 = counts.values().map(crate::script::Counts::total).sum();
        self.journal
            .note(format!("note {} {total}", entry.step.migration.name));
    }

    async fn start(&self, ready: &ReadyStep) -> Result<Entry, Error> {
        let step = &ready.step;
        let name = &step.migration.name;
        self.call(&format!("start {} {name}", step.direction.as_str()))?;
        Ok(self.begin(ready))
    }

    async fn withdraw(&self, entry: &Entry) -> Result<(), Error> {
        self.call(&format!("withdraw {}", entry.step.migration.name))?;
        self.attempts
            .lock()
            .unwrap()
            .retain(|one| one.id != entry.id);
        Ok(())
    }

    fn seal(&self, entry: &Entry, _outcome: &Outcome) -> Vec<DatabaseCommand> {
        self.journal
            .note(format!("seal {}", entry.step.migration.name));
        self.complete(entry);
        Vec::new()
    }

    async fn finish(
        &self,
        entry: &Entry,
        _outcome: &Outcome,
        hold: Hold,
        next: Option<&ReadyStep>,
    ) -> Result<Option<Entry>, Error> {
        let next = next.filter(|_| self.joins_steps);
        let name = &entry.step.migration.name;
        match next {
            Some(next) => {
                let step = &next.step;
                let (direction, next) = (step.direction.as_str(), &step.migration.name);
                self.call(&format!("finish {name}, start {direction} {next}"))?;
            }
            None => self.call(&format!("finish {name}"))?,
        }
        if hold == Hold::Doubtful && self.lock_is_gone {
            return Err(Error::LockLost {
                detail: "held by bob".to_owned(),
            });
        }
        if !entry.transaction {
            self.complete(entry);
        }
        if let Some(fence) = &self.closes_at_finish {
            fence.close(StopReason::Interrupted { signal: "SIGINT" });
        }
        Ok(next.map(|next| self.begin(next)))
    }

    async fn fail(&self, entry: &Entry, _error: &ScriptError) -> Result<(), Error> {
        self.call(&format!("fail {}", entry.step.migration.name))?;
        self.close_attempt(entry, AttemptState::Failed);
        Ok(())
    }

    async fn amend(&self, amendment: &Amendment, _reason: Option<&str>) -> Result<(), Error> {
        let name = &amendment.step().migration.name;
        self.call(&format!("{} {name}", amendment.outcome()))
    }
}

#[async_trait]
impl Locker for World {
    async fn acquire(&self, _: &Fence, _: &dyn Observer) -> Result<Box<dyn Lease>, Error> {
        self.journal.note("lock");
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl Lease for World {
    async fn release(self: Box<Self>) -> Result<(), Error> {
        self.journal.note("release");
        if self.release_fails {
            return Err(Error::LockRelease {
                detail: "the connection broke".to_owned(),
            });
        }
        Ok(())
    }
}

#[expect(clippy::result_large_err, reason = "the port's own type")]
#[async_trait]
impl Engine for World {
    async fn check(&self, paths: &[&Path]) -> Vec<Result<Script, ScriptError>> {
        self.journal.note(format!("check {}", paths.len()));
        paths
            .iter()
            .map(|path| match self.behaviour(path) {
                Some(Behaviour::DoesNotParse) => Err(script_error(ScriptErrorKind::Syntax)),
                behaviour => Ok(Script {
                    path: path.to_path_buf(),
                    has_up: true,
                    has_down: behaviour != Some(&Behaviour::HasNoDown),
                    use_transaction: (behaviour == Some(&Behaviour::UsesTransaction))
                        .then_some(true),
                    name: None,
                    description: None,
                    timeout: None,
                }),
            })
            .collect()
    }

    async fn run(&self, request: RunRequest<'_>) -> Result<Outcome, ScriptError> {
        let file = request.script.path.file_name().unwrap().to_str().unwrap();
        self.journal
            .note(format!("{} {file}", request.direction.as_str()));
        let lost = StopReason::LockLost {
            detail: "held by bob".to_owned(),
        };
        match self.behaviour(&request.script.path) {
            Some(Behaviour::Throws) => return Err(script_error(ScriptErrorKind::Thrown)),
            Some(Behaviour::LosesLock) => {
                request.fence.close(lost.clone());
                return Err(script_error(ScriptErrorKind::Stopped(lost)));
            }
            Some(Behaviour::SurvivesInterrupt) => {
                request
                    .fence
                    .close(StopReason::Interrupted { signal: "SIGINT" });
            }
            Some(Behaviour::SurvivesLockLoss) => request.fence.close(lost),
            Some(Behaviour::Works) => {
                for inserted in 1..=3 {
                    let counts = Counts {
                        inserted,
                        ..Counts::default()
                    };
                    request
                        .counts
                        .send_replace([("db.c".to_owned(), counts)].into());
                    let note = format!("note {file} {inserted}");
                    while !self.journal.lines().contains(&note) {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                }
            }
            Some(Behaviour::Dies) => {
                self.journal.note(format!("dies {file}"));
                std::future::pending().await
            }
            _ => {}
        }
        let outcome = Outcome {
            duration: Duration::from_millis(5),
            ..Outcome::default()
        };
        if let Some(seal) = request.seal {
            seal(&outcome);
        }
        Ok(outcome)
    }
}

impl Observer for World {
    fn notice(&self, event: Event) {
        if let Event::Warning { text } = event {
            self.journal.note(format!("warning: {text}"));
        }
    }
}

pub(crate) fn script_error(kind: ScriptErrorKind) -> ScriptError {
    ScriptError {
        kind,
        name: "Error".to_owned(),
        message: "boom".to_owned(),
        stack: String::new(),
        location: None,
        code: None,
        code_name: None,
        details: None,
        rolled_back: false,
        outcome: Outcome::default(),
    }
}
