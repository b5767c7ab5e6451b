//! Tells a run as it happens: hears core's events and hands lines to the printer. Decides nothing.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use mmk_core::ports::Event;
use mmk_core::ports::Observer;

use crate::dialect::Dialect;
use crate::dialect_output;
use crate::printer::Printer;
use crate::progress_line;
use crate::render;
use crate::style;
use crate::style::painted;

pub(crate) struct LiveReport {
    printer: Arc<Printer>,
    dialect: Dialect,
    /// The beginning of the moving line, while a step runs.
    current: Mutex<Option<String>>,
}

impl LiveReport {
    pub(crate) fn new(printer: Arc<Printer>, dialect: Dialect) -> Self {
        Self {
            printer,
            dialect,
            current: Mutex::new(None),
        }
    }

    fn set_current(&self, current: Option<String>) {
        match &current {
            Some(text) => self.printer.progress(text),
            None => self.printer.clear_progress(),
        }
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = current;
    }
}

impl Observer for LiveReport {
    fn notice(&self, event: Event) {
        match event {
            Event::StepStarted { name, direction } => {
                if let Some(line) = dialect_output::step_started(self.dialect, &name, direction) {
                    self.printer.data(&line);
                }
                self.set_current(Some(progress_line::begun(&name, direction)));
            }
            Event::Output { stream, text } => self.printer.script(stream, &text),
            Event::Progress { counts, elapsed } => {
                let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
                // A count that arrives after its step ended has nothing to be shown with.
                if let Some(begun) = current.as_deref() {
                    self.printer
                        .progress(&progress_line::with_counts(begun, &counts, elapsed));
                }
            }
            Event::StepFinished {
                name,
                direction,
                outcome,
            } => {
                self.set_current(None);
                let line = dialect_output::step_finished(self.dialect, &name, direction, &outcome);
                match self.dialect {
                    Dialect::Mmk => self.printer.success(&line),
                    Dialect::MigrateMongo | Dialect::Davepi => self.printer.data(&line),
                }
                for warning in &outcome.warnings {
                    self.printer
                        .warn(&render::warning(&format!("{name}: {warning}")));
                }
            }
            Event::StepFailed { name, .. } => {
                self.set_current(None);
                if self.dialect == Dialect::Mmk {
                    let line = format!("✖ Error    {name}");
                    self.printer.error(&painted(style::RED, &line));
                }
            }
            Event::StepSkipped { name, .. } => self.printer.dim(&format!("⏭ Skipped  {name}")),
            Event::LockWaiting { holder } => {
                let holder = holder.describe();
                self.printer.warn(&render::warning(&format!(
                    "Waiting for the lock, held by {holder}"
                )));
            }
            Event::Warning { text } => self.printer.warn(&render::warning(&text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mmk_core::ports::OutputStream;
    use mmk_core::script::Direction;
    use mmk_core::script::Outcome;

    use super::*;
    use crate::printer::Format;

    #[test]
    fn a_run_is_told_with_the_lines_of_mmk() {
        let (printer, stdout, stderr) = Printer::into_memory(Format::Text);
        let live = LiveReport::new(Arc::new(printer), Dialect::Mmk);
        let name = || "1-a.js".to_owned();
        let outcome = Outcome {
            duration: Duration::from_millis(12),
            warnings: vec!["2 database calls were not awaited".to_owned()],
            ..Outcome::default()
        };
        live.notice(Event::Warning {
            text: "Checksum mismatch: 0-z.js".to_owned(),
        });
        live.notice(Event::StepSkipped {
            name: "0-z.js".to_owned(),
            reason: "Already applied".to_owned(),
        });
        live.notice(Event::StepStarted {
            name: name(),
            direction: Direction::Up,
        });
        live.notice(Event::Output {
            stream: OutputStream::Stdout,
            text: "hello\n".to_owned(),
        });
        live.notice(Event::StepFinished {
            name: name(),
            direction: Direction::Up,
            outcome: outcome.clone(),
        });
        live.notice(Event::StepFinished {
            name: name(),
            direction: Direction::Down,
            outcome: Outcome {
                warnings: Vec::new(),
                ..outcome
            },
        });
        live.notice(Event::StepFailed {
            name: name(),
            direction: Direction::Up,
        });
        assert_eq!(
            stdout.text(),
            "⏭ Skipped  0-z.js\nhello\n✔ Applied  1-a.js   [12ms]\n↩ Reverted 1-a.js   [12ms]\n"
        );
        assert_eq!(
            stderr.text(),
            "⚠ Warning  Checksum mismatch: 0-z.js\n⚠ 1-a.js: 2 database calls were not awaited\n✖ Error    1-a.js\n"
        );
    }
}
