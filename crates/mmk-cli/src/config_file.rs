//! Finds and reads the config file: the one that `--config` names, or the first of `mmk.config.ts`, `.js`, `.json` in the working
//! directory. JSON is read here; JavaScript and TypeScript are run by the engine, which is handed in.

use std::future::Future;
use std::path::Path;
use std::path::PathBuf;

use mmk_core::script::ScriptError;
use serde_json::Map;
use serde_json::Value;

use crate::failure::Failure;

/// What is looked for when nobody names a file.
pub(crate) const DISCOVERED: [&str; 3] = ["mmk.config.ts", "mmk.config.js", "mmk.config.json"];
const EXTENSIONS: [&str; 7] = ["ts", "mts", "cts", "js", "mjs", "cjs", "json"];

/// The content of a config file.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    /// The file name, for messages.
    pub(crate) label: String,
    pub(crate) values: Map<String, Value>,
}

/// Finds the file. `Ok(None)` when nobody asked for one and there is none.
pub(crate) fn find(
    asked: Option<&str>,
    directory: &Path,
    discovered: &[&str],
) -> Result<Option<PathBuf>, Failure> {
    let Some(asked) = asked else {
        return Ok(discovered
            .iter()
            .map(|name| directory.join(name))
            .find(|candidate| candidate.is_file()));
    };
    let path = directory.join(asked);
    let extension = path.extension().and_then(|extension| extension.to_str());
    if !path.is_file() {
        return Err(Failure::ConfigUnusable {
            detail: format!("the config file `{}` doesn't exist", path.display()),
            path,
            hint: (!discovered.is_empty()).then(|| {
                format!(
                    "create one with `mmk-js init`, or leave the flag out to use {} of the current directory",
                    discovered.join(", ")
                )
            }),
            script: None,
        });
    }
    if !extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) {
        return Err(Failure::ConfigUnusable {
            detail: format!(
                "the config file `{}` has an extension that is none of .{}",
                path.display(),
                EXTENSIONS.join(", .")
            ),
            path,
            hint: None,
            script: None,
        });
    }
    Ok(Some(path))
}

/// Reads the file; `evaluate` runs those that are code and returns what they export.
pub(crate) async fn read<F>(
    path: &Path,
    evaluate: impl FnOnce(PathBuf) -> F,
) -> Result<ConfigFile, Failure>
where
    F: Future<Output = Result<Value, ScriptError>>,
{
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let value = if is_json {
        read_json(path)?
    } else {
        evaluate(path.to_owned())
            .await
            .map_err(|error| Failure::ConfigUnusable {
                path: path.to_owned(),
                detail: format!(
                    "the config file `{}` failed: {}",
                    path.display(),
                    error.message
                ),
                hint: None,
                script: Some(Box::new(error)),
            })?
    };
    let label = path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    match value {
        Value::Object(values) => Ok(ConfigFile { label, values }),
        other => Err(Failure::ConfigUnusable {
            path: path.to_owned(),
            detail: format!(
                "the config file `{}` must hold an object of options, not {}",
                path.display(),
                kind_of(&other)
            ),
            hint: (!is_json).then(|| {
                "it may export an object, or a function that returns one or a promise of one"
                    .to_owned()
            }),
            script: None,
        }),
    }
}

fn read_json(path: &Path) -> Result<Value, Failure> {
    let unusable = |detail: String| Failure::ConfigUnusable {
        path: path.to_owned(),
        detail,
        hint: None,
        script: None,
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        unusable(format!(
            "the config file `{}` can't be read: {error}",
            path.display()
        ))
    })?;
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        unusable(format!(
            "the config file `{}` is not valid JSON: {error}",
            path.display()
        ))
    })
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn no_engine(_: PathBuf) -> Result<Value, ScriptError> {
        unreachable!("a JSON config needs no engine")
    }

    #[test]
    fn typescript_is_found_before_javascript_before_json() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(find(None, folder.path(), &DISCOVERED).unwrap(), None);
        for name in ["mmk.config.json", "mmk.config.js", "mmk.config.ts"] {
            std::fs::write(folder.path().join(name), "").unwrap();
            assert_eq!(
                find(None, folder.path(), &DISCOVERED).unwrap(),
                Some(folder.path().join(name))
            );
        }
    }

    #[test]
    fn a_named_file_must_exist_and_have_a_known_extension() {
        let folder = tempfile::tempdir().unwrap();
        let missing = find(Some("other.json"), folder.path(), &DISCOVERED).unwrap_err();
        assert_eq!(missing.code(), "CONFIG_INVALID");
        assert!(missing.to_string().contains("other.json` doesn't exist"));
        std::fs::write(folder.path().join("mmk.yaml"), "").unwrap();
        let odd = find(Some("mmk.yaml"), folder.path(), &DISCOVERED).unwrap_err();
        assert!(odd.to_string().contains(".ts, .mts"), "{odd}");
    }

    #[tokio::test]
    async fn broken_json_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mmk.config.json");
        std::fs::write(&path, "{\n  \"uri\": \n}").unwrap();
        let error = read(&path, no_engine).await.unwrap_err();
        assert!(error.to_string().contains("line 3"), "{error}");
        std::fs::write(&path, "[]").unwrap();
        let error = read(&path, no_engine).await.unwrap_err();
        assert!(error.to_string().ends_with("not an array"), "{error}");
    }
}
