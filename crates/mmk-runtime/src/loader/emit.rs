//! Prints a changed tree back to text, with the map from each printed place to the place the user wrote.

use std::path::Path;

use swc_common::BytePos;
use swc_common::FileName;
use swc_common::LineCol;
use swc_common::source_map::SourceMapGenConfig;
use swc_ecma_ast::EsVersion;
use swc_ecma_codegen::Config;
use swc_ecma_codegen::Emitter;
use swc_ecma_codegen::text_writer::JsWriter;

use super::program::ParsedFile;
use super::syntax_problem::SyntaxProblem;

/// A file as it is given to V8 instead of what the user wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rewritten {
    pub(super) code: String,
    /// A source map in JSON; `None` when every place stayed where it was.
    pub(super) map: Option<Vec<u8>>,
}

struct SourcesAsNamed;

impl SourceMapGenConfig for SourcesAsNamed {
    fn file_name_to_source(&self, name: &FileName) -> String {
        name.to_string()
    }

    fn inline_sources_content(&self, _: &FileName) -> bool {
        false
    }
}

/// Prints the tree of `file`.
pub(super) fn emit(path: &Path, file: &ParsedFile) -> Result<Rewritten, SyntaxProblem> {
    let mut code = Vec::new();
    let mut places: Vec<(BytePos, LineCol)> = Vec::new();
    let writer = JsWriter::new(file.sources.clone(), "\n", &mut code, Some(&mut places));
    let printed = Emitter {
        cfg: Config::default().with_target(EsVersion::latest()),
        cm: file.sources.clone(),
        comments: None,
        wr: writer,
    }
    .emit_program(&file.program);
    let fault = |what: &str| file.problem(path, swc_common::DUMMY_SP, what);
    printed.map_err(|error| {
        fault(&format!(
            "the translated file could not be printed: {error}"
        ))
    })?;
    let mut map = Vec::new();
    file.sources
        .build_source_map(&places, None, SourcesAsNamed)
        .to_writer(&mut map)
        .map_err(|error| fault(&format!("the source map could not be written: {error}")))?;
    let code =
        String::from_utf8(code).map_err(|_| fault("the translated file is not valid UTF-8"))?;
    Ok(Rewritten {
        code,
        map: Some(map),
    })
}
