//! What isolates start from: V8's heap after the host script was evaluated, taken once, when mmk-js is built
//! (docs/decisions/0009-startup-snapshot.md). Without it each isolate evaluates everything anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use deno_core::ExtensionFileSource;
use deno_core::JsRuntime;
use deno_core::scope;
use deno_core::snapshot::CreateSnapshotOptions;
use deno_core::snapshot::create_snapshot;
use deno_core::v8;
use deno_core::wrap_lazy_ext_script;

use crate::extension::Scripts;
use crate::extension::extensions;
use crate::isolate::evaluate_host;
use crate::loader::BuiltinNames;
use crate::loader::Loader;
use crate::loader::Modules;

/// A snapshot, and the scripts that belong to it.
#[derive(Debug, Clone, Copy)]
pub struct Startup {
    pub snapshot: &'static [u8],
    /// Scripts that the snapshot lacks because few migrations need them: specifier and text, sorted by specifier.
    pub scripts: &'static [(&'static str, &'static str)],
}

/// What [`create_startup`] made, to be stored and handed back as a [`Startup`].
#[derive(Debug)]
pub struct CreatedStartup {
    pub snapshot: Box<[u8]>,
    pub scripts: Vec<(String, String)>,
    /// Files that went into it.
    pub sources: Vec<std::path::PathBuf>,
}

/// Evaluates the host script and takes the snapshot. Changes V8's flags for good, so a process that calls it can run no
/// migrations.
///
/// # Errors
/// Tells what V8 or the file system refused.
pub fn create_startup() -> Result<CreatedStartup, String> {
    let modules = Modules::new(BuiltinNames::standard(), Arc::new(|_| Ok(())));
    let mut scripts = Vec::new();
    let mut sources = Vec::new();
    for extension in extensions(Loader::new(modules.clone()), Scripts::OfExtensions) {
        for file in &*extension.lazy_loaded_js_files {
            scripts.push((file.specifier.to_owned(), text_of(file)?));
        }
    }
    let made = create_snapshot(
        CreateSnapshotOptions {
            cargo_manifest_dir: env!("CARGO_MANIFEST_DIR"),
            startup_snapshot: None,
            skip_op_registration: false,
            extensions: extensions(Loader::new(modules), Scripts::OfExtensions),
            extension_transpiler: None,
            with_runtime_cb: Some(Box::new(|runtime| {
                if let Err(error) = evaluate_host(runtime)
                    .map_err(|error| error.to_string())
                    .and_then(|host| warm_up(runtime, &host))
                {
                    panic!("the host script can't be made ready: {error}");
                }
            })),
        },
        None,
    )
    .map_err(|error| error.to_string())?;
    sources.extend(made.files_loaded_during_snapshot);
    let in_snapshot: BTreeSet<String> = made.consumed_lazy_specifiers.into_iter().collect();
    scripts.retain(|(specifier, _)| !in_snapshot.contains(specifier));
    scripts.sort();
    Ok(CreatedStartup {
        snapshot: made.output,
        scripts,
        sources,
    })
}

/// Lets the host script call what migrations usually call, so that the snapshot holds it compiled (js-runtime/src/host/warm_up.js).
fn warm_up(runtime: &mut JsRuntime, host: &v8::Global<v8::Value>) -> Result<(), String> {
    scope!(scope, runtime);
    let host = v8::Local::new(scope, host);
    let promise = host
        .to_object(scope)
        .zip(v8::String::new(scope, "warmUp"))
        .and_then(|(host, name)| host.get(scope, name.into()))
        .and_then(|function| v8::Local::<v8::Function>::try_from(function).ok())
        .and_then(|function| function.call(scope, host, &[]))
        .and_then(|promise| v8::Local::<v8::Promise>::try_from(promise).ok())
        .ok_or("the host script has no `warmUp` that gives a promise")?;
    // Nothing in it waits for anything but promises.
    scope.perform_microtask_checkpoint();
    match promise.state() {
        v8::PromiseState::Fulfilled => Ok(()),
        v8::PromiseState::Pending => Err("`warmUp` waits for something outside".to_owned()),
        v8::PromiseState::Rejected => Err(promise.result(scope).to_rust_string_lossy(scope)),
    }
}

fn text_of(file: &ExtensionFileSource) -> Result<String, String> {
    let text = file
        .load()
        .map_err(|error| format!("{}: {error}", file.specifier))?;
    let text: &str = text.as_ref();
    if !text.is_ascii() {
        return Err(format!("{} is not ASCII", file.specifier));
    }
    Ok(wrap_lazy_ext_script(text))
}
