//! One parsed source file: swc's tree with the bookkeeping it needs, and syntax errors in our shape.

use std::path::Path;

use swc_common::FileName;
use swc_common::Mark;
use swc_common::SourceFile;
use swc_common::SourceMap;
use swc_common::Span;
use swc_common::Spanned;
use swc_common::comments::SingleThreadedComments;
use swc_common::sync::Lrc;
use swc_ecma_ast::EsVersion;
use swc_ecma_ast::Program;
use swc_ecma_parser::EsSyntax;
use swc_ecma_parser::Parser;
use swc_ecma_parser::StringInput;
use swc_ecma_parser::Syntax;
use swc_ecma_parser::TsSyntax;
use swc_ecma_parser::lexer::Lexer;
use swc_ecma_transforms_base::resolver;

use super::resolve::is_typescript;
use super::syntax_problem::SyntaxProblem;
use super::translate::in_swc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    JavaScript,
    TypeScript,
}

impl Language {
    /// By the file's name.
    pub(super) fn of(path: &Path) -> Self {
        if is_typescript(path) {
            Self::TypeScript
        } else {
            Self::JavaScript
        }
    }
}

/// What the text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    Module,
    /// The body of a CommonJS function: sloppy, and `return` is allowed.
    CommonJs,
}

/// A tree and where it came from.
pub(super) struct ParsedFile {
    pub(super) sources: Lrc<SourceMap>,
    pub(super) file: Lrc<SourceFile>,
    pub(super) comments: SingleThreadedComments,
    pub(super) program: Program,
}

/// The marks that tell the file's own names from globals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Marks {
    pub(super) unresolved: Mark,
    pub(super) top_level: Mark,
}

impl ParsedFile {
    pub(super) fn parse(
        path: &Path,
        text: &str,
        language: Language,
        goal: Goal,
    ) -> Result<Self, SyntaxProblem> {
        let sources: Lrc<SourceMap> = Lrc::default();
        let file =
            sources.new_source_file(FileName::Custom(source_name(path)).into(), text.to_owned());
        let comments = SingleThreadedComments::default();
        let lexer = Lexer::new(
            syntax(language),
            EsVersion::latest(),
            StringInput::from(&*file),
            Some(&comments),
        );
        let mut parser = Parser::new_from(lexer);
        let result = match goal {
            Goal::Module => parser.parse_module().map(Program::Module),
            Goal::CommonJs => parser.parse_script().map(Program::Script),
        };
        let program = match result {
            Ok(program) => match parser.take_errors().into_iter().next() {
                None => program,
                Some(error) => {
                    return Err(problem(path, &sources, error.span(), &error.kind().msg()));
                }
            },
            Err(error) => return Err(problem(path, &sources, error.span(), &error.kind().msg())),
        };
        Ok(Self {
            sources,
            file,
            comments,
            program,
        })
    }

    /// Ties every name to its declaration. Must run inside swc's `GLOBALS`.
    pub(super) fn resolve_names(&mut self, language: Language) -> Marks {
        let marks = Marks {
            unresolved: Mark::new(),
            top_level: Mark::new(),
        };
        self.program.mutate(&mut resolver(
            marks.unresolved,
            marks.top_level,
            language == Language::TypeScript,
        ));
        marks
    }

    /// A complaint of ours about a place in the file.
    pub(super) fn problem(&self, path: &Path, span: Span, message: &str) -> SyntaxProblem {
        problem(path, &self.sources, span, message)
    }
}

/// What `read` makes of a file whose names are tied to their declarations, as a module or else as CommonJS; it gets the mark of names that
/// nothing in the file declares. Nothing where the text is neither.
pub(super) fn read_with_names<T>(
    path: &Path,
    text: &str,
    mut read: impl FnMut(&Program, Mark) -> T,
) -> Option<T> {
    let language = Language::of(path);
    [Goal::Module, Goal::CommonJs].into_iter().find_map(|goal| {
        in_swc(path, || {
            let mut file = ParsedFile::parse(path, text, language, goal)?;
            let marks = file.resolve_names(language);
            Ok(read(&file.program, marks.unresolved))
        })
        .ok()
    })
}

/// Inside `impl Visit`: types are no values, so nothing in them is looked at.
macro_rules! skip_types {
    () => {
        fn visit_ts_type(&mut self, _: &TsType) {}

        fn visit_ts_type_ann(&mut self, _: &TsTypeAnn) {}

        fn visit_ts_type_param_instantiation(&mut self, _: &TsTypeParamInstantiation) {}

        fn visit_ts_interface_decl(&mut self, _: &TsInterfaceDecl) {}

        fn visit_ts_type_alias_decl(&mut self, _: &TsTypeAliasDecl) {}
    };
}
pub(super) use skip_types;

/// The file's name in its source map. A plain path leads nowhere else: frames keep the name that V8 knows the script by, the path of
/// a CommonJS file or the URL of a module.
pub(super) fn source_name(path: &Path) -> String {
    path.display().to_string()
}

fn syntax(language: Language) -> Syntax {
    match language {
        Language::JavaScript => Syntax::Es(EsSyntax {
            allow_return_outside_function: true,
            explicit_resource_management: true,
            import_attributes: true,
            ..EsSyntax::default()
        }),
        Language::TypeScript => Syntax::Typescript(TsSyntax {
            decorators: true,
            ..TsSyntax::default()
        }),
    }
}

fn problem(path: &Path, sources: &SourceMap, span: Span, message: &str) -> SyntaxProblem {
    let start = sources.lookup_char_pos(span.lo);
    let end = sources.lookup_char_pos(span.hi);
    let column = start.col.0 as u32 + 1;
    let text = start
        .file
        .get_line(start.line.saturating_sub(1))
        .map(|line| line.trim_end().to_owned())
        .unwrap_or_default();
    let end_column = if end.line == start.line {
        end.col.0 as u32 + 1
    } else {
        text.chars().count() as u32 + 1
    };
    SyntaxProblem {
        path: path.to_owned(),
        line: start.line as u32,
        column,
        end_column: end_column.max(column + 1),
        text,
        message: shortened(message),
    }
}

/// swc lists every token it would have taken; nobody reads that.
fn shortened(message: &str) -> String {
    let end = message.find(". Expected").unwrap_or(message.len());
    message[..end].to_owned()
}
