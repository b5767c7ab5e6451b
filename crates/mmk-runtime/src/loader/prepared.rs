//! A file made ready for V8: which module system it runs in, and its text in JavaScript.

use std::path::Path;
use std::sync::OnceLock;

use super::commonjs_exports::CommonJsExports;
use super::depth::with_room;
use super::error::ModuleError;
use super::package_scope::PackageScopes;
use super::package_scope::PackageType;
use super::program::Goal;
use super::program::Language;
use super::program::ParsedFile;
use super::syntax_problem::SyntaxProblem;
use super::translate::DecoratorMetadata;
use super::translate::ModuleSyntax;
use super::translate::Target;
use super::translate::module_syntax;
use super::translate::translate_typescript;

/// Who asks for the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    /// `require`: a `.js` file of no stated type is taken for CommonJS until V8 says otherwise, which costs nothing.
    Require,
    /// `import`, or `require` after V8 refused the file as CommonJS: the text decides.
    Import,
}

/// What a file is by its name and its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceFormat {
    /// `.cjs`.
    CommonJs,
    /// `.mjs`.
    Module,
    /// `.js` and files without extension, with what their package says.
    JavaScript(PackageType),
    TypeScript(PackageType),
    Json,
    Addon,
}

impl SourceFormat {
    pub(super) fn of(
        path: &Path,
        scopes: &PackageScopes,
        purpose: Purpose,
    ) -> Result<Self, ModuleError> {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy());
        Ok(match extension.as_deref() {
            Some("cjs") => Self::CommonJs,
            Some("mjs") => Self::Module,
            Some("json") => Self::Json,
            Some("node") if purpose == Purpose::Require => Self::Addon,
            Some("mts") => Self::TypeScript(PackageType::Module),
            Some("cts") => Self::TypeScript(PackageType::CommonJs),
            Some("ts") => Self::TypeScript(scopes.type_of(path)?),
            Some("js") | None => Self::JavaScript(scopes.type_of(path)?),
            Some(other) if purpose == Purpose::Import => {
                return Err(ModuleError::unknown_extension(&format!(".{other}"), path));
            }
            // `require` takes any other file for JavaScript.
            Some(_) => Self::JavaScript(PackageType::Unstated),
        })
    }
}

/// The module system a file runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ModuleFormat {
    CommonJs,
    Module,
    Json,
}

impl ModuleFormat {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::CommonJs => "commonjs",
            Self::Module => "module",
            Self::Json => "json",
        }
    }
}

/// A file ready for V8.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) format: ModuleFormat,
    /// As the user wrote it.
    pub(super) original: String,
    /// As V8 gets it, where that differs.
    pub(super) translated: Option<String>,
    pub(super) map: Option<Vec<u8>>,
    /// The file was written as a module and became CommonJS: its `default` is `exports.default`, not all of `exports`.
    pub(super) was_module: bool,
    exports: OnceLock<CommonJsExports>,
}

impl Prepared {
    fn new(format: ModuleFormat, original: String) -> Self {
        Self {
            format,
            original,
            translated: None,
            map: None,
            was_module: false,
            exports: OnceLock::new(),
        }
    }

    /// The text for V8.
    pub(super) fn code(&self) -> &str {
        self.translated.as_deref().unwrap_or(&self.original)
    }

    /// What the text exports; nothing unless it is CommonJS.
    pub(super) fn exports(&self, path: &Path) -> &CommonJsExports {
        self.exports.get_or_init(|| match self.format {
            ModuleFormat::CommonJs => CommonJsExports::of_text(path, self.code()),
            ModuleFormat::Module | ModuleFormat::Json => CommonJsExports::default(),
        })
    }
}

/// Reads the text as its format says.
pub(super) fn prepare(
    path: &Path,
    text: String,
    format: SourceFormat,
    purpose: Purpose,
    metadata: impl FnOnce() -> DecoratorMetadata,
) -> Result<Prepared, SyntaxProblem> {
    let source = text.clone();
    with_room(path, &source, || {
        read_as(path, text, format, purpose, metadata)
    })
}

fn read_as(
    path: &Path,
    text: String,
    format: SourceFormat,
    purpose: Purpose,
    metadata: impl FnOnce() -> DecoratorMetadata,
) -> Result<Prepared, SyntaxProblem> {
    Ok(match format {
        SourceFormat::Json => Prepared::new(ModuleFormat::Json, text),
        SourceFormat::Module => Prepared::new(ModuleFormat::Module, text),
        SourceFormat::CommonJs | SourceFormat::Addon => commonjs(text),
        SourceFormat::TypeScript(package) => {
            let metadata = if text.contains('@') {
                metadata()
            } else {
                DecoratorMetadata::Omit
            };
            typescript(path, text, package, metadata)?
        }
        SourceFormat::JavaScript(PackageType::Module) => module_or_mixed(path, text),
        SourceFormat::JavaScript(package) => match purpose {
            Purpose::Require => commonjs(text),
            Purpose::Import => commonjs_or_module(path, text, package),
        },
    })
}

fn commonjs(text: String) -> Prepared {
    // V8 knows `#!` at the start of a script, not of a function's body.
    let translated = text.strip_prefix("#!").map(|rest| format!("//{rest}"));
    Prepared {
        translated,
        ..Prepared::new(ModuleFormat::CommonJs, text)
    }
}

fn typescript(
    path: &Path,
    text: String,
    package: PackageType,
    metadata: DecoratorMetadata,
) -> Result<Prepared, SyntaxProblem> {
    let source = match text.strip_prefix("#!") {
        Some(rest) => format!("//{rest}"),
        None => text.clone(),
    };
    let (target, rewritten) = translate_typescript(path, &source, package, metadata)?;
    let format = match target {
        Target::CommonJs => ModuleFormat::CommonJs,
        Target::Module => ModuleFormat::Module,
    };
    Ok(Prepared {
        was_module: format == ModuleFormat::CommonJs && rewritten.map.is_some(),
        translated: Some(rewritten.code),
        map: rewritten.map,
        ..Prepared::new(format, text)
    })
}

/// A `.js` file of a `"type": "module"` package. Only one that writes to `module.exports` is looked at closer.
fn module_or_mixed(path: &Path, text: String) -> Prepared {
    let may_be_mixed = !is_installed(path) && text.contains("exports");
    if may_be_mixed
        && let Ok(ModuleSyntax::Mixed(rewritten)) = module_syntax(path, &text, PackageType::Module)
    {
        return mixed(text, rewritten);
    }
    Prepared::new(ModuleFormat::Module, text)
}

/// As Node's syntax detection: CommonJS when it parses as such, else a module when it has a module's syntax.
fn commonjs_or_module(path: &Path, text: String, package: PackageType) -> Prepared {
    if let Ok(file) = ParsedFile::parse(path, &text, Language::JavaScript, Goal::CommonJs) {
        let prepared = commonjs(text);
        // Setting a fresh cell can't fail.
        let _ = prepared.exports.set(CommonJsExports::of(&file));
        return prepared;
    }
    match module_syntax(path, &text, package) {
        Ok(ModuleSyntax::Mixed(rewritten))
            if !is_installed(path) || package == PackageType::CommonJs =>
        {
            mixed(text, rewritten)
        }
        Ok(ModuleSyntax::Mixed(_) | ModuleSyntax::Plain) => {
            Prepared::new(ModuleFormat::Module, text)
        }
        // Neither: V8 says what is wrong with it, as CommonJS or as the module it seems to be.
        Ok(ModuleSyntax::Absent) => commonjs(text),
        Err(as_module) => {
            match ParsedFile::parse(path, &text, Language::JavaScript, Goal::CommonJs) {
                Err(as_commonjs) if is_later(&as_module, &as_commonjs) => {
                    Prepared::new(ModuleFormat::Module, text)
                }
                _ => commonjs(text),
            }
        }
    }
}

fn mixed(text: String, rewritten: super::emit::Rewritten) -> Prepared {
    Prepared {
        translated: Some(rewritten.code),
        map: rewritten.map,
        was_module: true,
        ..Prepared::new(ModuleFormat::CommonJs, text)
    }
}

/// The reading that got further is the one the author meant.
pub(super) fn is_later(one: &SyntaxProblem, other: &SyntaxProblem) -> bool {
    (one.line, one.column) > (other.line, other.column)
}

fn is_installed(path: &Path) -> bool {
    path.components()
        .any(|part| part.as_os_str() == "node_modules")
}
