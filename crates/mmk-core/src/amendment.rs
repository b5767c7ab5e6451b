//! Corrections of the record that run no script: what is taken for applied or for pending, and which text is the right one. Pure, like the
//! plan: files and history in, corrections or refusals out.

use crate::checksum::Drift;
use crate::checksum::Fingerprint;
use crate::directory::MigrationDirectory;
use crate::error::Error;
use crate::history::History;
use crate::history::Record;
use crate::migration::Migration;
use crate::name::MigrationName;
use crate::plan::Step;
use crate::script::Direction;
use crate::status::Integrity;
use crate::status::integrity;

/// One correction. The step carries the file; of a file that is gone, its name.
#[derive(Debug, Clone, PartialEq)]
pub enum Amendment {
    /// Was applied by other means.
    Applied(Step),
    /// Was reverted by other means, or was never applied.
    Pending(Step),
    /// The present text is right, although another one was applied.
    Accepted(Step),
    /// The record of a file that is gone belongs to this step's file.
    Renamed { step: Step, from: MigrationName },
}

/// Which corrections are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correction {
    MarkApplied(String),
    MarkPending(String),
    /// Everything up to and including this one is applied.
    Baseline(String),
    Accept(String),
    /// The file has another name now.
    Rename {
        from: String,
        to: String,
    },
}

impl Amendment {
    #[must_use]
    pub fn step(&self) -> &Step {
        match self {
            Self::Applied(step)
            | Self::Pending(step)
            | Self::Accepted(step)
            | Self::Renamed { step, .. } => step,
        }
    }

    /// The word for the outcome, in lines and in JSON.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Applied(_) => "applied",
            Self::Pending(_) => "pending",
            Self::Accepted(_) => "accepted",
            Self::Renamed { .. } => "renamed",
        }
    }

    /// What a correction means for these files; an empty list when all is so already.
    pub fn plan(
        correction: &Correction,
        directory: &MigrationDirectory,
        history: &History,
    ) -> Result<Vec<Self>, Error> {
        match correction {
            Correction::MarkApplied(text) => {
                let migration = directory.named(text)?;
                let pending = history.standing(migration).is_none();
                Ok(pending
                    .then(|| Self::Applied(up(migration, history.next_batch())))
                    .into_iter()
                    .collect())
            }
            Correction::Baseline(text) => {
                let last = directory.named(text)?;
                let batch = history.next_batch();
                Ok(directory
                    .migrations
                    .iter()
                    .filter(|migration| migration.name <= last.name)
                    .filter(|migration| history.standing(migration).is_none())
                    .map(|migration| Self::Applied(up(migration, batch)))
                    .collect())
            }
            Correction::MarkPending(text) => mark_pending(text, directory, history),
            Correction::Rename { from, to } => rename(from, to, directory, history),
            Correction::Accept(text) => {
                let migration = directory.named(text)?;
                let record = history
                    .applied(&migration.name)
                    .ok_or_else(|| not_applied(text, history))?;
                let changed = matches!(integrity(migration, record), Integrity::Mismatch(_));
                Ok(changed
                    .then(|| Self::Accepted(up(migration, record.batch)))
                    .into_iter()
                    .collect())
            }
        }
    }
}

fn mark_pending(
    text: &str,
    directory: &MigrationDirectory,
    history: &History,
) -> Result<Vec<Amendment>, Error> {
    let name = match directory.named(text) {
        Ok(migration) => migration.name.clone(),
        // The file may be gone; the record is what this is about.
        Err(_) => MigrationName::parse(text)?,
    };
    let Some(record) = history.applied(&name) else {
        return match directory.find(&name) {
            Some(_) => Ok(Vec::new()),
            None => Err(not_applied(text, history)),
        };
    };
    let migration = directory.find(&name).cloned().unwrap_or_else(|| Migration {
        path: directory.path.join(name.as_str()),
        name,
        fingerprint: Fingerprint::of(b""),
    });
    Ok(vec![Amendment::Pending(Step {
        migration,
        direction: Direction::Down,
        batch: record.batch,
    })])
}

/// Only where nothing else can be meant: the old file is gone, the new one is unknown, and its text is not another one.
fn rename(
    from: &str,
    to: &str,
    directory: &MigrationDirectory,
    history: &History,
) -> Result<Vec<Amendment>, Error> {
    let migration = directory.named(to)?;
    let name = MigrationName::parse(from)?;
    let record = history.applied(&name).or_else(|| {
        let mut same_stem = history.all_applied().filter(|one| one.name.stem() == from);
        same_stem.next().filter(|_| same_stem.next().is_none())
    });
    let Some(record) = record else {
        return match history.standing(migration) {
            Some(_) => Ok(Vec::new()),
            None => Err(not_applied(from, history)),
        };
    };
    let new = &migration.name;
    let old = &record.name;
    let refused = |message: String, hint: String| {
        Err(Error::InvalidArgument {
            message,
            hint: Some(hint),
        })
    };
    if directory.find(old).is_some() {
        return refused(
            format!("`{old}` is still there, so `{new}` is another migration"),
            format!("delete `{old}` if the two are the same"),
        );
    }
    if history.record(new).is_some() {
        return refused(
            format!("`{new}` has a record of its own, so it can't take over that of `{old}`"),
            format!("if `{old}` doesn't count any longer: `mmk-js mark pending {old}`"),
        );
    }
    if integrity(migration, record) == Integrity::Mismatch(Drift::Content) {
        return refused(
            format!("`{new}` has another text than `{old}` had when it was applied"),
            format!("rename it with the old text first, then `mmk-js accept {new}`"),
        );
    }
    Ok(vec![Amendment::Renamed {
        step: up(migration, record.batch),
        from: old.clone(),
    }])
}

fn up(migration: &Migration, batch: i64) -> Step {
    Step {
        migration: migration.clone(),
        direction: Direction::Up,
        batch,
    }
}

fn not_applied(text: &str, history: &History) -> Error {
    Error::NotApplied {
        name: text.to_owned(),
        applied: names(history.all_applied()),
    }
}

fn names<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<String> {
    records.map(|record| record.name.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::directory;
    use crate::testing::record;

    fn plan(correction: Correction, files: &[&str], records: Vec<Record>) -> Vec<String> {
        Amendment::plan(
            &correction,
            &directory(files),
            &History::new(records, Vec::new()),
        )
        .unwrap()
        .iter()
        .map(|one| {
            let step = one.step();
            format!("{} {} {}", one.outcome(), step.migration.name, step.batch)
        })
        .collect()
    }

    #[test]
    fn a_baseline_takes_what_is_pending_up_to_its_end() {
        let files = ["1.js", "2.js", "3.js", "4.js"];
        let found = plan(
            Correction::Baseline("3.js".to_owned()),
            &files,
            vec![record("2.js", 5, 1)],
        );
        assert_eq!(found, ["applied 1.js 6", "applied 3.js 6"]);
    }

    #[test]
    fn marking_says_nothing_where_it_is_so_already() {
        let applied = || vec![record("1.js", 1, 1)];
        let named = |text: &str| text.to_owned();
        assert_eq!(
            plan(Correction::MarkApplied(named("1")), &["1.js"], applied()),
            [""; 0]
        );
        assert_eq!(
            plan(Correction::MarkPending(named("1")), &["1.js"], Vec::new()),
            [""; 0]
        );
        assert_eq!(
            plan(Correction::MarkPending(named("1.js")), &[], applied()),
            ["pending 1.js 1"]
        );
        assert_eq!(
            plan(Correction::Accept(named("1.js")), &["1.js"], applied()),
            [""; 0]
        );
        assert_eq!(
            plan(
                Correction::Accept(named("1.js")),
                &["1.js=other"],
                applied()
            ),
            ["accepted 1.js 1"]
        );
    }

    #[test]
    fn a_record_follows_its_file_only_where_nothing_else_can_be_meant() {
        let rename = |from: &str, to: &str| Correction::Rename {
            from: from.to_owned(),
            to: to.to_owned(),
        };
        let applied = || vec![record("1.js", 3, 1)];
        assert_eq!(
            plan(rename("1.js", "2.js"), &["2.js=1.js"], applied()),
            ["renamed 2.js 3"]
        );
        assert_eq!(
            plan(
                rename("1.js", "2.js"),
                &["2.js=1.js"],
                vec![record("2.js", 3, 1)]
            ),
            [""; 0],
            "it was done already"
        );
        for (files, records) in [
            (["1.js", "2.js=1.js"].as_slice(), applied()),
            (
                &["2.js=1.js"],
                vec![record("1.js", 3, 1), record("2.js", 4, 1)],
            ),
            (&["2.js"], applied()),
        ] {
            let error = Amendment::plan(
                &rename("1.js", "2.js"),
                &directory(files),
                &History::new(records, Vec::new()),
            )
            .unwrap_err();
            assert_eq!(error.code(), "INVALID_ARGUMENT", "{files:?}: {error}");
        }
    }

    #[test]
    fn what_is_unknown_is_refused_by_name() {
        let none = History::default();
        let error =
            |correction| Amendment::plan(&correction, &directory(&["1.js"]), &none).unwrap_err();
        assert_eq!(
            error(Correction::MarkApplied("9.js".to_owned())).code(),
            "MIGRATION_FILE_NOT_FOUND"
        );
        assert_eq!(
            error(Correction::MarkPending("9.js".to_owned())).code(),
            "NOT_APPLIED"
        );
        assert_eq!(
            error(Correction::Accept("1.js".to_owned())).code(),
            "NOT_APPLIED"
        );
    }
}
