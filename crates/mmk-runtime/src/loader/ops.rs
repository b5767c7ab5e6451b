//! What the CommonJS loader in js-runtime/src/modules asks of Rust.

use std::path::Path;
use std::path::PathBuf;
use std::rc::Rc;

use deno_core::OpState;
use deno_core::op2;
use deno_core::v8;
use serde::Serialize;

use super::call_text::CallText;
use super::compile::op_mmk_modules_compile;
use super::error::ModuleError;
use super::module_loader::Loader;
use super::module_loader::file_of_script;
use super::prepared::Purpose;
use super::resolve::Resolved;

deno_core::extension!(
    mmk_modules,
    ops = [
        op_mmk_modules_call_at,
        op_mmk_modules_compile,
        op_mmk_modules_connect,
        op_mmk_modules_resolve,
        op_mmk_modules_read,
        op_mmk_modules_free_names,
        op_mmk_modules_real_path,
        op_mmk_modules_shell_script,
        op_mmk_modules_installed_version,
        op_mmk_modules_syntax_place,
    ],
    options = { loader: Rc<Loader> },
    state = |state, options| state.put(options.loader),
);

/// Gives the loader the functions that facades call.
#[op2(fast)]
fn op_mmk_modules_connect(
    state: &mut OpState,
    scope: &mut v8::PinScope<'_, '_>,
    host: v8::Local<'_, v8::Object>,
) {
    state
        .borrow::<Rc<Loader>>()
        .connect(v8::Global::new(scope, host));
}

/// Where `require(request)` leads from a folder: an absolute path, or `builtin:<name>`. `importer` is empty when unknown.
#[op2]
#[string]
fn op_mmk_modules_resolve(
    state: &mut OpState,
    #[string] request: &str,
    #[string] folder: &str,
    #[string] importer: &str,
) -> Result<String, ModuleError> {
    let loader = state.borrow::<Rc<Loader>>();
    let importer = Some(Path::new(importer)).filter(|path| path.is_absolute());
    Ok(
        match loader
            .modules
            .require(request, Path::new(folder), importer)?
        {
            Resolved::File { path, .. } => path.to_string_lossy().into_owned(),
            Resolved::Builtin(name) => format!("builtin:{name}"),
            Resolved::Data(url) => url.into(),
        },
    )
}

#[derive(Serialize)]
struct ReadFile {
    /// `commonjs`, `module` or `json`.
    format: &'static str,
    /// Empty for a module: V8 gets it from the module loader.
    code: String,
    /// It was written with `import`/`export` and became CommonJS.
    was_module: bool,
}

/// A file for `require`. `settle` asks to decide by the text, after V8 refused the file as CommonJS.
#[op2]
#[serde]
fn op_mmk_modules_read(
    state: &mut OpState,
    #[string] path: &str,
    settle: bool,
) -> Result<ReadFile, ModuleError> {
    let purpose = if settle {
        Purpose::Import
    } else {
        Purpose::Require
    };
    let prepared = state
        .borrow::<Rc<Loader>>()
        .prepare(Path::new(path), purpose)?;
    let code = match prepared.format {
        super::prepared::ModuleFormat::Module => String::new(),
        _ => prepared.code().to_owned(),
    };
    Ok(ReadFile {
        format: prepared.format.as_str(),
        code,
        was_module: prepared.was_module,
    })
}

/// A script of MongoDB's shell, with the shell's own lines turned into calls.
#[derive(Serialize)]
struct ShellFile {
    code: String,
    awaits: bool,
}

#[op2]
#[serde]
fn op_mmk_modules_shell_script(
    state: &mut OpState,
    #[string] path: &str,
) -> Result<ShellFile, ModuleError> {
    let script = state.borrow::<Rc<Loader>>().shell_script(Path::new(path))?;
    Ok(ShellFile {
        code: script.code,
        awaits: script.awaits,
    })
}

/// The names that a file uses and nothing in it declares, when it calls one of them `migration`; empty otherwise.
#[op2]
#[serde]
fn op_mmk_modules_free_names(state: &mut OpState, #[string] path: &str) -> Vec<String> {
    state
        .borrow::<Rc<Loader>>()
        .modules
        .free_names(Path::new(path))
}

/// The text of the call that a place in a file lies in, for the message of `assert(expression)`; line and column count from 1.
#[op2]
#[serde]
fn op_mmk_modules_call_at(
    state: &mut OpState,
    #[string] path: &str,
    #[smi] line: u32,
    #[smi] column: u32,
) -> Option<CallText> {
    let loader = state.borrow::<Rc<Loader>>();
    loader.modules.call_at(Path::new(path), line, column)
}

/// The path without symbolic links; itself when it doesn't exist.
#[op2]
#[string]
fn op_mmk_modules_real_path(#[string] path: String) -> String {
    match std::fs::canonicalize(&path) {
        Ok(real) => real.to_string_lossy().into_owned(),
        Err(_) => path,
    }
}

/// The version of an installed package as seen from a folder.
#[op2]
#[string]
fn op_mmk_modules_installed_version(
    state: &mut OpState,
    #[string] name: &str,
    #[string] folder: &str,
) -> Option<String> {
    let loader = state.borrow::<Rc<Loader>>();
    loader
        .modules
        .installed_version(name, &PathBuf::from(folder))
}

/// A place in a file that doesn't parse; line and columns are 1-based.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    file: String,
    line: u32,
    column: u32,
    end_column: u32,
    text: String,
}

/// Where a SyntaxError happened, when it came from parsing a file.
#[op2]
#[serde]
fn op_mmk_modules_syntax_place(
    state: &mut OpState,
    scope: &mut v8::PinScope<'_, '_>,
    error: v8::Local<'_, v8::Value>,
    #[string] message: &str,
) -> Option<Place> {
    let loader = state.borrow::<Rc<Loader>>();
    if let Some(problem) = loader.syntax_problem(message) {
        return Some(Place {
            file: problem.path.to_string_lossy().into_owned(),
            line: problem.line,
            column: problem.column,
            end_column: problem.end_column,
            text: problem.text,
        });
    }
    if let Some((path, line, column)) = place_in_message(message) {
        let text = loader.modules.source_line(&path, line as usize - 1)?;
        return Some(Place {
            file: path.to_string_lossy().into_owned(),
            line,
            column,
            end_column: column + 1,
            text,
        });
    }
    let found = v8::Exception::create_message(scope, error);
    let script = found
        .get_script_resource_name(scope)?
        .to_rust_string_lossy(scope);
    Some(Place {
        file: file_of_script(&script)?.to_string_lossy().into_owned(),
        line: u32::try_from(found.get_line_number(scope)?).ok()?,
        column: u32::try_from(found.get_start_column()).ok()? + 1,
        end_column: u32::try_from(found.get_end_column()).ok()? + 1,
        text: found.get_source_line(scope)?.to_rust_string_lossy(scope),
    })
}

/// deno_core ends the message of a module's syntax error with ` at file:///x.mjs:2:18`.
fn place_in_message(message: &str) -> Option<(PathBuf, u32, u32)> {
    let (_, place) = message.rsplit_once(" at file://")?;
    let (rest, column) = place.rsplit_once(':')?;
    let (path, line) = rest.rsplit_once(':')?;
    let url = deno_core::url::Url::parse(&format!("file://{path}")).ok()?;
    let line = line.parse().ok().filter(|line| *line > 0)?;
    Some((url.to_file_path().ok()?, line, column.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_off_a_message() {
        let found = place_in_message("Unexpected token ';' at file:///a%20b/m.mjs:2:18");
        assert_eq!(found, Some((PathBuf::from("/a b/m.mjs"), 2, 18)));
        assert_eq!(place_in_message("look at file:///x"), None);
        assert_eq!(place_in_message("Unexpected end of input"), None);
    }
}
