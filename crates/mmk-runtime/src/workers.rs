//! The threads that own V8. One does everything, unless several migrations follow one another: then a second takes turns with it, so
//! that the next isolate is made and the last one taken apart while a migration runs. A thread whose isolate can serve the next migration
//! too goes on with it, and the other one makes none. Only one of them ever runs a migration.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::UnboundedSender;

use crate::bridge::connection::lock;
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

/// For fewer migrations it isn't worth remembering what an isolate looked like before.
const MANY: usize = 4;

/// Hands out jobs; the threads end when this is dropped and what they were given is done.
pub(crate) struct Workers {
    options: EngineOptions,
    modules: Arc<Modules>,
    stuck: Arc<Stuck>,
    first: Worker,
    second: OnceLock<Worker>,
    /// The migrations that were checked and haven't run yet, in the order in which they will.
    upcoming: Mutex<VecDeque<PathBuf>>,
    /// Whether there are, or were, enough of them for isolates to be kept.
    are_many: AtomicBool,
    /// Whether the first thread is the one whose turn it is.
    is_firsts_turn: AtomicBool,
}

/// One of the threads.
struct Worker {
    jobs: UnboundedSender<Job>,
    /// It has, or is about to have, an isolate for the next migration.
    keeps: Arc<AtomicBool>,
}

impl Workers {
    pub(crate) fn start(options: EngineOptions, stuck: Arc<Stuck>) -> Self {
        let modules = Modules::new(BuiltinNames::standard(), module_check(&options.permissions));
        Self {
            first: Worker::start(options.clone(), modules.clone(), stuck.clone()),
            second: OnceLock::new(),
            options,
            modules,
            stuck,
            upcoming: Mutex::default(),
            are_many: AtomicBool::new(false),
            is_firsts_turn: AtomicBool::new(false),
        }
    }

    pub(crate) fn check(&self, job: CheckJob) {
        let count = job.paths.len();
        *self.upcoming() = job.paths.iter().cloned().collect();
        // What batchSaves holds back stays with the isolate.
        let are_many = count >= MANY && !self.options.models.batch_saves;
        self.are_many.store(are_many, Ordering::Relaxed);
        if count > 1 {
            self.second().send(Job::Prepare);
        }
        self.first.send(Job::Check(job));
        if count == 1 {
            self.first.send(Job::Prepare);
        }
    }

    /// Runs a migration on the thread whose turn it is, while the other makes ready for the one after it.
    pub(crate) fn run(&self, job: RunJob) {
        let (own, other) = self.next();
        match self.follower() {
            Some(next) => {
                let next = self.are_many.load(Ordering::Relaxed).then_some(next);
                let other = other.jobs.clone();
                own.send(Job::Run(job, Ending::ReplyFirst { next, other }));
            }
            None => own.send(Job::Run(job, Ending::EndFirst)),
        }
    }

    /// The file after the one whose turn it is.
    fn follower(&self) -> Option<PathBuf> {
        let mut upcoming = self.upcoming();
        upcoming.pop_front();
        upcoming.front().cloned()
    }

    fn upcoming(&self) -> MutexGuard<'_, VecDeque<PathBuf>> {
        lock(&self.upcoming)
    }

    /// The thread for the next migration, and the other one.
    fn next(&self) -> (&Worker, &Worker) {
        let Some(second) = self.second.get() else {
            return (&self.first, &self.first);
        };
        let is_firsts = self.is_firsts_turn.load(Ordering::Relaxed);
        let (due, last) = if is_firsts {
            (&self.first, second)
        } else {
            (second, &self.first)
        };
        if last.keeps.load(Ordering::Acquire) {
            return (last, due);
        }
        self.is_firsts_turn.store(!is_firsts, Ordering::Relaxed);
        (due, last)
    }

    /// Everything else belongs to the thread that has the configuration.
    pub(crate) fn send(&self, job: Job) {
        self.first.send(job);
    }

    fn second(&self) -> &Worker {
        self.second.get_or_init(|| {
            Worker::start(
                self.options.clone(),
                self.modules.clone(),
                self.stuck.clone(),
            )
        })
    }
}

impl Worker {
    fn start(options: EngineOptions, modules: Arc<Modules>, stuck: Arc<Stuck>) -> Self {
        let keeps = Arc::new(AtomicBool::new(false));
        Self {
            jobs: start_worker(options, modules, stuck, keeps.clone()),
            keeps,
        }
    }

    fn send(&self, job: Job) {
        // A thread outlives this; when it died, the dropped reply channel says so.
        let _ = self.jobs.send(job);
    }
}

/// What comes first when a migration has ended.
pub(crate) enum Ending {
    /// The run goes on meanwhile. The isolate may serve the migration of the file `next`, where there is one; when it turns out that it
    /// won't, `other` is the thread that has to make one.
    ReplyFirst {
        next: Option<PathBuf>,
        other: UnboundedSender<Job>,
    },
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
