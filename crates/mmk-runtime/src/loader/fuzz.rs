//! Hostile sources and packages: reading them ends in code or in an error, never in a panic, an overflow of the stack or a hang.
//! `PROPTEST_CASES=200000` tries longer, `PROPTEST_RNG_SEED=<number>` another sequence.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::RngSeed;

use super::BuiltinNames;
use super::Modules;
use super::check_syntax;
use super::prepared::Purpose;

/// The same sequence in every run, unless the environment says otherwise.
fn config() -> Config {
    let mut config = Config::with_cases(64);
    if let Some(cases) = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
    {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_260_101);
    }
    config.failure_persistence = None;
    config
}

const PIECES: &[&str] = &[
    "import a from './a';",
    "import type { B } from 'b';",
    "export default ",
    "export const up = ",
    "export * from 'c';",
    "module.exports = ",
    "exports.up = ",
    "require('d')",
    "async ",
    "await ",
    "function* f(",
    "class A extends B<C> ",
    "interface I { a?: number }",
    "type T<U> = ",
    "enum E { A = 1, B = 'x' }",
    "declare module 'x' ",
    "namespace N ",
    "abstract ",
    "readonly ",
    "as const",
    " satisfies X",
    "<T,>(x: T) => x",
    "@dec() ",
    "`a${",
    "}`",
    "/re[/]g/u",
    "// c\n",
    "/* c",
    "*/",
    "'",
    "\"",
    "`",
    "\\u{61}",
    "\u{feff}",
    "#!/x\n",
    "=> ",
    "?.",
    "??=",
    "...",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    ";",
    ",",
    ":",
    "=",
    "\n",
    "let x",
    "0x",
    "1n",
    "1e",
    "#p",
    "new.target",
    "import.meta",
    "import(",
    "Object.defineProperty(exports, '__esModule', { value: true });",
    "__exportStar(require('./e'), exports);",
    "\u{2028}",
    "𝒜",
    "\0",
    "<!--",
    "return ",
];

const NAMES: &[&str] = &["a.js", "a.ts", "a.mjs", "a.cjs", "a.mts", "a.cts", "a.json"];

/// Everything that the loader does with a file's text.
fn read_all(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the folder is writable");
    let modules = Modules::new(BuiltinNames::standard(), Arc::new(|_| Ok(())));
    for purpose in [Purpose::Require, Purpose::Import] {
        if let Ok(prepared) = modules.prepare(&path, purpose) {
            modules.export_names(&path, &prepared);
            modules.source_map(&path);
            modules.source_line(&path, 1);
        }
    }
    let _ = check_syntax(&path, text);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn fuzz_sources(name in prop::sample::select(NAMES), pieces in vec(prop::sample::select(PIECES), 0..40)) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        read_all(folder.path(), name, &pieces.concat());
    }

    #[test]
    fn fuzz_texts(name in prop::sample::select(NAMES), text in "\\PC{0,200}") {
        let folder = tempfile::tempdir().expect("a temporary folder");
        read_all(folder.path(), name, &text);
    }

    #[test]
    fn fuzz_packages(
        key in prop::sample::select(&["exports", "imports", "main", "module", "type", "name", "version", "browser"][..]),
        shape in prop_oneof![
            "\\PC{0,20}".prop_map(serde_json::Value::from),
            any::<f64>().prop_map(serde_json::Value::from),
            Just(serde_json::json!(null)),
            Just(serde_json::json!([[[]], {}, null])),
            Just(serde_json::json!({ ".": { "require": null, "default": ["./x", null] }, "./*": "./*/../*" })),
            Just(serde_json::json!({ ".": "../../outside.js", "./a/*/b": 1, "#x": {} })),
            Just(serde_json::json!({ "import": { "import": { "import": "./" } }, "0": "./a", "1": "./b" })),
        ],
        request in prop_oneof![Just("p".to_owned()), "p/\\PC{0,10}", "[#@./a-z%\\\\]{0,12}", "\\PC{0,12}"],
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let package = folder.path().join("node_modules/p");
        std::fs::create_dir_all(&package).expect("the folder is writable");
        let text = serde_json::json!({ key: shape }).to_string();
        std::fs::write(package.join("package.json"), &text).expect("the folder is writable");
        std::fs::write(package.join("index.js"), "").expect("the folder is writable");
        std::fs::write(folder.path().join("package.json"), &text).expect("the folder is writable");
        let modules = Modules::new(BuiltinNames::standard(), Arc::new(|_| Ok(())));
        let importer = folder.path().join("a.js");
        let _ = modules.require(&request, folder.path(), Some(&importer));
        if let Ok(base) = deno_core::url::Url::from_file_path(&importer) {
            let _ = modules.import(&request, &base);
        }
        let _ = modules.installed_version("p", folder.path());
    }
}

/// Each of these ended the process: the parser and what walks its tree call themselves once per level.
#[test]
fn fuzz_deep_texts_end_in_code_or_in_an_error() {
    let start = "export const up = () => {}; const x = ";
    let around = |open: &str, middle: &str, close: &str, many: usize| {
        format!("{start}{}{middle}{}", open.repeat(many), close.repeat(many))
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    for many in [1_500, 60_000] {
        let texts = [
            around("(", "1", ")", many),
            around("[", "", "]", many),
            around("{a:", "1", "}", many),
            around("`${", "1", "}`", many),
            around("a?", "1", ":1", many),
            around("a=>", "1", "", many),
            around("!", "1", "", many),
            around("a+", "1", "", many),
            around("a.", "b", "", many),
            around("f(", "", ")", many),
            format!("{start}1;{}{}", "{".repeat(many), "}".repeat(many)),
            format!(
                "{start}1; type X = {}number{}",
                "Array<".repeat(many),
                ">".repeat(many)
            ),
        ];
        for text in texts {
            for name in ["deep.ts", "deep.js"] {
                let started = Instant::now();
                read_all(folder.path(), name, &text);
                let took = started.elapsed();
                assert!(took < Duration::from_secs(60), "{took:?} for {text:.80}");
            }
        }
    }
}
