//! Evaluates the host script of mmk-runtime in V8 and stores the snapshot.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let startup = mmk_runtime::create_startup().unwrap_or_else(|error| fail(&error));
    for source in &startup.sources {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    store(&out.join("snapshot.bin"), &startup.snapshot);
    let mut table = String::from("&[\n");
    for (number, (specifier, text)) in startup.scripts.iter().enumerate() {
        let file = format!("script_{number}.js");
        store(&out.join(&file), text.as_bytes());
        writeln!(
            table,
            "    ({specifier:?}, include_str!(concat!(env!(\"OUT_DIR\"), \"/{file}\"))),"
        )
        .expect("writing to a string can't fail");
    }
    table.push(']');
    store(&out.join("scripts.rs"), table.as_bytes());
}

fn store(path: &std::path::Path, bytes: &[u8]) {
    fs::write(path, bytes)
        .unwrap_or_else(|error| fail(&format!("can't write {}: {error}", path.display())));
}

#[expect(clippy::exit, reason = "a build script ends by its exit code")]
fn fail(message: &str) -> ! {
    println!("cargo::error={}", message.replace('\n', "\ncargo::error="));
    std::process::exit(1)
}
