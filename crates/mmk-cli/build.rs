//! Puts the functions that runs use side by side in a release binary (docs/profiling.md, "The order of functions"). They are a fifth of all;
//! scattered, they would bring most pages of the binary into memory.

use std::env;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use flate2::read::GzDecoder;

/// The functions' names as the linker knows them, one in a line; written by bench/function_order.py. A name that doesn't exist any more does
/// no harm.
const ORDER: &str = "function-order.txt.gz";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={ORDER}");
    println!("cargo::rerun-if-env-changed=MMK_LINK_MAP");
    if let Ok(map) = env::var("MMK_LINK_MAP") {
        link_with(&[format!("-Wl,-Map={map}"), "-Wl,--no-demangle".to_owned()]);
    }
    if variable("PROFILE") != "release" {
        return Ok(());
    }
    let folder = PathBuf::from(variable("OUT_DIR"));
    let order = folder.join("function-order.txt");
    io::copy(
        &mut GzDecoder::new(File::open(ORDER)?),
        &mut File::create(&order)?,
    )?;
    let arguments = [
        format!("-Wl,--symbol-ordering-file={}", order.display()),
        "-Wl,--no-warn-symbol-ordering".to_owned(),
    ];
    if are_understood(&arguments, &folder)? {
        link_with(&arguments);
    }
    Ok(())
}

fn link_with(arguments: &[String]) {
    for argument in arguments {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}

/// Whether the linker that will be used takes these arguments, found out by linking an empty program. LLVM's does, which Rust brings along
/// for Linux on x86-64; others would end the build.
fn are_understood(arguments: &[String], folder: &Path) -> io::Result<bool> {
    let source = folder.join("empty.rs");
    std::fs::write(&source, "fn main() {}")?;
    let mut command = Command::new(variable("RUSTC"));
    command
        .arg(&source)
        .arg("-o")
        .arg(folder.join("empty"))
        .args(["--target", &variable("TARGET")])
        .args(variable("CARGO_ENCODED_RUSTFLAGS").split_terminator('\x1f'));
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        command.args(["-C", &format!("linker={linker}")]);
    }
    for argument in arguments {
        command.args(["-C", &format!("link-arg={argument}")]);
    }
    Ok(command.output()?.status.success())
}

/// A variable that Cargo sets for build scripts.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}
