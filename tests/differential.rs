//! The same calls with npm's driver under Node and with ours inside the host, on the same server: values, errors, data and the commands
//! that the server saw must be alike.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::interop::install_packages;
use crate::interop::node_tools;
use crate::js_runtime::installed;
use crate::support::own_server;

fn js_runtime(path: &str) -> PathBuf {
    installed().join(path)
}

/// The folder with all majors of npm `mongodb`: `3/node_modules/mongodb` and so on.
pub(crate) fn driver_majors() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = install_packages("majors");
        for major in 3..=7 {
            let modules = folder.join(format!("{major}/node_modules"));
            std::fs::create_dir_all(&modules).expect("the build folder is writable");
            let link = modules.join("mongodb");
            if !link.exists() {
                std::os::unix::fs::symlink(
                    folder.join(format!("node_modules/mongodb-{major}")),
                    link,
                )
                .expect("the build folder is writable");
            }
        }
        folder
    })
}

/// Runs a script under Node and inside the host and returns what each printed.
fn both(
    script: &Path,
    node_arguments: &[&str],
    host_arguments: &[&str],
    major: u32,
) -> (String, String) {
    let print = |mut command: Command| {
        let output = command.output().expect("the program starts");
        assert!(
            output.status.success(),
            "{command:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let mut node = Command::new("node");
    node.arg(script).args(node_arguments);
    let mut host = Command::new(env!("CARGO_BIN_EXE_mmk-js"));
    host.args(["run", "--allow-read", "--allow-write"])
        .arg(script)
        .args(host_arguments)
        .env("MMK_DRIVER_COMPAT", major.to_string());
    (print(node), print(host))
}

#[test]
fn scripts_see_the_node_driver() {
    let server = own_server();
    let uri = server.uri();
    let tools = node_tools().join("node_modules");
    let tools = tools.to_str().expect("a path in UTF-8");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let target = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (expected, actual) = (target("expected.json"), target("actual.json"));
    both(
        &js_runtime("test/driver/play.mjs"),
        &[&uri, tools, &expected],
        &[&uri, tools, &actual],
        7,
    );
    let compared = Command::new("node")
        .arg(js_runtime("test/driver/compare.mjs"))
        .args([expected, actual])
        .output()
        .expect("node runs");
    let report = String::from_utf8_lossy(&compared.stdout);
    println!("{}", report.lines().last().unwrap_or_default());
    assert!(compared.status.success(), "{report}");
}

#[test]
fn scripts_of_older_majors_see_their_driver() {
    let server = own_server();
    let uri = server.uri();
    let probe = js_runtime("spec-runner/majors/run-probe.mjs");
    let known = js_runtime("spec-runner/majors/known_differences.mjs");
    for major in [4, 6] {
        let driver = driver_majors().join(format!("{major}/node_modules/mongodb"));
        let (node, host) = both(
            &probe,
            &[
                "--uri",
                &uri,
                "--driver",
                driver.to_str().expect("a path in UTF-8"),
            ],
            &[
                "--uri",
                &uri,
                "--driver",
                "mongodb",
                "--major",
                &major.to_string(),
            ],
            major,
        );
        let known = known_differences(&known, major);
        let outcomes = |text: &str| -> Vec<String> {
            // The bundler renames a class that mentions itself; V8 tells that name where `new` is missing.
            text.replace("<ObjectID>", "<ObjectId>")
                .replace("Class constructor _", "Class constructor ")
                .lines()
                .filter(|line| {
                    let name = line.split(": ").next().unwrap_or_default();
                    !known.iter().any(|known| known == name)
                })
                .map(str::to_owned)
                .collect()
        };
        let (node, host) = (outcomes(&node), outcomes(&host));
        let differing: Vec<_> = node
            .iter()
            .zip(&host)
            .filter(|(node, host)| node != host)
            .collect();
        assert!(differing.is_empty(), "major {major}: {differing:#?}");
        assert_eq!(node.len(), host.len(), "major {major}");
        println!("major {major}: {} probes alike", node.len());
    }
}

/// Names of probes that differ from that major and are documented to.
fn known_differences(file: &Path, major: u32) -> Vec<String> {
    let code = format!(
        "import({:?}).then(({{ KNOWN_DIFFERENCES }}) => console.log(JSON.stringify(Object.keys(KNOWN_DIFFERENCES['{major}']))))",
        file.to_str().expect("a path in UTF-8")
    );
    let output = Command::new("node")
        .args(["-e", &code])
        .output()
        .expect("node runs");
    serde_json::from_slice(&output.stdout).expect("a list of names")
}
