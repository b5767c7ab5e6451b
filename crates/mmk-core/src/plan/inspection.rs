//! What speaks against a run, or is at least worth telling: edited, missing, renamed and late files, and attempts that ended badly.

use std::collections::BTreeSet;

use super::Order;
use super::Planner;
use super::Target;
use crate::checksum::Drift;
use crate::error::Error;
use crate::history::AttemptState;
use crate::history::Record;
use crate::migration::Migration;
use crate::name::MigrationName;
use crate::notice::Notice;
use crate::script::Direction;
use crate::status::Integrity;
use crate::status::integrity;

impl Planner<'_> {
    /// Looks at ALL applied migrations: edited files, missing files, and what was slipped in before them.
    pub(super) fn inspect_applied(&mut self, chosen: &[&Migration]) {
        for record in self.history.all_applied() {
            match self.file(&record.name) {
                None if self.options.strict => self.refusals.push(self.file_missing(record)),
                None => self.notice_missing(record),
                // Where the text counts, an edited file is simply pending.
                Some(migration) if self.history.standing(migration).is_none() => {}
                Some(migration) => match integrity(migration, record) {
                    Integrity::Mismatch(drift)
                        if self.options.strict && !self.is_forced(record) =>
                    {
                        self.refusals
                            .extend(mismatch(migration, record, drift, Direction::Up));
                    }
                    Integrity::Mismatch(drift) => self.plan.notices.push(Notice::Drifted {
                        name: record.name.to_string(),
                        drift,
                    }),
                    Integrity::Ok | Integrity::Unknown => {}
                },
            }
        }
        self.judge_order(chosen);
    }

    pub(super) fn refuse_changed(&mut self, records: &[&Record]) {
        for record in records {
            if let Some(migration) = self.file(&record.name)
                && let Integrity::Mismatch(drift) = integrity(migration, record)
            {
                self.refusals
                    .extend(mismatch(migration, record, drift, Direction::Down));
            }
        }
    }

    fn notice_missing(&mut self, record: &Record) {
        let new_name = self
            .directory
            .migrations
            .iter()
            .filter(|migration| self.history.record(&migration.name).is_none())
            .find(|migration| {
                migration.name.stem() == record.name.stem()
                    || record.checksum.as_ref() == Some(&migration.fingerprint.exact)
            });
        self.plan.notices.push(match new_name {
            Some(migration) => Notice::Renamed {
                from: record.name.to_string(),
                to: migration.name.to_string(),
            },
            None => Notice::FileMissing {
                name: record.name.to_string(),
            },
        });
    }

    fn judge_order(&mut self, chosen: &[&Migration]) {
        if self.options.order == Order::Allow {
            return;
        }
        let Some(last) = self.history.all_applied().map(|record| &record.name).max() else {
            return;
        };
        let late = self
            .directory
            .migrations
            .iter()
            .filter(|migration| migration.name < *last)
            // A reverted migration was in order once and may come back.
            .filter(|migration| self.history.record(&migration.name).is_none());
        for migration in late {
            if self.options.order == Order::Error && chosen.contains(&migration) {
                self.refusals.push(Error::OutOfOrder {
                    name: migration.name.to_string(),
                    after: last.to_string(),
                });
                continue;
            }
            self.plan.notices.push(Notice::OutOfOrder {
                name: migration.name.to_string(),
                after: last.to_string(),
            });
        }
    }

    pub(super) fn notice_attempts(&mut self) {
        let planned: BTreeSet<&MigrationName> = self
            .plan
            .steps
            .iter()
            .map(|step| &step.migration.name)
            .collect();
        let mut notices = Vec::new();
        for attempt in self.history.latest_attempts() {
            let again = planned.contains(&attempt.name);
            if self.history.unsettled_attempt(&attempt.name).is_none() {
                continue;
            }
            let attempt = Box::new(attempt.clone());
            match attempt.state {
                AttemptState::Running if attempt.live => {
                    notices.push(Notice::Running { attempt });
                }
                AttemptState::Running => notices.push(Notice::Unfinished { attempt, again }),
                AttemptState::Failed if again => notices.push(Notice::FailedBefore { attempt }),
                AttemptState::Failed | AttemptState::Applied | AttemptState::Reverted => {}
            }
        }
        self.plan.notices.extend(notices);
    }

    /// `--force FILE` is the user's word that this one file may differ.
    fn is_forced(&self, record: &Record) -> bool {
        self.options.force
            && matches!(&self.options.target, Target::File(name) if name == record.name.as_str())
    }
}

fn mismatch(
    migration: &Migration,
    record: &Record,
    drift: Drift,
    direction: Direction,
) -> Option<Error> {
    Some(Error::ChecksumMismatch {
        name: record.name.to_string(),
        direction,
        drift,
        recorded: record.checksum.clone()?,
        found: migration.fingerprint.exact.clone(),
    })
}
