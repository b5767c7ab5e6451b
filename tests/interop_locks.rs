//! Mixed deployments: a Node process at work while we start, and we at work while a Node process starts, for each tool and its lock. Exactly one
//! of them runs; who waits finds nothing left to do.

use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use bson::Document;
use bson::doc;

use crate::davepi;
use crate::interop::node_tools;
use crate::interop_migrate_mongo::Who;
use crate::interop_migrate_mongo::command;
use crate::interop_migrate_mongo::configure;
use crate::support::Output;
use crate::support::Project;
use crate::support::finish;
use crate::support::server_uri;
use crate::support::with_database;

/// A tool, and how its `up` is called in Node and here.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tool {
    Mmk,
    MigrateMongo,
    Davepi,
}

const TOOLS: [Tool; 3] = [Tool::Mmk, Tool::MigrateMongo, Tool::Davepi];

impl Tool {
    fn node(self, project: &Project) -> Command {
        match self {
            Self::MigrateMongo => command(project, Who::Node(14), &["up"]),
            Self::Davepi => davepi::node(project, &["migrate"]),
            Self::Mmk => {
                let mut command = Command::new("node");
                command
                    .arg(node_tools().join("node_modules/mongo-migrate-kit/dist/mmk.cjs"))
                    .arg("up")
                    .current_dir(project.path())
                    .env("MMK_URI", server_uri())
                    .env("MMK_DB", &project.database)
                    .stdin(Stdio::null())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped());
                command
            }
        }
    }

    fn ours(self, project: &Project, more: &[&str]) -> Command {
        match self {
            Self::Mmk => project.command(&[&["--as", "mmk", "up"], more].concat()),
            Self::MigrateMongo => command(project, Who::Ours, &[&["up"], more].concat()),
            Self::Davepi => davepi::ours(project, &[&["migrate", "up"], more].concat()),
        }
    }

    /// What each says when somebody else is at work.
    fn refusal(self) -> &'static str {
        match self {
            Self::Mmk => "LOCK_ALREADY_HELD",
            Self::MigrateMongo => "ERROR: Could not migrate up, a lock is in place.",
            Self::Davepi => "Could not acquire migration lock — another runner is in flight.",
        }
    }

    fn records(self) -> &'static str {
        match self {
            Self::Mmk => "_mmk_migrations",
            Self::MigrateMongo => "changelog",
            Self::Davepi => "_migrations",
        }
    }
}

/// One migration that says that it runs and ends when it is told to.
fn project(options: &str) -> Project {
    let project = Project::new();
    configure(&project, options);
    project.file("schema/versions/v1/account.js", "module.exports = { path: 'account', collection: 'account', tenantScoped: false, fields: [] };\n");
    project.migration(
        "1-slow.js",
        "module.exports = {\n  async up(first) {\n    const db = first.db ?? first;\n    await db.collection('started').insertOne({});\n    while (!(await db.collection('go').findOne())) await new Promise((resolve) => setTimeout(resolve, 20));\n  },\n  async down() {},\n};\n",
    );
    project
}

fn started(project: &Project) -> usize {
    project.documents("started").len()
}

fn begin(mut command: Command, project: &Project) -> Child {
    let child = command.spawn().expect("the program starts");
    while started(project) == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn let_go(project: &Project) {
    with_database(&project.database, async |database| {
        database
            .collection::<Document>("go")
            .insert_one(doc! {})
            .await
            .map(drop)
    });
}

#[track_caller]
fn ends_well(child: Child) {
    let output = child.wait_with_output().expect("the run ends");
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Exactly one run happened, and nobody left a lock.
#[track_caller]
fn once(project: &Project, tool: Tool) {
    assert_eq!(started(project), 1, "{tool:?}");
    assert_eq!(project.documents(tool.records()).len(), 1, "{tool:?}");
    for locks in ["_mmk_locks", "changelog_lock"] {
        assert_eq!(project.documents(locks).len(), 0, "{tool:?} {locks}");
    }
}

const LOCK: &str = "lockCollectionName: 'changelog_lock', lockTtl: 60,";

#[test]
fn while_node_works_we_refuse_or_wait() {
    for tool in TOOLS {
        let project = project(LOCK);
        let node = begin(tool.node(&project), &project);
        let refused = finish(tool.ours(&project, &[])).exits(1);
        assert!(
            refused.stderr.contains(tool.refusal()),
            "{}",
            refused.stderr
        );
        let mut waiting = tool
            .ours(&project, &["--wait", "60s"])
            .spawn()
            .expect("the binary starts");
        assert!(waiting.try_wait().expect("it can be asked").is_none());
        let_go(&project);
        ends_well(node);
        ends_well(waiting);
        once(&project, tool);
    }
}

#[test]
fn while_we_work_node_refuses() {
    for tool in TOOLS {
        let project = project(LOCK);
        let ours = begin(tool.ours(&project, &[]), &project);
        let refused: Output = finish(tool.node(&project)).exits(1);
        assert!(
            refused.stderr.contains(tool.refusal()),
            "{}",
            refused.stderr
        );
        let_go(&project);
        ends_well(ours);
        finish(tool.node(&project)).exits(0);
        once(&project, tool);
    }
}

#[test]
fn among_ourselves_one_runs_even_where_the_tool_has_no_lock_at_all() {
    for (tool, options) in [
        (Tool::MigrateMongo, ""),
        (Tool::MigrateMongo, LOCK),
        (Tool::Davepi, ""),
    ] {
        let project = project(options);
        let_go(&project);
        let pods: Vec<Child> = (0..4)
            .map(|_| {
                tool.ours(&project, &["--wait", "120s"])
                    .spawn()
                    .expect("the binary starts")
            })
            .collect();
        pods.into_iter().for_each(ends_well);
        once(&project, tool);
    }
}

#[test]
fn a_lock_of_theirs_is_renewed_for_as_long_as_we_work() {
    let project = project("lockCollectionName: 'changelog_lock', lockTtl: 6,");
    let ours = begin(Tool::MigrateMongo.ours(&project, &[]), &project);
    let taken = || {
        let locks = project.documents("changelog_lock");
        locks
            .first()
            .and_then(|lock| lock.get_datetime("createdAt").ok().copied())
    };
    let first = taken().expect("we hold it");
    while taken() == Some(first) {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(taken() > Some(first), "renewed, and not lost");
    let_go(&project);
    ends_well(ours);
    once(&project, Tool::MigrateMongo);
}
