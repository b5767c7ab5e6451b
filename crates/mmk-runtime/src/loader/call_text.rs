//! The text of a call at a place in a file: `assert(a === b)` says in its message what was asserted.

use std::path::Path;

use serde::Serialize;
use swc_common::BytePos;
use swc_common::Span;
use swc_common::Spanned;
use swc_ecma_ast::*;
use swc_ecma_visit::Visit;
use swc_ecma_visit::VisitWith;

use super::program::Goal;
use super::program::Language;
use super::program::ParsedFile;

/// A call as it is written.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct CallText {
    text: String,
    /// How far the call stands from the start of its line.
    column: usize,
}

/// The innermost call whose callee covers the place; line and column count from 1.
pub(super) fn call_at(path: &Path, text: &str, line: u32, column: u32) -> Option<CallText> {
    let language = Language::of(path);
    let file = [Goal::CommonJs, Goal::Module]
        .into_iter()
        .find_map(|goal| ParsedFile::parse(path, text, language, goal).ok())?;
    let before: usize = text
        .split_inclusive('\n')
        .take(line.checked_sub(1)? as usize)
        .map(str::len)
        .sum();
    let in_line: usize = text
        .get(before..)?
        .chars()
        .take(column.checked_sub(1)? as usize)
        .map(char::len_utf8)
        .sum();
    let start = file.file.start_pos;
    let mut calls = Calls {
        place: start + BytePos((before + in_line) as u32),
        found: None,
    };
    file.program.visit_with(&mut calls);
    let span = calls.found?;
    let range = (span.lo.0 - start.0) as usize..(span.hi.0 - start.0) as usize;
    let line_start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    Some(CallText {
        column: range.start - line_start,
        text: text.get(range)?.to_owned(),
    })
}

struct Calls {
    place: BytePos,
    found: Option<Span>,
}

impl Visit for Calls {
    fn visit_call_expr(&mut self, node: &CallExpr) {
        let callee = node.callee.span();
        if callee.lo <= self.place && self.place < callee.hi {
            self.found = Some(node.span);
        }
        node.visit_children_with(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_found_by_its_name_or_its_method() {
        let text = "const a = 1;\nif (a) {\n  assert.ok(a === f(2),\n    undefined);\n}\n";
        let call = |line, column| call_at(Path::new("/m.js"), text, line, column);
        let whole = CallText {
            text: "assert.ok(a === f(2),\n    undefined)".to_owned(),
            column: 2,
        };
        assert_eq!(call(3, 3), Some(whole));
        assert_eq!(
            call(3, 10).map(|call| call.text.starts_with("assert.ok(")),
            Some(true)
        );
        assert_eq!(call(3, 19).map(|call| call.text), Some("f(2)".to_owned()));
        assert_eq!(call(1, 1), None);
    }
}
