//! Bundles js-runtime into one script that is part of the binary. Needs npm (and so Node) at build time only; npm packages
//! are installed below `OUT_DIR`, never in the source tree.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let source = manifest
        .join("../../js-runtime")
        .canonicalize()
        .unwrap_or_else(|_| fail("the folder `js-runtime` is missing beside `crates`"));
    for watched in [
        "src",
        "package.json",
        "package-lock.json",
        "build.mjs",
        "bundle-bson.mjs",
        "bundle-inspect.mjs",
        "bundle-synchronous.mjs",
    ] {
        println!("cargo::rerun-if-changed={}", source.join(watched).display());
    }
    println!("cargo::rerun-if-changed=build.rs");

    let packages = out.join("js-runtime");
    install(&source, &packages);
    bundle(&source, &packages, &out.join("host.js"));
}

/// `npm ci` from the lock file, once per state of the lock file.
fn install(source: &Path, packages: &Path) {
    let lock = read(&source.join("package-lock.json"));
    let stamp = packages.join("installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return;
    }
    fs::create_dir_all(packages).unwrap_or_else(|error| fail(&error.to_string()));
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::write(packages.join(name), read(&source.join(name)))
            .unwrap_or_else(|error| fail(&error.to_string()));
    }
    run(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(packages),
        "npm",
    );
    fs::write(stamp, lock).unwrap_or_else(|error| fail(&error.to_string()));
}

fn bundle(source: &Path, packages: &Path, target: &Path) {
    run(
        Command::new("node")
            .arg(source.join("build.mjs"))
            .arg(target)
            .env("NODE_PATH", packages.join("node_modules"))
            .current_dir(source),
        "node",
    );
}

fn run(command: &mut Command, program: &str) {
    match command.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => fail(&format!(
            "`{program}` could not prepare js-runtime:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )),
        Err(_) => fail(&format!(
            "building mmk-js needs `{program}`, which is not on the PATH: install Node.js 20 or newer with npm (at build time only; the binary runs without Node)"
        )),
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| fail(&format!("can't read {}: {error}", path.display())))
}

#[expect(clippy::exit, reason = "a build script ends by its exit code")]
fn fail(message: &str) -> ! {
    println!("cargo::error={}", message.replace('\n', "\ncargo::error="));
    std::process::exit(1)
}
