//! The threads that own V8. One does everything, unless several migrations follow one another: then a second takes turns with it, so
//! that the next isolate is made and the last one taken apart while a migration runs. Only one of them ever runs a migration.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::UnboundedSender;

use crate::engine::EngineOptions;
use crate::loader::BuiltinNames;
use crate::loader::Modules;
use crate::loader::ReadCheck;
use crate::ops::permissions::Access;
use crate::ops::permissions::LastLink;
use crate::ops::permissions::Permissions;
use crate::stuck::Stuck;
use crate::worker::CheckJob;
use crate::worker::Job;
use crate::worker::RunJob;
use crate::worker::start_worker;

/// Hands out jobs; the threads end when this is dropped.
pub(crate) struct Workers {
    options: EngineOptions,
    modules: Arc<Modules>,
    stuck: Arc<Stuck>,
    first: UnboundedSender<Job>,
    second: OnceLock<UnboundedSender<Job>>,
    /// How many migrations were checked and haven't run yet.
    upcoming: AtomicUsize,
    /// How many have run.
    turn: AtomicUsize,
}

impl Workers {
    pub(crate) fn start(options: EngineOptions, stuck: Arc<Stuck>) -> Self {
        let modules = Modules::new(BuiltinNames::standard(), module_check(&options.permissions));
        Self {
            first: start_worker(options.clone(), modules.clone(), stuck.clone()),
            second: OnceLock::new(),
            options,
            modules,
            stuck,
            upcoming: AtomicUsize::new(0),
            turn: AtomicUsize::new(0),
        }
    }

    pub(crate) fn check(&self, job: CheckJob) {
        let count = job.paths.len();
        self.upcoming.store(count, Ordering::Relaxed);
        if count > 1 {
            send(self.second(), Job::Prepare);
        }
        send(&self.first, Job::Check(job));
        if count == 1 {
            send(&self.first, Job::Prepare);
        }
    }

    /// Runs a migration on the thread whose turn it is, while the other makes ready for the one after it.
    pub(crate) fn run(&self, job: RunJob) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let (own, other) = match self.second.get() {
            Some(second) if turn.is_multiple_of(2) => (second, &self.first),
            Some(second) => (&self.first, second),
            None => (&self.first, &self.first),
        };
        let before = self.upcoming.load(Ordering::Relaxed);
        self.upcoming
            .store(before.saturating_sub(1), Ordering::Relaxed);
        if before > 1 {
            send(own, Job::Run(job, Ending::ReplyFirst));
            send(other, Job::Prepare);
        } else {
            send(own, Job::Run(job, Ending::EndFirst));
        }
    }

    /// Everything else belongs to the thread that has the configuration.
    pub(crate) fn send(&self, job: Job) {
        send(&self.first, job);
    }

    fn second(&self) -> &UnboundedSender<Job> {
        self.second.get_or_init(|| {
            start_worker(
                self.options.clone(),
                self.modules.clone(),
                self.stuck.clone(),
            )
        })
    }
}

/// What comes first when a migration has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The run goes on meanwhile.
    ReplyFirst,
    /// Nothing of V8 is left when the run ends.
    EndFirst,
}

/// Which files may become modules: what scripts may read, and installed packages wherever they are.
fn module_check(permissions: &Arc<Permissions>) -> ReadCheck {
    let permissions = permissions.clone();
    Arc::new(move |path| {
        let is_package = path
            .components()
            .any(|part| part.as_os_str() == "node_modules");
        if is_package {
            return Ok(());
        }
        permissions
            .check_path(Access::Read, path, LastLink::Follow)
            .map(drop)
            .map_err(|error| error.to_string())
    })
}

fn send(thread: &UnboundedSender<Job>, job: Job) {
    // A thread outlives this; when it died, the dropped reply channel says so.
    let _ = thread.send(job);
}
