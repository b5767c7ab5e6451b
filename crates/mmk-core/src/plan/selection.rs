//! Which migrations a target means, and what is refused because it means none.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::DownDefault;
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
            .filter(|migration| self.history.standing(migration).is_none());
        match &self.options.target {
            Target::Latest | Target::All => pending.collect(),
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
        if self.history.standing(migration).is_none() {
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

    pub(super) fn select_down(&mut self, latest: DownDefault) -> Vec<&'a Record> {
        let mut newest_first: Vec<&Record> = self.history.all_applied().collect();
        newest_first.sort_by_key(|record| Reverse((record.applied_at, &record.name)));
        match (&self.options.target, latest) {
            (Target::Latest, DownDefault::LastMigration) => {
                newest_first.into_iter().take(1).collect()
            }
            (Target::Latest, DownDefault::LastBatch) => {
                let last = newest_first.iter().map(|record| record.batch).max();
                last.map_or_else(Vec::new, |batch| self.batch(batch))
            }
            (Target::Latest, DownDefault::LastName) => self.last_named().into_iter().collect(),
            (Target::Latest, DownDefault::BatchOfLastName) => self
                .last_named()
                .map_or_else(Vec::new, |last| self.batch_of_files(last.batch)),
            (Target::All, _) => newest_first,
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

    /// Of the files that are applied, the one with the last name. Records without a file don't count.
    fn last_named(&self) -> Option<&'a Record> {
        self.directory
            .migrations
            .iter()
            .rev()
            .find_map(|migration| self.history.standing(migration))
    }

    /// The applied files of a batch, the last name first.
    fn batch_of_files(&self, batch: i64) -> Vec<&'a Record> {
        self.directory
            .migrations
            .iter()
            .rev()
            .filter_map(|migration| self.history.standing(migration))
            .filter(|record| record.batch == batch)
            .collect()
    }

    fn find_file(&mut self, text: &str) -> Option<&'a Migration> {
        let directory = self.directory;
        directory
            .named(text)
            .map_err(|error| self.refusals.push(error))
            .ok()
    }

    fn find_applied(&mut self, text: &str) -> Option<&'a Record> {
        let name = self.parse(text)?;
        let history = self.history;
        let found = history.applied(&name).or_else(|| {
            let mut same_stem = history.all_applied().filter(|one| one.name.stem() == text);
            same_stem.next().filter(|_| same_stem.next().is_none())
        });
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
