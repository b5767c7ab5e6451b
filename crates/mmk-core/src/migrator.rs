//! The run: what happens between `up`, `down` or `redo` and its report. Everything that can be refused is refused before the first
//! write; the first failure stops; the lock is given back on every path.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use tokio::sync::watch;

use crate::directory::MigrationDirectory;
use crate::error::Error;
use crate::fence::Fence;
use crate::fence::StopReason;
use crate::plan::Plan;
use crate::plan::PlanOptions;
use crate::plan::Step;
use crate::plan::Task;
use crate::ports::Engine;
use crate::ports::Entry;
use crate::ports::Event;
use crate::ports::Hold;
use crate::ports::Hooks;
use crate::ports::Ledger;
use crate::ports::Locker;
use crate::ports::Observer;
use crate::ports::ReadyStep;
use crate::ports::RunRequest;
use crate::ports::Seal;
use crate::preview::Source;
use crate::report::Report;
use crate::report::StepResult;
use crate::script::CountsByCollection;
use crate::script::Direction;
use crate::script::Outcome;
use crate::script::Script;
use crate::script::ScriptError;

/// How old the counts of a process that died may be. One small write each time, and only where something changed.
const NOTE_COUNTS_EVERY: Duration = Duration::from_millis(if cfg!(test) { 5 } else { 1000 });

/// Whether this MongoDB knows transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionSupport {
    Available,
    /// Why not, as a sentence without full stop: "MongoDB at ... is a standalone server".
    Unavailable {
        reason: String,
    },
}

/// How to run, beyond what to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSettings {
    pub source: Source,
    /// Where a file doesn't say for itself.
    pub use_transaction: bool,
    pub transactions: TransactionSupport,
    /// Where a file doesn't say for itself.
    pub timeout: Option<Duration>,
}

/// One run. All parts are borrowed from whoever wires them.
pub struct Migrator<'a> {
    pub settings: &'a RunSettings,
    /// `None` runs without a lock.
    pub locker: Option<&'a dyn Locker>,
    pub ledger: &'a dyn Ledger,
    pub engine: &'a dyn Engine,
    pub hooks: &'a dyn Hooks,
    pub observer: &'a dyn Observer,
    /// Closed from outside to stop the run.
    pub fence: &'a Fence,
}

impl Migrator<'_> {
    /// Does the task. The report tells what was done, also when it ends in a failure.
    pub async fn run(&self, task: Task, options: &PlanOptions) -> Report {
        let mut report = Report::default();
        report.failure = self.run_locked(task, options, &mut report).await.err();
        report
    }

    async fn run_locked(
        &self,
        task: Task,
        options: &PlanOptions,
        report: &mut Report,
    ) -> Result<(), Error> {
        let Some(locker) = self.locker else {
            self.warn("Running without a lock (--no-lock): concurrent runs are unsafe");
            return self.plan_and_run(task, options, report).await;
        };
        let lease = locker.acquire(self.fence, self.observer).await?;
        let result = match self.ledger.take_over().await {
            Ok(()) => self.plan_and_run(task, options, report).await,
            Err(error) => Err(error),
        };
        match (lease.release().await, &result) {
            (Err(error), Ok(())) => Err(error),
            (Err(error), Err(_)) => {
                self.warn(&error.to_string());
                result
            }
            (Ok(()), _) => result,
        }
    }

    async fn plan_and_run(
        &self,
        task: Task,
        options: &PlanOptions,
        report: &mut Report,
    ) -> Result<(), Error> {
        let source = &self.settings.source;
        let directory = MigrationDirectory::read(&source.directory, &source.files)?;
        if let Some(warning) = directory.missing_warning() {
            self.warn(&warning);
        }
        let history = self.ledger.read().await?;
        let plan = Plan::new(task, &directory, &history, options)?;
        self.announce(&plan, report);
        if plan.steps.is_empty() {
            return Ok(());
        }
        let steps = self.prepare(plan.steps).await?;
        self.hook("beforeAll", self.hooks.before_all().await)?;
        let mut begun = None;
        for (index, ready) in steps.iter().enumerate() {
            let reported = report.results.len();
            let run = self.run_step(ready, begun, steps.get(index + 1), report);
            begun = match run.await {
                Ok(next) => next,
                Err(error) => {
                    // A step that could not even begin has no result of its own.
                    let ran = report.results.len() - reported;
                    report.not_run = names(&steps[index + ran..]);
                    return Err(error);
                }
            };
        }
        self.hook("afterAll", self.hooks.after_all().await)
    }

    fn announce(&self, plan: &Plan, report: &mut Report) {
        report.nothing_to_do = plan.steps.is_empty() && plan.skipped.is_empty();
        for notice in &plan.notices {
            self.warn(&notice.to_string());
        }
        for skipped in &plan.skipped {
            self.observer.notice(Event::StepSkipped {
                name: skipped.name.to_string(),
                reason: skipped.reason.to_owned(),
            });
            report.results.push(StepResult::skipped(skipped));
        }
    }

    /// Has every script loaded and checked; refuses all that can't run, in one list.
    async fn prepare(&self, steps: Vec<Step>) -> Result<Vec<ReadyStep>, Error> {
        let paths: Vec<&Path> = steps
            .iter()
            .map(|step| step.migration.path.as_path())
            .collect();
        let verdicts = tokio::select! {
            biased;
            reason = self.fence.closed() => return Err(reason.clone().into()),
            verdicts = self.engine.check(&paths) => verdicts,
        };
        if verdicts.len() != steps.len() {
            return Err(Error::Internal {
                detail: format!("{} verdicts on {} scripts", verdicts.len(), steps.len()),
            });
        }
        let mut ready = Vec::with_capacity(steps.len());
        let mut refusals = Vec::new();
        for (step, verdict) in steps.into_iter().zip(verdicts) {
            match accept(&step, verdict) {
                Ok(script) => ready.push(ReadyStep {
                    transaction: script
                        .use_transaction
                        .unwrap_or(self.settings.use_transaction),
                    step,
                    script,
                }),
                Err(refusal) if refusals.contains(&refusal) => {}
                Err(refusal) => refusals.push(refusal),
            }
        }
        refusals.extend(self.refuse_transactions(&ready));
        Error::refused(refusals).map_or(Ok(ready), Err)
    }

    fn refuse_transactions(&self, steps: &[ReadyStep]) -> Option<Error> {
        let TransactionSupport::Unavailable { reason } = &self.settings.transactions else {
            return None;
        };
        let mut names = names(steps.iter().filter(|ready| ready.transaction));
        names.dedup();
        (!names.is_empty()).then(|| Error::TransactionsUnsupported {
            names,
            reason: reason.clone(),
        })
    }

    /// Runs a step whose beginning may have been noted with the end of the one before. Returns the entry of the `next` one if its beginning
    /// is noted, too.
    async fn run_step(
        &self,
        ready: &ReadyStep,
        begun: Option<Entry>,
        next: Option<&ReadyStep>,
        report: &mut Report,
    ) -> Result<Option<Entry>, Error> {
        let ReadyStep { step, script, .. } = ready;
        let entry = self.begin(ready, begun).await?;
        self.observer.notice(Event::StepStarted {
            name: step.migration.name.to_string(),
            direction: step.direction,
        });
        let (counts, counted) = watch::channel(CountsByCollection::new());
        let request = RunRequest {
            script,
            direction: step.direction,
            transaction: ready.transaction,
            seal: ready
                .transaction
                .then(|| -> Seal<'_> { Box::new(|outcome| self.ledger.seal(&entry, outcome)) }),
            timeout: script.timeout.or(self.settings.timeout),
            fence: self.fence.clone(),
            counts,
        };
        let result = tokio::select! {
            biased;
            result = self.engine.run(request) => result,
            never = self.note_counts(&entry, counted) => match never {},
        };
        match result {
            Ok(outcome) => {
                // What ran to its end is recorded even if the fence closed meanwhile: it is true, and nobody else knows it.
                let hold = match self.fence.check() {
                    Err(StopReason::LockLost { .. }) => Hold::Doubtful,
                    _ => Hold::Proven,
                };
                let next =
                    next.filter(|_| self.fence.check().is_ok() && !self.hooks.come_between_steps());
                let recorded = self.ledger.finish(&entry, &outcome, hold, next).await;
                self.step_ended(&entry, outcome, recorded, report).await
            }
            Err(error) => {
                self.note_failure(&entry, &error).await;
                Err(self.step_failed(step, error, report).await)
            }
        }
    }

    /// The entry of a step that may run now.
    async fn begin(&self, ready: &ReadyStep, begun: Option<Entry>) -> Result<Entry, Error> {
        let name = ready.step.migration.name.as_str();
        let Some(entry) = begun else {
            self.hook("beforeEach", self.hooks.before_each(name).await)?;
            self.fence.check().map_err(|reason| reason.clone())?;
            return self.ledger.start(ready).await;
        };
        let Err(reason) = self.fence.check() else {
            return Ok(entry);
        };
        if let Err(cause) = self.ledger.withdraw(&entry).await {
            self.warn(&format!(
                "{name} is noted as begun, and nothing of it ran: {cause}"
            ));
        }
        Err(reason.clone().into())
    }

    async fn note_failure(&self, entry: &Entry, error: &ScriptError) {
        if let Err(cause) = self.ledger.fail(entry, error).await {
            let name = &entry.step.migration.name;
            self.warn(&format!(
                "the failure of {name} could not be recorded: {cause}"
            ));
        }
    }

    /// Keeps the ledger up to date until the step ends.
    async fn note_counts(
        &self,
        entry: &Entry,
        mut counted: watch::Receiver<CountsByCollection>,
    ) -> Infallible {
        loop {
            tokio::time::sleep(NOTE_COUNTS_EVERY).await;
            let changed = counted.has_changed().unwrap_or(false);
            if changed && !entry.transaction && self.fence.check().is_ok() {
                let counts = counted.borrow_and_update().clone();
                self.ledger.note_counts(entry, &counts).await;
            }
        }
    }

    async fn step_ended(
        &self,
        entry: &Entry,
        outcome: Outcome,
        recorded: Result<Option<Entry>, Error>,
        report: &mut Report,
    ) -> Result<Option<Entry>, Error> {
        let step = &entry.step;
        let name = step.migration.name.as_str();
        let next = match recorded {
            Ok(next) => next,
            Err(cause) => {
                let error = self.not_recorded(entry, &outcome, cause).await;
                self.report_failure(step, &outcome, &error, report);
                return Err(error);
            }
        };
        let duration = outcome.duration;
        report.results.push(StepResult::done(step, &outcome));
        self.observer.notice(Event::StepFinished {
            name: name.to_owned(),
            direction: step.direction,
            outcome,
        });
        self.hook("afterEach", self.hooks.after_each(name, duration).await)?;
        Ok(next)
    }

    async fn not_recorded(&self, entry: &Entry, outcome: &Outcome, cause: Error) -> Error {
        let step = &entry.step;
        let name = step.migration.name.to_string();
        let Error::LockLost { detail } = cause else {
            return Error::RecordFailed {
                name,
                direction: step.direction,
                cause: Box::new(cause),
            };
        };
        let detail = format!(
            "{detail}; `{}` had run to its end, and nothing was recorded",
            step.direction.as_str()
        );
        self.note_failure(entry, &ScriptError::lock_lost(&detail, outcome))
            .await;
        Error::LockLostDuring { name, detail }
    }

    async fn step_failed(&self, step: &Step, error: ScriptError, report: &mut Report) -> Error {
        let name = step.migration.name.as_str();
        // A hook that fails here must not hide why it was called.
        if let Err(error) = self.hook("onError", self.hooks.on_error(name, &error).await) {
            self.warn(&error.to_string());
        }
        let outcome = error.outcome.clone();
        let error = Error::from_run(name, step.direction, error);
        self.report_failure(step, &outcome, &error, report);
        error
    }

    fn report_failure(&self, step: &Step, outcome: &Outcome, error: &Error, report: &mut Report) {
        report
            .results
            .push(StepResult::failed(step, outcome, error));
        self.observer.notice(Event::StepFailed {
            name: step.migration.name.to_string(),
            direction: step.direction,
        });
    }

    fn hook(&self, hook: &'static str, result: Result<(), ScriptError>) -> Result<(), Error> {
        result.map_err(|error| Error::HookFailed {
            hook,
            error: Box::new(error),
        })
    }

    fn warn(&self, text: &str) {
        self.observer.notice(Event::Warning {
            text: text.to_owned(),
        });
    }
}

/// The script, if it was accepted and exports what the step needs.
fn accept(step: &Step, verdict: Result<Script, ScriptError>) -> Result<Script, Error> {
    let name = step.migration.name.as_str();
    let script = verdict.map_err(|error| Error::from_check(name, error))?;
    let exported = match step.direction {
        Direction::Up => script.has_up,
        Direction::Down => script.has_down,
    };
    if exported {
        Ok(script)
    } else {
        Err(Error::InvalidExport {
            name: name.to_owned(),
            export: step.direction.as_str().to_owned(),
        })
    }
}

fn names<'a>(steps: impl IntoIterator<Item = &'a ReadyStep>) -> Vec<String> {
    steps
        .into_iter()
        .map(|ready| ready.step.migration.name.to_string())
        .collect()
}

#[cfg(test)]
mod tests;
