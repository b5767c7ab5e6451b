//! Room for source text that nests deeply. The parser and what walks its tree call themselves once per level, and a stack that is
//! too small ends the process; so the depth is estimated from the text first, and text beyond all reason is refused.

use std::path::Path;

use super::syntax_problem::SyntaxProblem;

/// What the thread's own stack bears.
const SHALLOW: usize = 150;

/// Deeper than anything that is written or generated with a purpose.
const DEEPEST: usize = 20_000;

/// Stack that one level may take, bytes. Memory that isn't touched costs nothing.
const PER_LEVEL: usize = if cfg!(debug_assertions) {
    48 * 1024
} else {
    12 * 1024
};

/// Does the work on `text` with enough stack for it.
pub(super) fn with_room<T>(
    path: &Path,
    text: &str,
    work: impl FnOnce() -> Result<T, SyntaxProblem>,
) -> Result<T, SyntaxProblem> {
    let estimate = estimate(text);
    if estimate.depth <= SHALLOW {
        return work();
    }
    if estimate.depth > DEEPEST {
        return Err(too_deep(path, text, estimate.at));
    }
    stacker::grow(estimate.depth * PER_LEVEL, work)
}

fn too_deep(path: &Path, text: &str, at: usize) -> SyntaxProblem {
    let before = &text.as_bytes()[..at];
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let column = u32::try_from(at - start + 1).unwrap_or(u32::MAX);
    SyntaxProblem {
        path: path.to_owned(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column,
        end_column: column.saturating_add(1),
        // The line is what is too long to be shown.
        text: String::new(),
        message: format!("expressions or blocks nest deeper than {DEEPEST} levels"),
    }
}

struct Estimate {
    depth: usize,
    /// The byte where it is deepest.
    at: usize,
}

/// One pair of brackets, or the whole file.
#[derive(Default)]
struct Level {
    /// Operators since the last end of an expression: `a + b + c` and `a.b.c` nest once for each.
    operators: usize,
    /// `else` and `<`, which nest across such ends.
    lasting: usize,
}

/// An upper bound of how deeply the text nests, as far as one can tell without parsing it.
fn estimate(text: &str) -> Estimate {
    let bytes = text.as_bytes();
    let mut levels = vec![Level::default()];
    let mut depth = 1usize;
    let mut deepest = Estimate { depth: 1, at: 0 };
    let mut before = b';';
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let start = at;
        at += 1;
        let top = levels.len() - 1;
        match byte {
            b'/' if next == b'/' => at = end_of_line(bytes, at),
            b'/' if next == b'*' => at = after(bytes, at + 1, b"*/"),
            b'/' if begins_expression(before) => at = after_quoted(bytes, at, b'/'),
            b'"' | b'\'' => {
                at = after_quoted(bytes, at, byte);
                before = byte;
            }
            b'(' | b'[' | b'{' => {
                levels.push(Level::default());
                depth += 1;
            }
            b')' | b']' | b'}' => {
                if let Some(level) = levels.pop() {
                    depth = depth.saturating_sub(1 + level.operators + level.lasting);
                }
                if levels.is_empty() {
                    levels.push(Level::default());
                }
            }
            b',' | b';' => depth -= std::mem::take(&mut levels[top].operators),
            b'\n' if !begins_expression(before) && !continues(bytes, at) => {
                depth -= std::mem::take(&mut levels[top].operators);
            }
            b'<' => {
                levels[top].lasting += 1;
                depth += 1;
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'!' | b'~' | b'?' | b':'
            | b'=' | b'.' | b'@' | b'`' => {
                levels[top].operators += 1;
                depth += 1;
            }
            b'a'..=b'z' => {
                at = end_of_word(bytes, at);
                match &bytes[start..at] {
                    b"else" => {
                        levels[top].lasting += 1;
                        depth += 1;
                    }
                    b"typeof" | b"void" | b"await" | b"new" | b"delete" | b"yield" | b"as"
                    | b"keyof" | b"infer" | b"extends" | b"in" | b"of" | b"instanceof" | b"if"
                    | b"for" | b"while" | b"do" | b"with" | b"label" => {
                        levels[top].operators += 1;
                        depth += 1;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() && !(byte == b'/' && (next == b'/' || next == b'*')) {
            before = byte;
        }
        if depth > deepest.depth {
            deepest = Estimate { depth, at: start };
        }
    }
    deepest
}

/// Whether what follows this character is the start of an operand.
fn begins_expression(before: u8) -> bool {
    b"(,=:[!&|?{};+-*%<>~^/".contains(&before)
}

/// Whether the next line goes on with the expression.
fn continues(bytes: &[u8], from: usize) -> bool {
    bytes[from..]
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        .is_some_and(|byte| b".+-*/%&|^?:=<>,)]}".contains(byte))
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(bytes.len(), |offset| from + offset)
}

fn end_of_word(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_' && *byte != b'$')
        .map_or(bytes.len(), |offset| from + offset)
}

fn after(bytes: &[u8], from: usize, end: &[u8; 2]) -> usize {
    bytes[from.min(bytes.len())..]
        .windows(2)
        .position(|pair| pair == end)
        .map_or(bytes.len(), |offset| from + offset + 2)
}

/// The end of a string or regular expression: its closing character, or the end of the line.
fn after_quoted(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            byte if byte == quote => return at,
            _ => {}
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(text: &str) -> usize {
        estimate(text).depth
    }

    #[test]
    fn ordinary_text_is_shallow_however_long() {
        let line = "const a = { b: [1, 2 + 3], c: x.y.z }; // (((((\nif (a) { f('((((') } else { g(/[(]{3}'/) }\n";
        // `else` is counted once per level, so it alone grows with the text.
        assert!(
            depth(&line.repeat(50)) < SHALLOW,
            "{}",
            depth(&line.repeat(50))
        );
        let without_semicolons = "const a = b + c.d\nf(a, b - c)\n";
        assert!(depth(&without_semicolons.repeat(10_000)) < 20);
        let data = format!(
            "module.exports = [{}]",
            "{ a: 1.5, b: '+/+/=' },\n".repeat(10_000)
        );
        assert!(depth(&data) < 20);
    }

    #[test]
    fn every_kind_of_nesting_counts() {
        let many = 1000;
        for text in [
            "(".repeat(many),
            "a => ".repeat(many),
            "!".repeat(many),
            "typeof ".repeat(many),
            "a.b".repeat(many),
            "a\n.b".repeat(many),
            "if (a) x(); else ".repeat(many),
            "if (a)\n  x()\nelse ".repeat(many),
            "Map<string, ".repeat(many),
            "a ? b : ".repeat(many),
            "`${".repeat(many),
            "new ".repeat(many),
            "/a'/.b + (".repeat(many),
        ] {
            assert!(depth(&text) >= many, "{} in {:.40}", depth(&text), text);
        }
    }
}
