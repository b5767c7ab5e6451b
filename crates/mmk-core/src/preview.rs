//! The same path as a run, cut after the plan: what `dry-run`, `status` and `list` show. Takes no lock, loads no script, writes nothing.

use std::path::PathBuf;

use crate::directory::FileRule;
use crate::directory::MigrationDirectory;
use crate::error::Error;
use crate::plan::Plan;
use crate::plan::PlanOptions;
use crate::plan::Task;
use crate::ports::Ledger;
use crate::status::StatusRow;
use crate::status::rows_of;
use crate::status::status;

/// Where migrations live and what counts as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub directory: PathBuf,
    pub files: FileRule,
}

/// What a run would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    pub plan: Plan,
    /// One per step, in the order of the plan.
    pub rows: Vec<StatusRow>,
    /// Such as the missing folder.
    pub warnings: Vec<String>,
}

/// Every known migration.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    pub rows: Vec<StatusRow>,
    pub warnings: Vec<String>,
}

/// Plans a task and runs nothing of it.
pub async fn preview(
    source: &Source,
    ledger: &dyn Ledger,
    task: Task,
    options: &PlanOptions,
) -> Result<Preview, Error> {
    let directory = MigrationDirectory::read(&source.directory, &source.files)?;
    let history = ledger.read().await?;
    let plan = Plan::new(task, &directory, &history, options)?;
    let names = plan.steps.iter().map(|step| &step.migration.name);
    Ok(Preview {
        rows: rows_of(names, &directory, &history),
        warnings: directory.missing_warning().into_iter().collect(),
        plan,
    })
}

/// How every migration stands.
pub async fn overview(source: &Source, ledger: &dyn Ledger) -> Result<Overview, Error> {
    let directory = MigrationDirectory::read(&source.directory, &source.files)?;
    let history = ledger.read().await?;
    Ok(Overview {
        rows: status(&directory, &history),
        warnings: directory.missing_warning().into_iter().collect(),
    })
}
