//! Proves that the V8 library linked into the binary is whole, before any other test relies on it: ICU data, Temporal,
//! normalisation, WebAssembly, and that a script can be stopped from outside. A program of its own, because V8's platform must be
//! initialised on the main thread.

#![allow(clippy::print_stdout, reason = "a test tells what it tried")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mmk_core::ports::Engine;
use mmk_core::ports::Event;
use mmk_core::ports::Observer;
use mmk_core::script::ScriptErrorKind;
use mmk_runtime::EngineOptions;
use mmk_runtime::Permissions;
use mmk_runtime::V8Engine;
use serde_json::json;

struct Deaf;

impl Observer for Deaf {
    fn notice(&self, _event: Event) {}
}

const FACTS: &str = r#"
module.exports = {
  date: new Intl.DateTimeFormat('de', { timeZone: 'UTC' }).format(new Date(0)),
  number: (1234567.891).toLocaleString('de-DE'),
  order: 'ä'.localeCompare('z', 'de') < 0,
  normal: 'A\u030A'.normalize('NFC') === '\u00C5',
  temporal: Temporal.PlainDate.from('2026-11-21').add({ months: 1 }).toString(),
  wasm: WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
};
"#;

fn main() {
    mmk_runtime::init_platform();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let engine = |check_timeout| {
        V8Engine::new(EngineOptions {
            driver: runtime.handle().clone(),
            observer: Arc::new(Deaf),
            permissions: Arc::new(Permissions::new(folder.path())),
            max_memory: 256 * 1024 * 1024,
            check_timeout,
            driver_compat: None,
            document_options: serde_json::Map::new(),
            prefetch: true,
            models: mmk_runtime::ModelSources::default(),
            startup: None,
            environment: Arc::default(),
            collections: Arc::default(),
            arguments: Vec::new(),
        })
    };
    runtime.block_on(whole(&engine(Duration::from_secs(120)), folder.path()));
    runtime.block_on(stoppable(&engine(Duration::from_secs(1)), folder.path()));
    println!("v8: Intl, Temporal, normalize, WebAssembly and termination work");
}

async fn whole(engine: &V8Engine, folder: &Path) {
    let file = folder.join("facts.js");
    std::fs::write(&file, FACTS).expect("the folder is writable");
    let facts = engine.load_config(&file).await.expect("the file loads");
    assert_eq!(
        facts,
        json!({
            "date": "1.1.1970",
            "number": "1.234.567,891",
            "order": true,
            "normal": true,
            "temporal": "2026-12-21",
            "wasm": true,
        })
    );
}

async fn stoppable(engine: &V8Engine, folder: &Path) {
    let file = folder.join("endless.js");
    std::fs::write(&file, "while (true) {}").expect("the folder is writable");
    let verdicts = engine.check(&[&file]).await;
    let error = verdicts[0]
        .as_ref()
        .expect_err("an endless loop is no migration");
    assert!(
        matches!(error.kind, ScriptErrorKind::Stopped(_)),
        "{error:?}"
    );
}
