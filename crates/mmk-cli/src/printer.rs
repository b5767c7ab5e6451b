//! The only place that prints. Data and information go to stdout, warnings, errors and the progress line to stderr; with
//! `--json` stdout carries exactly one JSON document and everything else goes to stderr. A reader who has gone away (`| head`)
//! silences a stream and never stops a run.

use std::io::ErrorKind;
use std::io::IsTerminal;
use std::io::Write;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use anstream::AutoStream;
use anstream::ColorChoice;
use anstream::adapter::strip_str;
use anstyle::Style;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;
use mmk_core::ports::OutputStream;
use serde_json::Value;

use crate::style;

/// What stdout is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verbosity {
    Normal,
    /// `logger: null` in the config: results and errors only.
    Silent,
}

pub(crate) struct Printer {
    format: Format,
    state: Mutex<State>,
}

struct State {
    verbosity: Verbosity,
    stdout: Sink,
    stderr: Sink,
    progress: Option<ProgressBar>,
    progress_possible: bool,
    /// Script text after its last line end, held back while a progress line is drawn: drawing would wipe it.
    held: Vec<(OutputStream, String)>,
}

struct Sink {
    target: Box<dyn Write + Send>,
    color: bool,
    closed: bool,
}

impl Printer {
    pub(crate) fn new(format: Format) -> Self {
        let stdout = std::io::stdout();
        let stderr = std::io::stderr();
        let colors = [AutoStream::choice(&stdout), AutoStream::choice(&stderr)]
            .map(|choice| choice != ColorChoice::Never);
        let progress_possible = format == Format::Text && stderr.is_terminal();
        Self {
            format,
            state: Mutex::new(State {
                verbosity: Verbosity::Normal,
                stdout: Sink::new(Box::new(stdout), colors[0]),
                stderr: Sink::new(Box::new(stderr), colors[1]),
                progress: None,
                progress_possible,
                held: Vec::new(),
            }),
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn set_verbosity(&self, verbosity: Verbosity) {
        self.state().verbosity = verbosity;
    }

    pub(crate) fn info(&self, text: &str) {
        self.inform(text, Style::new());
    }

    pub(crate) fn success(&self, text: &str) {
        self.inform(text, style::GREEN);
    }

    pub(crate) fn dim(&self, text: &str) {
        self.inform(text, style::DIM);
    }

    pub(crate) fn warn(&self, text: &str) {
        let mut state = self.state();
        if state.verbosity == Verbosity::Normal {
            state.line(OutputStream::Stderr, &style::painted(style::YELLOW, text));
        }
    }

    pub(crate) fn error(&self, text: &str) {
        self.state().line(OutputStream::Stderr, text);
    }

    /// What the command was asked for: a table.
    pub(crate) fn data(&self, text: &str) {
        self.state().line(self.information_stream(), text);
    }

    /// The one document of `--json`.
    pub(crate) fn json(&self, value: &Value) {
        let text = serde_json::to_string_pretty(value)
            .expect("a JSON value can always be written as text");
        self.state().line(OutputStream::Stdout, &text);
    }

    /// What a script printed, as it is.
    pub(crate) fn script(&self, stream: OutputStream, text: &str) {
        let stream = match self.format {
            Format::Json => OutputStream::Stderr,
            Format::Text => stream,
        };
        self.state().script(stream, text);
    }

    /// A question, without a line end.
    pub(crate) fn question(&self, text: &str) {
        let mut state = self.state();
        state.clear_progress();
        state.write(OutputStream::Stderr, text);
    }

    /// Shows one moving line until [`Self::clear_progress`], or changes its text. Nothing where nobody looks.
    pub(crate) fn progress(&self, text: &str) {
        let mut state = self.state();
        if !state.progress_possible {
            return;
        }
        let bar = state.progress.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner:.cyan} {wide_msg}");
            bar.set_style(style.expect("the template is a constant and was tried"));
            bar.set_message(text.to_owned());
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_message(text.to_owned());
    }

    pub(crate) fn clear_progress(&self) {
        self.state().clear_progress();
    }

    fn inform(&self, text: &str, style: Style) {
        let mut state = self.state();
        if state.verbosity == Verbosity::Normal {
            state.line(self.information_stream(), &style::painted(style, text));
        }
    }

    fn information_stream(&self) -> OutputStream {
        match self.format {
            Format::Json => OutputStream::Stderr,
            Format::Text => OutputStream::Stdout,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn into_memory(format: Format) -> (Self, Memory, Memory) {
        let (stdout, stderr) = (Memory::default(), Memory::default());
        let printer = Self {
            format,
            state: Mutex::new(State {
                verbosity: Verbosity::Normal,
                stdout: Sink::new(Box::new(stdout.clone()), false),
                stderr: Sink::new(Box::new(stderr.clone()), false),
                progress: None,
                progress_possible: false,
                held: Vec::new(),
            }),
        };
        (printer, stdout, stderr)
    }
}

impl State {
    fn line(&mut self, stream: OutputStream, text: &str) {
        self.write(stream, &format!("{text}\n"));
    }

    fn write(&mut self, stream: OutputStream, text: &str) {
        let sink = match stream {
            OutputStream::Stdout => &mut self.stdout,
            OutputStream::Stderr => &mut self.stderr,
        };
        match &self.progress {
            Some(bar) => bar.suspend(|| sink.write(text)),
            None => sink.write(text),
        }
    }

    fn script(&mut self, stream: OutputStream, text: &str) {
        let earlier: String = {
            let (same, others) = std::mem::take(&mut self.held)
                .into_iter()
                .partition(|(held, _)| *held == stream);
            self.held = others;
            let same: Vec<(OutputStream, String)> = same;
            same.into_iter().map(|(_, text)| text).collect()
        };
        let text = earlier + text;
        let complete = match self.progress {
            Some(_) => text.rfind('\n').map_or(0, |end| end + 1),
            None => text.len(),
        };
        let (now, later) = text.split_at(complete);
        if !now.is_empty() {
            self.write_raw(stream, now);
        }
        if !later.is_empty() {
            self.held.push((stream, later.to_owned()));
        }
    }

    fn write_raw(&mut self, stream: OutputStream, text: &str) {
        let sink = match stream {
            OutputStream::Stdout => &mut self.stdout,
            OutputStream::Stderr => &mut self.stderr,
        };
        match &self.progress {
            Some(bar) => bar.suspend(|| sink.write_raw(text)),
            None => sink.write_raw(text),
        }
    }

    fn clear_progress(&mut self) {
        if let Some(bar) = self.progress.take() {
            bar.finish_and_clear();
        }
        for (stream, text) in std::mem::take(&mut self.held) {
            self.write_raw(stream, &text);
        }
    }
}

impl Sink {
    fn new(target: Box<dyn Write + Send>, color: bool) -> Self {
        Self {
            target,
            color,
            closed: false,
        }
    }

    fn write(&mut self, text: &str) {
        if self.color {
            self.write_raw(text);
        } else {
            self.write_raw(&strip_str(text).to_string());
        }
    }

    fn write_raw(&mut self, text: &str) {
        if self.closed {
            return;
        }
        let outcome = self
            .target
            .write_all(text.as_bytes())
            .and_then(|()| self.target.flush());
        // A full disk or a closed pipe: there is nobody left to tell, and the run matters more than its report.
        self.closed = outcome.is_err_and(|error| error.kind() != ErrorKind::WouldBlock);
    }
}

/// A stream that tests can read.
#[cfg(test)]
#[derive(Clone, Default)]
pub(crate) struct Memory(std::sync::Arc<Mutex<Vec<u8>>>);

#[cfg(test)]
impl Memory {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[cfg(test)]
impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_to_stdout_and_trouble_to_stderr() {
        let (printer, stdout, stderr) = Printer::into_memory(Format::Text);
        printer.success("done");
        printer.warn("careful");
        printer.error("broken");
        printer.script(OutputStream::Stdout, "a script's ");
        printer.script(OutputStream::Stdout, "words\n");
        assert_eq!(stdout.text(), "done\na script's words\n");
        assert_eq!(stderr.text(), "careful\nbroken\n");
    }

    #[test]
    fn json_leaves_stdout_to_the_one_document() {
        let (printer, stdout, stderr) = Printer::into_memory(Format::Json);
        printer.info("loading");
        printer.script(OutputStream::Stdout, "hello\n");
        printer.json(&serde_json::json!([{ "file": "a.js" }]));
        assert_eq!(stdout.text(), "[\n  {\n    \"file\": \"a.js\"\n  }\n]\n");
        assert_eq!(stderr.text(), "loading\nhello\n");
    }

    #[test]
    fn half_a_line_waits_for_its_end_while_a_progress_line_is_drawn() {
        let (printer, stdout, _) = Printer::into_memory(Format::Text);
        printer.state().progress = Some(ProgressBar::hidden());
        printer.script(OutputStream::Stdout, "one\ntw");
        assert_eq!(stdout.text(), "one\n");
        printer.script(OutputStream::Stdout, "o\nthree");
        assert_eq!(stdout.text(), "one\ntwo\n");
        printer.clear_progress();
        assert_eq!(stdout.text(), "one\ntwo\nthree");
    }

    #[test]
    fn silence_keeps_data_and_errors() {
        let (printer, stdout, stderr) = Printer::into_memory(Format::Text);
        printer.set_verbosity(Verbosity::Silent);
        printer.info("a");
        printer.warn("b");
        printer.data("table");
        printer.error("c");
        assert_eq!(stdout.text(), "table\n");
        assert_eq!(stderr.text(), "c\n");
    }

    #[test]
    fn a_closed_stream_is_no_failure() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let (printer, _, stderr) = Printer::into_memory(Format::Text);
        printer.state().stdout = Sink::new(Box::new(Closed), false);
        printer.info("lost");
        printer.info("lost too");
        printer.warn("still heard");
        assert_eq!(stderr.text(), "still heard\n");
    }
}
