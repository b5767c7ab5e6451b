//! Which migrations a target means, and what is refused because it means none.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::LatestMeans;
use super::Planner;
use super::Skipped;
use super::Target;
use crate::error::Error;
use crate::history::Record;
use crate::migration::Migration;
use crate::name::MigrationName;
use crate::notice::Notice;

impl<'a> Planner<'a> {
    pub(super) fn select_up(&mut self) -> Vec<&'a Migration> {
        let pending = self
            .directory
            .migrations
            .iter()
            .filter(|migration| self.history.applied(&migration.name).is_none());
        match &self.options.target {
            Target::Latest => pending.collect(),
            Target::Steps(count) => pending.take(*count).collect(),
            Target::Through(text) => match self.find_file(text) {
                Some(last) => pending
                    .filter(|migration| migration.name <= last.name)
                    .collect(),
                None => Vec::new(),
            },
            Target::File(text) => match self.find_file(text) {
                Some(migration) => self.select_one_up(migration),
                None => Vec::new(),
            },
            Target::Batch(_) => {
                self.refuse_argument("`--batch` selects what was applied, so it goes with `down`");
                Vec::new()
            }
        }
    }

    /// A file named by the user may be applied already: then it is left alone, unless forced.
    fn select_one_up(&mut self, migration: &'a Migration) -> Vec<&'a Migration> {
        if self.history.applied(&migration.name).is_none() {
            return vec![migration];
        }
        if self.options.force {
            self.plan.notices.push(Notice::Forced {
                name: migration.name.to_string(),
            });
            return vec![migration];
        }
        self.plan.skipped.push(Skipped {
            name: migration.name.clone(),
            reason: "Already applied",
        });
        Vec::new()
    }

    pub(super) fn select_down(&mut self, latest: LatestMeans) -> Vec<&'a Record> {
        let mut newest_first: Vec<&Record> = self.history.all_applied().collect();
        newest_first.sort_by_key(|record| Reverse((record.applied_at, &record.name)));
        match (&self.options.target, latest) {
            (Target::Latest, LatestMeans::LastMigration) => {
                newest_first.into_iter().take(1).collect()
            }
            (Target::Latest, LatestMeans::LastBatch) => {
                let last = newest_first.iter().map(|record| record.batch).max();
                last.map_or_else(Vec::new, |batch| self.batch(batch))
            }
            (Target::Steps(count), _) => newest_first.into_iter().take(*count).collect(),
            (Target::Batch(batch), _) => {
                let records = self.batch(*batch);
                if records.is_empty() {
                    self.refuse_batch(*batch);
                }
                records
            }
            (Target::File(text), _) => self.find_applied(text).into_iter().collect(),
            (Target::Through(text), _) => match self.find_applied(text) {
                Some(stays) => newest_first
                    .into_iter()
                    .take_while(|record| record.name != stays.name)
                    .collect(),
                None => Vec::new(),
            },
        }
    }

    /// The applied migrations of a batch, the last name first.
    fn batch(&self, batch: i64) -> Vec<&'a Record> {
        let mut records: Vec<&Record> = self
            .history
            .all_applied()
            .filter(|record| record.batch == batch)
            .collect();
        records.sort_by_key(|record| Reverse(&record.name));
        records
    }

    fn find_file(&mut self, text: &str) -> Option<&'a Migration> {
        let name = self.parse(text)?;
        let found = self.file(&name);
        if found.is_none() {
            self.refusals.push(Error::FileNotFound {
                name: text.to_owned(),
                directory: self.directory.path.clone(),
                available: self
                    .directory
                    .migrations
                    .iter()
                    .map(|migration| migration.name.to_string())
                    .collect(),
            });
        }
        found
    }

    fn find_applied(&mut self, text: &str) -> Option<&'a Record> {
        let name = self.parse(text)?;
        let found = self.history.applied(&name);
        if found.is_none() {
            self.refusals.push(Error::NotApplied {
                name: text.to_owned(),
                applied: self
                    .history
                    .all_applied()
                    .map(|record| record.name.to_string())
                    .collect(),
            });
        }
        found
    }

    fn parse(&mut self, text: &str) -> Option<MigrationName> {
        MigrationName::parse(text)
            .map_err(|error| self.refusals.push(error))
            .ok()
    }

    fn refuse_batch(&mut self, batch: i64) {
        let batches: BTreeSet<i64> = self
            .history
            .all_applied()
            .map(|record| record.batch)
            .collect();
        let hint = if batches.is_empty() {
            "no migrations are applied".to_owned()
        } else {
            let list: Vec<String> = batches.iter().map(ToString::to_string).collect();
            format!("batches with applied migrations: {}", list.join(", "))
        };
        self.refusals.push(Error::InvalidArgument {
            message: format!("no applied migrations found in batch {batch}"),
            hint: Some(hint),
        });
    }

    fn refuse_argument(&mut self, message: &str) {
        self.refusals.push(Error::InvalidArgument {
            message: message.to_owned(),
            hint: None,
        });
    }
}
