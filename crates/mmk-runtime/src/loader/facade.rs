//! The small ES modules that stand for CommonJS files and built-ins when something imports them. Each is one line, so that a
//! stack frame in it never points at a line of the user's.

use deno_core::url::Url;

/// The module through which facades reach the CommonJS side. Only facades may import it.
pub(super) const HOST_MODULE: &str = "mmk-modules:host";
/// Its kind, as an import attribute and as deno_core's module type.
pub(super) const HOST_MODULE_TYPE: &str = "mmk-modules";

const COMMONJS_SCHEME: &str = "mmk-commonjs";
const BUILTIN_SCHEME: &str = "mmk-builtin";

/// A URL of ours, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Facade {
    /// Stands for the CommonJS file of this `file:` URL.
    CommonJs(Url),
    /// Stands for a module that the host serves.
    Builtin(String),
}

impl Facade {
    /// `None` for a URL that isn't one of ours.
    pub(super) fn of(url: &Url) -> Option<Self> {
        match url.scheme() {
            COMMONJS_SCHEME => {
                let file = format!("file{}", &url.as_str()[COMMONJS_SCHEME.len()..]);
                Url::parse(&file).ok().map(Self::CommonJs)
            }
            BUILTIN_SCHEME => Some(Self::Builtin(
                url.as_str()[BUILTIN_SCHEME.len() + 1..].to_owned(),
            )),
            _ => None,
        }
    }

    /// The URL under which V8 knows the facade.
    pub(super) fn url(&self) -> Option<Url> {
        let text = match self {
            Self::CommonJs(file) => format!("{COMMONJS_SCHEME}{}", &file.as_str()["file".len()..]),
            Self::Builtin(name) => format!("{BUILTIN_SCHEME}:{name}"),
        };
        Url::parse(&text).ok()
    }
}

/// Whether a URL text is one that only we make.
pub(super) fn is_internal(url: &str) -> bool {
    ["ext:", "mmk-commonjs:", "mmk-builtin:", "mmk-modules:"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}

/// The facade of a CommonJS file. `was_module`: it was written with `export`, so its `default` is the one it exported.
pub(super) fn commonjs_source<'a>(
    path: &str,
    names: impl Iterator<Item = &'a str>,
    was_module: bool,
) -> String {
    source(
        &format!("host.commonJs({}, {was_module})", quoted(path)),
        names,
    )
}

/// The facade of a built-in.
pub(super) fn builtin_source<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    source(&format!("host.builtin({})", quoted(name)), names)
}

fn source<'a>(call: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.filter(|name| *name != "default").collect();
    let list: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let locals: Vec<String> = (0..names.len()).map(|index| format!("n{index}")).collect();
    let exports: Vec<String> = list
        .iter()
        .zip(&locals)
        .map(|(name, local)| format!("{local} as {name}"))
        .collect();
    format!(
        "import host from '{HOST_MODULE}' with {{ type: '{HOST_MODULE_TYPE}' }}; const [value, whole] = {call}; \
         const [{}] = host.pick(whole, [{}]); export {{ value as default, {} }};",
        locals.join(", "),
        list.join(", "),
        exports.join(", ")
    )
}

fn quoted(text: &str) -> String {
    // JSON is JavaScript since ES2019.
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_facades_can_be_taken_apart() {
        for facade in [
            Facade::CommonJs(Url::parse("file:///a%20b/c.cjs?v=1").unwrap()),
            Facade::Builtin("node:fs/promises".to_owned()),
            Facade::Builtin("mongodb".to_owned()),
        ] {
            let url = facade.url().unwrap();
            assert!(is_internal(url.as_str()));
            assert_eq!(Facade::of(&url), Some(facade));
        }
        assert_eq!(Facade::of(&Url::parse("file:///a").unwrap()), None);
    }

    #[test]
    fn any_name_can_be_exported() {
        let source = commonjs_source(
            "/it's \"here\".cjs",
            ["a-b", "if", "default"].into_iter(),
            false,
        );
        assert!(source.contains(r#"n0 as "a-b", n1 as "if" }"#), "{source}");
        assert!(
            source.contains(r#"host.commonJs("/it's \"here\".cjs", false)"#),
            "{source}"
        );
    }
}
