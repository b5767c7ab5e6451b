//! The isolates that one of V8's threads has between its jobs. V8 wants isolates dropped in the reverse order of their making, so those that
//! are made after the configuration's must not outlive their turn.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use serde_json::json;

use crate::bridge::Bridge;
use crate::engine::EngineOptions;
use crate::host_state::HostState;
use crate::isolate::Blank;
use crate::isolate::BlankOptions;
use crate::isolate::Isolate;
use crate::loader::Modules;
use crate::loader::Quiet;

/// What the thread keeps between jobs.
pub(crate) struct Stock {
    pub(crate) configured: Option<Configured>,
    /// Made ahead, so that the next migration needn't wait for it.
    pub(crate) spare: Option<Blank>,
    /// Serves the next migration in place of a spare: those before left no trace in it.
    pub(crate) kept: Option<World>,
    /// Tells whoever hands out jobs whether `kept` is there, or will be before the next job is begun.
    keeps: Arc<AtomicBool>,
}

/// The isolate that evaluated the configuration: its hooks are functions in there.
pub(crate) struct Configured {
    pub(crate) isolate: Isolate,
    pub(crate) bridge: Arc<Bridge>,
    pub(crate) host: Arc<HostState>,
}

/// What migrations run in.
pub(crate) struct World {
    pub(crate) isolate: Isolate,
    /// A file is evaluated once in an isolate.
    served: BTreeSet<PathBuf>,
    /// The file that was evaluated here ahead, and what its text promises.
    ready: Option<(PathBuf, Quiet)>,
}

impl World {
    pub(crate) fn new(isolate: Isolate) -> Self {
        Self {
            isolate,
            served: BTreeSet::new(),
            ready: None,
        }
    }

    /// From now on this is where the file's migration runs.
    pub(crate) fn serve(&mut self, path: &Path) {
        self.ready = None;
        self.served.insert(path.to_owned());
    }

    fn can_serve(&self, path: &Path) -> bool {
        match &self.ready {
            Some((ready, _)) => ready == path,
            None => !self.served.contains(path),
        }
    }

    /// Evaluates ahead a file that nobody notices being loaded, while the end of the migration before it is recorded. Whether this world
    /// can still serve a migration.
    pub(crate) async fn make_ready(&mut self, path: &Path, script: Quiet) -> bool {
        if self.served.contains(path) {
            return true;
        }
        self.serve(path);
        self.ready = Some((path.to_owned(), script));
        let answer = self.isolate.call("prepare", &json!({ "path": path })).await;
        // Why it failed shows when the migration runs, in another isolate.
        answer.is_ok_and(|answer| answer.get("failure").is_none()) && self.isolate.is_idle()
    }
}

impl Stock {
    pub(crate) fn new(keeps: Arc<AtomicBool>) -> Self {
        Self {
            configured: None,
            spare: None,
            kept: None,
            keeps,
        }
    }

    /// Whether an isolate may stay for the next migration.
    pub(crate) fn has_room(&self) -> bool {
        self.configured.is_none()
    }

    pub(crate) fn clear(&mut self) {
        self.spare = None;
        self.kept = None;
    }

    /// Whether there will be a `kept` for the next job.
    pub(crate) fn announce(&self, keeps: bool) {
        self.keeps.store(keeps, Ordering::Release);
    }

    /// What the text of this file promises, where it was made ready.
    pub(crate) fn promise(&self, path: &Path) -> Option<Quiet> {
        let (ready, script) = self.kept.as_ref()?.ready.as_ref()?;
        (ready == path).then_some(*script)
    }

    /// The isolate of the migrations before, where it can serve this one.
    pub(crate) fn take_kept(&mut self, path: &Path) -> Option<World> {
        self.announce(false);
        self.kept.take().filter(|kept| kept.can_serve(path))
    }

    pub(crate) fn refill(&mut self, options: &EngineOptions, modules: &Arc<Modules>) {
        if self.has_room() && self.spare.is_none() && self.kept.is_none() {
            // Without a spare the next migration makes its isolate itself, and tells what is wrong.
            self.spare = Blank::new(&blank_options(options, modules)).ok();
        }
    }
}

pub(crate) fn blank_options(options: &EngineOptions, modules: &Arc<Modules>) -> BlankOptions {
    BlankOptions {
        modules: modules.clone(),
        startup: options.startup,
        max_memory: options.max_memory,
    }
}
