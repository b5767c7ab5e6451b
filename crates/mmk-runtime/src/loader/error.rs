//! Why a module could not be found or read, in the codes and sentences that Node uses: scripts and libraries match on them.
//! Knows nothing of V8; `JsErrorClass` carries the class and the `code` across.

use std::borrow::Cow;
use std::path::Path;

use deno_error::AdditionalProperties;
use deno_error::JsErrorClass;
use deno_error::PropertyValue;

use super::syntax_problem::SyntaxProblem;

/// The JavaScript class of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorClass {
    Error,
    RangeError,
    SyntaxError,
    TypeError,
}

impl ErrorClass {
    /// The constructor's name.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::RangeError => "RangeError",
            Self::TypeError => "TypeError",
            Self::SyntaxError => "SyntaxError",
        }
    }
}

/// A module that could not be resolved, read or understood.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub(crate) struct ModuleError {
    pub(crate) class: ErrorClass,
    /// Node's code, such as `ERR_MODULE_NOT_FOUND`; `None` for a syntax error.
    pub(crate) code: Option<&'static str>,
    pub(crate) message: String,
    /// The place, when the file was found and doesn't parse.
    pub(crate) syntax: Option<Box<SyntaxProblem>>,
}

impl ModuleError {
    fn new(class: ErrorClass, code: &'static str, message: String) -> Self {
        Self {
            class,
            code: Some(code),
            message,
            syntax: None,
        }
    }

    fn error(code: &'static str, message: String) -> Self {
        Self::new(ErrorClass::Error, code, message)
    }

    fn type_error(code: &'static str, message: String) -> Self {
        Self::new(ErrorClass::TypeError, code, message)
    }

    /// `require()` found nothing; the JavaScript side adds the require stack.
    pub(super) fn module_not_found(request: &str) -> Self {
        Self::error(
            "MODULE_NOT_FOUND",
            format!("Cannot find module '{request}'"),
        )
    }

    /// `import` of a path that doesn't exist.
    pub(super) fn imported_file_not_found(path: &Path, importer: &str) -> Self {
        Self::error(
            "ERR_MODULE_NOT_FOUND",
            format!(
                "Cannot find module '{}' imported from {importer}",
                path.display()
            ),
        )
    }

    /// `import` of a package that isn't installed.
    pub(super) fn imported_package_not_found(package: &str, importer: &str) -> Self {
        Self::error(
            "ERR_MODULE_NOT_FOUND",
            format!("Cannot find package '{package}' imported from {importer}"),
        )
    }

    pub(super) fn directory_import(path: &Path, importer: &str) -> Self {
        let path = path.display();
        Self::error(
            "ERR_UNSUPPORTED_DIR_IMPORT",
            format!(
                "Directory import '{path}' is not supported resolving ES modules imported from {importer}"
            ),
        )
    }

    pub(super) fn unknown_builtin(name: &str) -> Self {
        Self::error(
            "ERR_UNKNOWN_BUILTIN_MODULE",
            format!("No such built-in module: {name}"),
        )
    }

    pub(super) fn unsupported_scheme(scheme: &str) -> Self {
        Self::error(
            "ERR_UNSUPPORTED_ESM_URL_SCHEME",
            format!(
                "Only URLs with a scheme in: file, data, and node are supported by the default ESM loader. Received protocol '{scheme}:'"
            ),
        )
    }

    pub(super) fn invalid_specifier(specifier: &str, reason: &str, importer: Option<&str>) -> Self {
        let from = imported_from(importer);
        Self::type_error(
            "ERR_INVALID_MODULE_SPECIFIER",
            format!("Invalid module \"{specifier}\" {reason}{from}"),
        )
    }

    pub(super) fn path_not_exported(
        subpath: &str,
        package_json: &Path,
        importer: Option<&str>,
    ) -> Self {
        let from = imported_from(importer);
        let package_json = package_json.display();
        let message = if subpath == "." {
            format!("No \"exports\" main defined in {package_json}{from}")
        } else {
            format!(
                "Package subpath '{subpath}' is not defined by \"exports\" in {package_json}{from}"
            )
        };
        Self::error("ERR_PACKAGE_PATH_NOT_EXPORTED", message)
    }

    pub(super) fn import_not_defined(specifier: &str, package_json: &Path, importer: &str) -> Self {
        let package_json = package_json.display();
        Self::type_error(
            "ERR_PACKAGE_IMPORT_NOT_DEFINED",
            format!(
                "Package import specifier \"{specifier}\" is not defined in package {package_json} imported from {importer}"
            ),
        )
    }

    pub(super) fn invalid_target(
        target: &str,
        key: &str,
        package_json: &Path,
        importer: Option<&str>,
    ) -> Self {
        let from = imported_from(importer);
        let package_json = package_json.display();
        let advice = if target.starts_with("./") {
            ""
        } else {
            "; targets must start with \"./\""
        };
        Self::error(
            "ERR_INVALID_PACKAGE_TARGET",
            format!(
                "Invalid \"exports\" target \"{target}\" defined for '{key}' in the package config {package_json}{from}{advice}"
            ),
        )
    }

    pub(super) fn invalid_package_config(path: &Path, reason: &str) -> Self {
        Self::error(
            "ERR_INVALID_PACKAGE_CONFIG",
            format!("Invalid package config {}. {reason}", path.display()),
        )
    }

    pub(super) fn unknown_extension(extension: &str, path: &Path) -> Self {
        Self::type_error(
            "ERR_UNKNOWN_FILE_EXTENSION",
            format!(
                "Unknown file extension \"{extension}\" for {}",
                path.display()
            ),
        )
    }

    pub(super) fn json_attribute_missing(url: &str) -> Self {
        Self::type_error(
            "ERR_IMPORT_ASSERTION_TYPE_MISSING",
            format!("Module \"{url}\" needs an import attribute of type \"json\""),
        )
    }

    pub(super) fn attribute_mismatch(url: &str, kind: &str) -> Self {
        Self::type_error(
            "ERR_IMPORT_ASSERTION_TYPE_FAILED",
            format!("Module \"{url}\" is not of type \"{kind}\""),
        )
    }

    pub(super) fn attribute_unsupported(kind: &str) -> Self {
        Self::type_error(
            "ERR_IMPORT_ASSERTION_TYPE_UNSUPPORTED",
            format!("Import attribute type \"{kind}\" is unsupported"),
        )
    }

    pub(super) fn native_addon(path: &Path) -> Self {
        let what = match package_of(path) {
            Some(package) => format!("`{package}` is a native addon ({})", path.display()),
            None => format!("{} is a native addon", path.display()),
        };
        let way_out = match package_of(path).as_deref() {
            Some("bcrypt") => "; use `bcryptjs`, which has the same functions",
            _ => "; use a package in plain JavaScript, or move this step out of the migration",
        };
        Self::error(
            "ERR_DLOPEN_FAILED",
            format!("{what}, compiled for Node, which cannot be loaded here{way_out}"),
        )
    }

    pub(super) fn refused(path: &Path, reason: &str) -> Self {
        Self::error(
            "ERR_ACCESS_DENIED",
            format!("cannot load {}: {reason}", path.display()),
        )
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let code = match error.kind() {
            std::io::ErrorKind::NotFound => "ENOENT",
            std::io::ErrorKind::PermissionDenied => "EACCES",
            std::io::ErrorKind::IsADirectory => "EISDIR",
            _ => "EIO",
        };
        Self::error(
            code,
            format!("{code}: cannot read {}: {error}", path.display()),
        )
    }

    /// The message is the engine's.
    pub(super) fn json(place: &str, message: &str) -> Self {
        Self {
            class: ErrorClass::SyntaxError,
            code: None,
            message: format!("{place}: {message}"),
            syntax: None,
        }
    }

    pub(super) fn invalid_url() -> Self {
        Self::type_error("ERR_INVALID_URL", "Invalid URL".to_owned())
    }

    /// A `data:` URL of a kind that is no module.
    pub(super) fn unknown_format(kind: &str, url: &str) -> Self {
        Self::new(
            ErrorClass::RangeError,
            "ERR_UNKNOWN_MODULE_FORMAT",
            format!("Unknown module format: {kind} for URL {url}"),
        )
    }

    /// A `data:` URL is nowhere, so nothing is beside it.
    pub(super) fn nothing_to_resolve_against(specifier: &str, referrer: &str) -> Self {
        Self::type_error(
            "ERR_UNSUPPORTED_RESOLVE_REQUEST",
            format!(
                "Failed to resolve module specifier \"{specifier}\" from \"{referrer}\": Invalid relative URL or base scheme is not hierarchical."
            ),
        )
    }
}

impl From<SyntaxProblem> for ModuleError {
    fn from(problem: SyntaxProblem) -> Self {
        Self {
            class: ErrorClass::SyntaxError,
            code: None,
            message: problem.message.clone(),
            syntax: Some(Box::new(problem)),
        }
    }
}

impl JsErrorClass for ModuleError {
    fn get_class(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.class.name())
    }

    fn get_message(&self) -> Cow<'static, str> {
        Cow::Owned(self.message.clone())
    }

    fn get_additional_properties(&self) -> AdditionalProperties {
        let code = self.code.map(|code| {
            (
                Cow::Borrowed("code"),
                PropertyValue::String(Cow::Borrowed(code)),
            )
        });
        Box::new(code.into_iter())
    }

    fn get_ref(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        self
    }
}

fn imported_from(importer: Option<&str>) -> String {
    importer.map_or_else(String::new, |importer| format!(" imported from {importer}"))
}

/// The package a file in `node_modules` belongs to.
fn package_of(path: &Path) -> Option<String> {
    let parts: Vec<_> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    let folder = parts.iter().rposition(|part| part == "node_modules")?;
    let first = parts.get(folder + 1)?;
    if first.starts_with('@') {
        return Some(format!("{first}/{}", parts.get(folder + 2)?));
    }
    Some(first.to_string())
}
