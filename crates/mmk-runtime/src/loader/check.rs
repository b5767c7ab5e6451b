//! The parse-only check: does the file read as JavaScript or TypeScript? Loads nothing and resolves nothing.

use std::path::Path;

use super::depth::with_room;
use super::prepared::is_later;
use super::program::Goal;
use super::program::Language;
use super::program::ParsedFile;
use super::resolve::is_typescript;
use super::syntax_problem::SyntaxProblem;

/// Parses `source` as what the name of `path` says it is. JSON and other files pass.
pub fn check_syntax(path: &Path, source: &str) -> Result<(), SyntaxProblem> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let parse = |language, goal| {
        with_room(path, source, || {
            ParsedFile::parse(path, source, language, goal).map(drop)
        })
    };
    if is_typescript(path) {
        return parse(Language::TypeScript, Goal::Module);
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("mjs") => parse(Language::JavaScript, Goal::Module),
        Some("cjs") => parse(Language::JavaScript, Goal::CommonJs),
        Some("js") | None => parse(Language::JavaScript, Goal::CommonJs).or_else(|as_commonjs| {
            parse(Language::JavaScript, Goal::Module).map_err(|as_module| {
                if is_later(&as_module, &as_commonjs) {
                    as_module
                } else {
                    as_commonjs
                }
            })
        }),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, source: &str) -> Option<(u32, u32)> {
        check_syntax(Path::new(name), source)
            .err()
            .map(|problem| (problem.line, problem.column))
    }

    #[test]
    fn every_kind_of_file_that_loads_passes() {
        assert_eq!(
            place("/a.js", "#!/usr/bin/env node\nmodule.exports = 1; return;"),
            None
        );
        assert_eq!(
            place("/a.js", "import x from 'x';\nexport const y = await x;"),
            None
        );
        assert_eq!(
            place("/a.js", "with (Math) { max(1) } var yield = 010;"),
            None
        );
        assert_eq!(
            place(
                "/a.ts",
                "enum A { B }\n@dec class C { constructor(private d: number) {} }"
            ),
            None
        );
        assert_eq!(
            place("/a.cts", "import fs = require('fs'); export = fs;"),
            None
        );
        assert_eq!(place("/a.json", "{"), None);
    }

    #[test]
    fn a_problem_has_its_line_column_and_text() {
        let problem =
            check_syntax(Path::new("/m.js"), "import a from 'a';\n\tlet b = ;\n").unwrap_err();
        assert_eq!((problem.line, problem.column), (2, 10));
        assert_eq!(
            problem.to_string().lines().take(3).collect::<Vec<_>>(),
            ["/m.js:2", "\tlet b = ;", "\t        ^"]
        );
        assert_eq!(place("/m.cjs", "export const a = 1;"), Some((1, 1)));
    }
}
