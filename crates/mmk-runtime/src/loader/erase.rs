//! Erases TypeScript in place: types become spaces, so every line and column stays. Imports that are used only as types
//! go as well, as TypeScript's own compilers do (a plain eraser would keep them and load the module).
//! Refuses what can't be erased (enums, parameter properties...): then the file is translated instead.

use std::collections::HashMap;
use std::collections::HashSet;
use std::ops::Range;

use swc_common::BytePos;
use swc_common::Span;
use swc_common::Spanned;
use swc_common::errors::DiagnosticBuilder;
use swc_common::errors::Emitter;
use swc_common::errors::Handler;
use swc_common::sync::Lrc;
use swc_ecma_ast::*;
use swc_ts_fast_strip::Mode;
use swc_ts_fast_strip::Options;
use swc_ts_fast_strip::operate;

use super::program::ParsedFile;

/// The text without types, or `None` when erasing is not enough. `file` holds the tree after TypeScript's own pass,
/// `original` the tree before it; what vanished from the imports between the two was only a type.
pub(super) fn erase_types(text: &str, file: &ParsedFile, original: &Program) -> Option<String> {
    let erased = erase(text)?;
    if erased.len() != text.len() {
        return None;
    }
    let before = ModuleItems::of(original);
    let after = ModuleItems::of(&file.program);
    if before.exported != after.exported {
        return None;
    }
    let start = file.file.start_pos;
    let mut out = erased.into_bytes();
    for import in &before.imports {
        let survivors = after.survivors.get(&import.span.lo);
        let range = offset(import.span.lo, start)..offset(import.span.hi, start);
        match survivors {
            None => blank(&mut out, range, b";"),
            Some(kept) if kept.len() == import.specifiers.len() => {}
            Some(kept) => {
                let clause = import_clause(text, start, import, kept);
                if !fits(&text[range.clone()], &clause) {
                    return None;
                }
                blank(&mut out, range, clause.as_bytes());
            }
        }
    }
    String::from_utf8(out).ok()
}

fn erase(text: &str) -> Option<String> {
    let handler = Handler::with_emitter(false, false, Box::new(Silent));
    let options = Options {
        module: Some(true),
        mode: Mode::StripOnly,
        ..strip_options()
    };
    operate(&Lrc::default(), &handler, text.to_owned(), options)
        .ok()
        .map(|output| output.code)
}

fn strip_options() -> Options {
    let parser = swc_ecma_parser::TsSyntax {
        decorators: true,
        ..Default::default()
    };
    Options {
        parser,
        ..Options::default()
    }
}

/// What can't be erased is translated; nobody needs to hear of it.
struct Silent;

impl Emitter for Silent {
    fn emit(&mut self, _: &mut DiagnosticBuilder<'_>) {}
}

/// The imports of a tree and how many names it exports.
struct ModuleItems<'a> {
    imports: Vec<&'a ImportDecl>,
    /// By the start of the import, the starts of its specifiers.
    survivors: HashMap<BytePos, HashSet<BytePos>>,
    exported: usize,
}

impl<'a> ModuleItems<'a> {
    fn of(program: &'a Program) -> Self {
        let mut items = Self {
            imports: Vec::new(),
            survivors: HashMap::new(),
            exported: 0,
        };
        let Program::Module(module) = program else {
            return items;
        };
        for item in &module.body {
            match item {
                ModuleItem::ModuleDecl(ModuleDecl::Import(import)) if !import.type_only => {
                    let specifiers = import
                        .specifiers
                        .iter()
                        .map(|specifier| specifier.span().lo);
                    items.survivors.insert(import.span.lo, specifiers.collect());
                    items.imports.push(import);
                }
                ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(export)) if !export.type_only => {
                    items.exported += export
                        .specifiers
                        .iter()
                        .filter(|specifier| !matches!(specifier, ExportSpecifier::Named(named) if named.is_type_only))
                        .count();
                }
                _ => {}
            }
        }
        items
    }
}

/// `import a, { b as c } from 'x'` with the surviving specifiers only.
fn import_clause(
    text: &str,
    start: BytePos,
    import: &ImportDecl,
    kept: &HashSet<BytePos>,
) -> String {
    let slice = |span: Span| &text[offset(span.lo, start)..offset(span.hi, start)];
    let mut parts = Vec::new();
    let mut named = Vec::new();
    for specifier in &import.specifiers {
        if !kept.contains(&specifier.span().lo) {
            continue;
        }
        match specifier {
            ImportSpecifier::Named(one) => named.push(slice(one.span)),
            other => parts.push(slice(other.span()).to_owned()),
        }
    }
    if !named.is_empty() {
        parts.push(format!("{{ {} }}", named.join(", ")));
    }
    let tail = &text[offset(import.src.span.lo, start)..offset(import.span.hi, start)];
    format!("import {} from {tail}", parts.join(", "))
}

/// Whether `clause` can take the place of `old` without moving what follows.
fn fits(old: &str, clause: &str) -> bool {
    let is_one_line = !clause.contains('\n');
    let last_line = old.rsplit('\n').next().map_or(0, str::len);
    let line_ends = old.len() - old.split('\n').map(str::len).sum::<usize>();
    is_one_line
        && (line_ends == 0 && clause.len() <= old.len()
            || clause.len() + line_ends + last_line <= old.len())
}

/// Writes `start` at the beginning of the range and spaces after it; line ends after `start` stay in number, and the last
/// line keeps its length.
fn blank(out: &mut [u8], range: Range<usize>, start: &[u8]) {
    let area = &mut out[range];
    let line_ends: Vec<usize> = area
        .iter()
        .enumerate()
        .filter_map(|(index, byte)| (*byte == b'\n').then_some(index))
        .collect();
    area.fill(b' ');
    let kept: usize = start.len().min(area.len());
    area[..kept].copy_from_slice(&start[..kept]);
    // A line end that the text now covers moves to just behind it.
    let mut free = kept;
    for index in line_ends {
        let place = index.max(free);
        area[place] = b'\n';
        free = place + 1;
    }
}

fn offset(position: BytePos, start: BytePos) -> usize {
    (position.0 - start.0) as usize
}
