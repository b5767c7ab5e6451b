//! Scripts that try to get out: at files beside the project, at the host's own functions, at what was not allowed. Whatever they
//! try, the secret outside stays unread and nothing is written there.

use crate::support::Output;
use crate::support::Project;

/// The content of a file that no script may read.
const SECRET: &str = "outsidemarkerword";

/// A project inside a folder that also holds a secret; scripts get the secret's path as `OUTSIDE`.
struct Guarded {
    project: Project,
    around: tempfile::TempDir,
}

impl Guarded {
    fn new() -> Self {
        let around = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::write(
            around.path().join("secret.json"),
            format!("{{\"is\":\"{SECRET}\"}}"),
        )
        .expect("the folder is writable");
        let project = Project::new();
        project.file("package.json", "{}");
        Self { project, around }
    }

    fn run(&self, body: &str) -> Output {
        let script = format!(
            "const OUTSIDE = {:?};\nconst REPORT = [];\n\
             const attempt = async (name, work) => {{ try {{ REPORT.push([name, String(await work())]); }} catch (error) {{ REPORT.push([name, 'refused', error.code ?? error.name]); }} }};\n\
             {body}",
            self.secret()
        );
        self.project.file("attack.js", &script);
        let output = self.project.run(&["run", "attack.js"]);
        assert!(
            !output.stdout.contains(SECRET) && !output.stderr.contains(SECRET),
            "the secret got out:\n{}\n{}",
            output.stdout,
            output.stderr
        );
        let beside: Vec<_> = std::fs::read_dir(self.around.path())
            .expect("it is there")
            .filter_map(Result::ok)
            .map(|entry| entry.file_name())
            .collect();
        assert_eq!(beside, ["secret.json"], "something was written outside");
        let content = std::fs::read_to_string(self.secret()).expect("it is there");
        assert!(content.contains(SECRET), "the secret was changed");
        output
    }

    fn secret(&self) -> std::path::PathBuf {
        self.around.path().join("secret.json")
    }
}

/// Asserts that every attempt of the report was refused, and that there were some.
#[track_caller]
fn all_refused(output: Output) {
    let output = output.exits(0);
    let report: Vec<Vec<String>> = serde_json::from_str(
        output.stdout.lines().last().unwrap_or_default(),
    )
    .unwrap_or_else(|error| panic!("no report ({error}):\n{}{}", output.stdout, output.stderr));
    let through: Vec<_> = report
        .iter()
        .filter(|attempt| attempt[1] != "refused")
        .collect();
    assert!(report.len() > 5, "too little was tried: {report:?}");
    assert!(through.is_empty(), "these went through: {through:#?}");
    println!("{} attempts refused", report.len());
}

#[test]
fn no_path_leads_to_a_file_outside() {
    let guarded = Guarded::new();
    all_refused(guarded.run(
        r"
        const fs = require('fs'), path = require('path'), Module = require('module');
        const up = path.relative(process.cwd(), OUTSIDE);
        const bytes = Buffer.from(new SharedArrayBuffer(OUTSIDE.length)); bytes.write(OUTSIDE);
        fs.mkdirSync('deep/er/node_modules', { recursive: true });
        fs.writeFileSync('own.json', '{}');
        (async () => {
          const ways = [OUTSIDE, up, './' + up, 'deep/../' + up, 'missing/../' + up, '/proc/self/root' + OUTSIDE, '/proc/self/cwd/' + up,
            '/dev/null/../..' + OUTSIDE, Buffer.from(OUTSIDE), bytes, new URL('file://' + OUTSIDE), 'deep/er/node_modules/../../../' + up];
          for (const way of ways) {
            await attempt('read ' + way, () => fs.readFileSync(way));
            await attempt('promise ' + way, () => fs.promises.readFile(way));
            await attempt('open ' + way, () => fs.openSync(way, 'r'));
            await attempt('append ' + way, () => fs.appendFileSync(way, 'x'));
            await attempt('copy ' + way, () => fs.copyFileSync(way, 'copy'));
            await attempt('stat ' + way, () => fs.statSync(way).size);
            await attempt('link ' + way, () => fs.linkSync(way, 'hard'));
            await attempt('rename ' + way, () => fs.renameSync(way, 'moved'));
            await attempt('truncate ' + way, () => fs.truncateSync(way, 0));
            await attempt('unlink ' + way, () => fs.unlinkSync(way));
            await attempt('rm ' + way, () => fs.rmSync(way));
            await attempt('chmod ' + way, () => fs.chmodSync(way, 0o777));
          }
          await attempt('stream', () => new Promise((ok, no) => fs.createReadStream(OUTSIDE).on('data', ok).on('error', no)));
          await attempt('symlink', () => fs.symlinkSync(OUTSIDE, 'door'));
          await attempt('symlink to folder', () => fs.symlinkSync(path.dirname(OUTSIDE), 'door'));
          await attempt('out', () => fs.renameSync('own.json', path.dirname(OUTSIDE) + '/new'));
          await attempt('write beside', () => fs.writeFileSync(path.dirname(OUTSIDE) + '/new', 'x'));
          await attempt('mkdir beside', () => fs.mkdirSync(path.dirname(OUTSIDE) + '/new'));
          await attempt('mkdtemp beside', () => fs.mkdtempSync(path.dirname(OUTSIDE) + '/new'));
          await attempt('opendir', () => fs.readdirSync(path.dirname(OUTSIDE)));
          await attempt('require', () => require(OUTSIDE));
          await attempt('import', () => import(OUTSIDE, { with: { type: 'json' } }));
          for (const extension of ['.js', '.json']) {
            for (const way of [OUTSIDE, path.resolve('deep/er/node_modules') + '/../../../' + up]) {
              await attempt('extension ' + extension, () => { const made = new Module(way); Module._extensions[extension](made, way); return JSON.stringify(made.exports); });
            }
          }
          await attempt('load', () => new Module('x').load(OUTSIDE));
          for (const file of ['environ', 'mem', 'maps', 'cmdline', 'task/self/environ']) {
            await attempt(file, () => fs.readFileSync('/proc/self/' + file));
          }
          console.log(JSON.stringify(REPORT));
        })();",
    ));
}

#[test]
fn links_that_are_moved_lead_nowhere() {
    let guarded = Guarded::new();
    // Made deep inside, where its target lies in the project, then moved up, where it points out.
    all_refused(guarded.run(
        r"
        const fs = require('fs'), path = require('path');
        const depth = process.cwd().split('/').length - 1;
        const deep = Array(depth + 2).fill('d').join('/');
        fs.mkdirSync(deep, { recursive: true });
        const target = '../'.repeat(depth) + OUTSIDE.slice(1);
        fs.mkdirSync(path.dirname(path.resolve(deep, target)), { recursive: true });
        fs.writeFileSync(path.resolve(deep, target), '{}');
        fs.symlinkSync(target, deep + '/link.json');
        fs.renameSync(deep + '/link.json', 'link.json');
        fs.mkdirSync('node_modules/evil', { recursive: true });
        fs.symlinkSync(target, deep + '/index.json');
        fs.renameSync(deep + '/index.json', 'node_modules/index.json');
        (async () => {
          await attempt('read', () => fs.readFileSync('link.json'));
          await attempt('promise', () => fs.promises.readFile('link.json'));
          await attempt('write', () => fs.writeFileSync('link.json', 'x'));
          await attempt('truncate', () => fs.truncateSync('link.json'));
          await attempt('copy', () => fs.copyFileSync('link.json', 'copy.json'));
          await attempt('require', () => JSON.stringify(require('./link.json')));
          await attempt('package', () => JSON.stringify(require('./node_modules/index.json')));
          await attempt('hard link', () => { fs.linkSync('link.json', 'hard.json'); return fs.readFileSync('hard.json'); });
          console.log(JSON.stringify(REPORT));
        })();",
    ));
}

#[test]
fn a_path_that_changes_between_the_judgement_and_the_use_is_not_followed() {
    let guarded = Guarded::new();
    let project = guarded.project.path();
    std::fs::create_dir(project.join("flip")).expect("the folder is writable");
    std::fs::write(project.join("flip/secret.json"), "{}").expect("the folder is writable");
    std::os::unix::fs::symlink(guarded.around.path(), project.join("door"))
        .expect("the folder is writable");
    // The user's own link leads out; the script swaps it with a folder while other threads read.
    let output = guarded
        .run(
            r"
            const fs = require('fs');
            (async () => {
              // On a busy machine it takes longer until anything was refused.
              const [soon, late] = [Date.now() + 1500, Date.now() + 60000];
              let reads = 0, refused = 0;
              const goesOn = () => Date.now() < soon || (Date.now() < late && (reads <= 10 || refused === 0));
              const read = async () => { while (goesOn()) { try { reads++; const text = await fs.promises.readFile('flip/secret.json', 'utf8'); if (text !== '{}') console.log(text); } catch { refused++; } } };
              const write = async () => { while (goesOn()) { try { await fs.promises.appendFile('flip/secret.json', ''); await fs.promises.copyFile('flip/secret.json', 'copied'); if (fs.readFileSync('copied', 'utf8') !== '{}') console.log(fs.readFileSync('copied', 'utf8')); } catch { refused++; } } };
              const swap = async () => { while (goesOn()) { try { await fs.promises.rename('flip', 'kept'); await fs.promises.rename('door', 'flip'); await fs.promises.rename('flip', 'door'); await fs.promises.rename('kept', 'flip'); } catch (error) { console.log(error.message); return; } } };
              await Promise.all([read(), read(), write(), swap()]);
              console.log(JSON.stringify({ reads, refused }));
            })();",
        )
        .exits(0);
    let figures: serde_json::Value =
        serde_json::from_str(output.stdout.lines().last().unwrap_or_default()).expect("figures");
    println!("read while the path changed: {figures}");
    assert!(figures["reads"].as_u64() > Some(10), "{figures}");
    assert!(figures["refused"].as_u64() > Some(0), "{figures}");
}

#[test]
fn no_door_leads_to_the_hosts_own_scripts() {
    let guarded = Guarded::new();
    all_refused(guarded.run(
        r#"
        const Module = require('module');
        const known = (text) => { if (text === 'undefined') throw new Error('nothing there'); return text; };
        (async () => {
          for (const specifier of ['ext:mmk/start.js', 'ext:mmk/host.js', 'ext:core/ops', 'ext:core/mod.js', 'ext:deno_web/00_infra.js', 'checkin:x', 'mmk:host', 'builtin:fs',
              'node:internal/bootstrap/realm', 'internal/bootstrap', 'blob:x', 'http://127.0.0.1/x.js', 'node:fs/../x', 'file:///proc/self/environ']) {
            await attempt('import ' + specifier, () => import(specifier));
            await attempt('require ' + specifier, () => require(specifier));
            await attempt('eval ' + specifier, () => (0, eval)(`import(${JSON.stringify(specifier)})\n//# sourceURL=ext:core/x.js`));
            await attempt('compile ' + specifier, () => { const made = new Module('ext:core/x.js'); made._compile(`module.exports = import(${JSON.stringify(specifier)})`, 'ext:core/x.js'); return made.exports; });
          }
          for (const name of ['ext:core/x.js', 'mmk-builtin:fs', 'mmk-modules:host']) {
            await attempt('own modules from ' + name, () => { const made = new Module(name); made._compile(`module.exports = import('mmk-modules:host', { with: { type: 'mmk-modules' } })`, name); return made.exports; });
            await attempt('own modules by eval from ' + name, () => (0, eval)(`import('mmk-modules:host', { with: { type: 'mmk-modules' } })\n//# sourceURL=${name}`));
          }
          for (const name of ['Deno', '__bootstrap', 'ops', 'core', 'primordials']) {
            await attempt(name, () => known((0, eval)('typeof ' + name)));
            await attempt(name + ' by Function', () => known((async () => {}).constructor.constructor('return typeof ' + name)()));
          }
          await attempt('binding', () => process.binding('fs'));
          await attempt('linked binding', () => process._linkedBinding('fs'));
          await attempt('dlopen', () => process.dlopen({ exports: {} }, '/lib/x86_64-linux-gnu/libc.so.6'));
          await attempt('worker', () => new (require('worker_threads').Worker)('x'));
          Error.prepareStackTrace = (_error, frames) => frames;
          const frames = [];
          const here = () => frames.push(...new Error('here').stack);
          require('util').inspect({ get a() { here(); return 1; } }, { getters: true });
          Buffer.from({ get length() { here(); return 1; }, 0: 1 });
          [3, 1].sort(() => { here(); return 0; });
          JSON.stringify({ toJSON() { here(); return 1; } });
          await Promise.resolve({ then(resolve) { here(); resolve(); } });
          process.nextTick(here); setTimeout(here, 0); setImmediate(here);
          await new Promise((resolve) => setTimeout(resolve, 20));
          Error.prepareStackTrace = undefined;
          const theirs = frames.filter((frame) => /^ext:/.test(frame.getFileName() ?? ''));
          if (theirs.length === 0) REPORT.push(['no frame of the host was seen', 'at all']);
          await attempt('functions of the host in call sites', () => known(theirs.some((frame) => frame.getFunction() || frame.getThis()) ? 'some' : 'undefined'));
          console.log(JSON.stringify(REPORT));
        })();"#,
    ));
}

#[test]
fn overridden_builtins_skip_no_check() {
    let guarded = Guarded::new();
    let output = guarded.run(include_str!("escape_hijack.js")).exits(0);
    let line = output.stdout.lines().last().unwrap_or_default();
    println!("{line}");
    let figures: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| {
        panic!("no figures ({error}):\n{}{}", output.stdout, output.stderr)
    });
    assert!(figures["caught"].as_u64() > Some(100), "{figures}");
    assert!(figures["called"].as_u64() > Some(5), "{figures}");
    assert_eq!(figures["through"], serde_json::json!([]), "{figures}");
}

#[test]
fn what_is_judged_is_what_is_used_also_when_it_changes_meanwhile() {
    let guarded = Guarded::new();
    all_refused(guarded.run(include_str!("escape_changing.js")));
}

#[test]
fn what_is_caught_of_the_host_is_not_the_engines() {
    let guarded = Guarded::new();
    let output = guarded.run(include_str!("escape_hijack.js")).exits(0);
    let line = output.stdout.lines().last().unwrap_or_default();
    let figures: serde_json::Value = serde_json::from_str(line).expect("figures");
    assert_eq!(figures["foreign"], serde_json::json!([]), "{figures}");
}

#[test]
fn what_stands_in_the_cache_of_modules_changes_nothing_for_the_host() {
    let project = Project::new();
    project.migration(
        "1-first.js",
        "require.cache[__filename].exports = { up() { throw new Error('replaced'); } };
         for (const name of Object.keys(require.cache)) require.cache[name].loaded = false;
         delete require.cache[__filename];
         module.exports = { up: (db) => db.collection('a').insertOne({ _id: 1 }), down() {} };",
    );
    project.migration(
        "2-second.js",
        "const path = require('path'); module.exports = { up: (db) => db.collection('a').insertOne({ _id: path.basename('/x/2') }), down() {} };",
    );
    project.run(&["up"]).exits(0);
    assert_eq!(project.documents("a").len(), 2);
}
