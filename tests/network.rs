//! The network of scripts: the modules answer as under Node, nothing is reached without permission whatever it is called, and nothing
//! that is left open holds a run.

use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::interop::install_packages;
use crate::support::Project;
use crate::support::finish;

fn cases() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../js-runtime/test/network"
    ))
}

fn scripts() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/network"))
}

/// Node's server of the cases; it ends with its stdin.
struct Server {
    process: Child,
    ports: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new("node")
            .arg(cases().join("server.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is needed to build, so it is there");
        let mut ports = String::new();
        let output = process.stdout.as_mut().expect("it is piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut ports)
            .expect("the server tells its ports");
        Self { process, ports }
    }

    fn port(&self, name: &str) -> u64 {
        let ports: Value = serde_json::from_str(&self.ports).expect("JSON");
        ports[name].as_u64().expect("a port")
    }

    /// How often a path was asked for.
    fn count(&self, path: &str) -> String {
        let url = format!("http://127.0.0.1:{}/count?{path}", self.port("http"));
        let script = format!("fetch('{url}').then((answer) => answer.text()).then(console.log)");
        let output = Command::new("node").args(["-e", &script]).output();
        let output = output.expect("node runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Runs a script that writes JSON to the file it is given, and reads that.
fn answers(mut command: Command, script: &Path, folder: &Path, target: &str) -> Value {
    let target = folder.join(target);
    command.arg(script).arg(&target).current_dir(folder);
    let output = finish(command);
    assert!(
        output.status.success(),
        "{}{}",
        output.stdout,
        output.stderr
    );
    let text = std::fs::read(&target).expect("the script wrote its answers");
    serde_json::from_slice(&text).expect("JSON")
}

/// The same script under Node and inside the host.
fn both(server: &Server, script: &Path, folder: &Path) -> (Value, Value) {
    let mut node = Command::new("node");
    node.env("MMK_TEST_PORTS", &server.ports)
        .env("NODE_NO_WARNINGS", "1");
    let mut host = Command::new(env!("CARGO_BIN_EXE_mmk-js"));
    host.args(["run", "--allow-net", "--allow-read", "--allow-write"])
        .env("MMK_TEST_PORTS", &server.ports);
    (
        answers(node, script, folder, "node.json"),
        answers(host, script, folder, "host.json"),
    )
}

fn differences(place: &str, node: &Value, host: &Value) -> Vec<String> {
    let labels = node.as_object().expect("an object of labels");
    labels
        .iter()
        .filter(|(label, answer)| host[label.as_str()] != **answer)
        .map(|(label, answer)| {
            format!(
                "{place}{label}\n  node: {answer}\n  ours: {}",
                host[label.as_str()]
            )
        })
        .collect()
}

#[test]
fn the_network_modules_answer_as_under_node() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for source in [cases(), cases().join("../node/cases")] {
        for entry in std::fs::read_dir(source).expect("the cases are there") {
            let entry = entry.expect("readable");
            let target = folder.path().join(entry.file_name());
            if entry.path().is_file() && !target.exists() {
                std::fs::copy(entry.path(), target).expect("the folder is writable");
            }
        }
    }
    let main = folder.path().join("main.cjs");
    let text = "require('./run-all.cjs')().then((all) => {\n  require('fs').writeFileSync(process.argv[2], JSON.stringify(all));\n  process.exit(0);\n});\n";
    std::fs::write(&main, text).expect("the folder is writable");
    let (node, host) = both(&server, &main, folder.path());
    let mut found = Vec::new();
    for (file, answers) in node.as_object().expect("an object of files") {
        assert!(
            answers.get("failed").is_none(),
            "{file} fails under Node: {answers}"
        );
        found.extend(differences(&format!("{file}: "), answers, &host[file]));
    }
    assert!(
        found.is_empty(),
        "{} answers differ:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn packages_that_send_requests_do_as_under_node() {
    let server = Server::start();
    let folder = install_packages("network");
    let script = folder.join("packages.cjs");
    std::fs::copy(scripts().join("packages.cjs"), &script).expect("the build folder is writable");
    let (node, host) = both(&server, &script, &folder);
    let found = differences("", &node, &host);
    assert!(
        found.is_empty(),
        "{} answers differ:\n{}",
        found.len(),
        found.join("\n")
    );

    // Without the flag the package says which one it needs.
    let text = format!(
        "require('axios').get('http://127.0.0.1:{}/json')",
        server.port("http")
    );
    std::fs::write(folder.join("refused.cjs"), text).expect("the build folder is writable");
    let mut host = Command::new(env!("CARGO_BIN_EXE_mmk-js"));
    host.args(["run", "refused.cjs"]).current_dir(&folder);
    finish(host).exits(1).says("--allow-net=127.0.0.1");
}

#[test]
fn no_spelling_and_no_detour_leads_to_a_server_that_is_not_allowed() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let escapes = |flag: &str| -> Value {
        let mut host = Command::new(env!("CARGO_BIN_EXE_mmk-js"));
        host.arg("run")
            .args(Some(flag).filter(|flag| !flag.is_empty()))
            .arg(scripts().join("escapes.cjs"))
            .current_dir(folder.path())
            .env("MMK_TEST_PORTS", &server.ports)
            .env("HTTP_PROXY", "http://localhost:1")
            .env("http_proxy", "http://localhost:1");
        serde_json::from_str(&finish(host).exits(0).stdout).expect("JSON")
    };
    let allowed = format!(
        "--allow-net=127.0.0.1:{},allowed.example",
        server.port("http")
    );
    let some = escapes(&allowed);
    let open = [
        "plain",
        "fetch",
        "mapped to six",
        "one number in a url",
        "short in a url",
        "a lookup to what is allowed",
        // Who may use a proxy may go where the proxy leads.
        "through the allowed server",
    ];
    let mut wrong = Vec::new();
    for (way, outcome) in some.as_object().expect("an object") {
        let outcome = outcome.as_str().unwrap_or_default();
        let right = if open.contains(&way.as_str()) {
            outcome.starts_with("open: ")
        } else if way == "a file" {
            outcome.starts_with("ERR_METHOD_NOT_IMPLEMENTED")
        } else {
            outcome.starts_with("ERR_ACCESS_DENIED --allow-net=")
        };
        if !right {
            wrong.push(format!("{way}: {outcome}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names = |way: &str| some[way].as_str().unwrap_or_default().to_owned();
    assert_eq!(names("redirect"), "ERR_ACCESS_DENIED --allow-net=localhost");
    assert_eq!(names("short"), "ERR_ACCESS_DENIED --allow-net=127.1");
    assert_eq!(names("six"), "ERR_ACCESS_DENIED --allow-net=[::1]");
    assert_eq!(
        names("a lookup for an allowed name"),
        "ERR_ACCESS_DENIED --allow-net=127.0.0.3"
    );

    for (way, outcome) in escapes("").as_object().expect("an object") {
        assert!(
            !outcome.as_str().unwrap_or_default().starts_with("open"),
            "{way}: {outcome}"
        );
    }
}

#[test]
fn a_hidden_variable_is_not_seen_in_any_way() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let seen = |flags: &[&str]| -> Value {
        let mut host = Command::new(env!("CARGO_BIN_EXE_mmk-js"));
        host.args(["run", "--allow-read"])
            .args(flags)
            .arg(scripts().join("environment.cjs"))
            .current_dir(folder.path())
            .env("SECRET_WORD", "hidden-value")
            .env("OTHER_WORD", "other");
        serde_json::from_str(&finish(host).exits(0).stdout).expect("JSON")
    };
    assert_eq!(seen(&[])["read"], "seen");
    for (flags, other) in [
        (["--deny-env=SECRET_WORD"], "other"),
        (["--allow-env=PATH,OTHER_WORD"], "other"),
        (["--deny-env"], "missing"),
        (["--allow-env=PATH"], "missing"),
    ] {
        let answers = seen(&flags);
        assert_eq!(answers["other"], other, "{flags:?}");
        for (way, outcome) in answers.as_object().expect("an object") {
            assert!(outcome != "seen", "{flags:?}: {way}");
        }
        assert_eq!(answers["own file"], "ERR_ACCESS_DENIED", "{flags:?}");
    }
}

#[test]
fn a_program_lives_as_long_as_its_server_and_its_requests() {
    let project = Project::new();
    project.file(
        "serve.cjs",
        r"const http = require('http');
const server = http.createServer((req, res) => res.end('answer'));
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  setTimeout(() => http.get({ port, host: '127.0.0.1' }, (res) => res.on('data', (data) => console.log(`got ${data}`)).on('end', () => {
    server.close(() => console.log('closed'));
    setTimeout(() => server.closeAllConnections(), 50);
  })), 20);
});
process.on('exit', (code) => console.log(`exit ${code}`));
",
    );
    let output = project.run(&["run", "--allow-net=127.0.0.1", "serve.cjs"]);
    assert_eq!(output.exits(0).stdout, "got answer\nclosed\nexit 0\n");

    // A connection that is only kept for later holds nothing.
    let server = Server::start();
    let url = format!("http://127.0.0.1:{}/json", server.port("http"));
    let text = format!(
        "require('http').get('{url}', (res) => res.resume().on('end', () => console.log('done')));\nfetch('{url}').then((res) => res.text()).then(() => console.log('fetched'));\n"
    );
    project.file("get.cjs", &text);
    project
        .run(&["run", "--allow-net=127.0.0.1", "get.cjs"])
        .exits(0)
        .says("done")
        .says("fetched");
}

#[test]
fn a_migration_uses_the_network_and_is_not_held_by_it() {
    let server = Server::start();
    let url = format!("http://127.0.0.1:{}", server.port("http"));
    let project = Project::new();
    let setup = format!(
        "await db.collection('items').insertMany((await (await fetch('{url}/json')).json()).items.map((_id) => ({{ _id }})));
    require('net').connect({}, '127.0.0.1');
    require('http').createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => require('http').get('{url}/json', {{ agent: new (require('http').Agent)({{ keepAlive: true }}) }}, (res) => res.resume().on('end', resolve)));",
        server.port("echo")
    );
    project.script("1-items.js", &setup, "");
    project.run(&["up"]).exits(1).says("--allow-net=127.0.0.1");
    assert_eq!(project.documents("items").len(), 0);
    project.run(&["up", "--allow-net=127.0.0.1"]).exits(0);
    assert_eq!(project.documents("items").len(), 3);

    // The config file says the same, in its section or by key.
    project.file(
        "mmk.config.json",
        r#"{ "permissions": { "net": ["127.0.0.1"] } }"#,
    );
    project.script(
        "2-forgotten.js",
        &format!("fetch('{url}/echo?token=secret', {{ method: 'POST', body: 'x' }});"),
        "",
    );
    let output = project.run(&["up"]).exits(0);
    let told = format!("{}{}", output.stdout, output.stderr);
    assert!(
        told.contains("a network request was still running when the function returned"),
        "{told}"
    );
    assert!(!told.contains("token=secret"), "{told}");

    // A server that never answers ends with the time-out.
    project.script("3-hangs.js", &format!("await fetch('{url}/never');"), "");
    let begun = Instant::now();
    project
        .run(&["up", "--timeout", "500ms"])
        .exits(1)
        .says("500 ms");
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn files_that_are_only_checked_reach_no_server() {
    let server = Server::start();
    let project = Project::new();
    let url = format!("http://127.0.0.1:{}/counted", server.port("http"));
    project.migration(
        "1-top.mjs",
        &format!("const answer = await (await fetch('{url}')).text();\nexport const up = async ({{ db }}) => {{ await db.collection('top').insertOne({{ answer }}); }};\nexport const down = async () => {{}};\n"),
    );
    project.file(
        "mmk.config.json",
        r#"{ "allowNet": true, "fileExtensions": [".mjs"] }"#,
    );
    project.run(&["dry-run", "up"]).exits(0);
    assert_eq!(server.count("/counted"), "0");
    project.run(&["up"]).exits(0);
    assert_eq!(project.documents("top").len(), 1);
    assert_eq!(server.count("/counted"), "1");
}

#[test]
fn hooks_use_the_network_as_their_config_says() {
    let server = Server::start();
    let url = format!("http://127.0.0.1:{}/counted", server.port("http"));
    let project = Project::new();
    project.script("1-a.js", "", "");
    let config = |net: &str| {
        format!(
            "module.exports = {{ permissions: {{ net: {net} }}, hooks: {{ async afterAll() {{ await (await fetch('{url}')).text(); }} }} }};\n"
        )
    };
    project.file("mmk.config.js", &config("['127.0.0.1']"));
    project.run(&["up"]).exits(0);
    assert_eq!(server.count("/counted"), "1");
    project.script("2-b.js", "", "");
    project.file("mmk.config.js", &config("[]"));
    let output = project.run(&["up"]);
    assert!(format!("{}{}", output.stdout, output.stderr).contains("--allow-net=127.0.0.1"));
    assert_eq!(server.count("/counted"), "1");
}
