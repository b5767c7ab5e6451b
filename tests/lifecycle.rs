//! What happens at the edges of a script: work that never ends, handles that stay open, errors thrown elsewhere, standard input and output of a
//! program, and programs it would start.

use std::io::Write;
use std::process::Stdio;

use crate::support::Output;
use crate::support::Project;

#[test]
fn a_promise_that_never_settles_is_told() {
    let project = Project::new();
    project.script("1-waits.js", "await new Promise(() => {});", "");
    project
        .run(&["up"])
        .exits(1)
        .says("a promise that nothing will ever settle");
    assert_eq!(project.applied(), Vec::<String>::new());
}

#[test]
fn open_handles_hold_nobody_up() {
    let project = Project::new();
    project.script(
        "1-handles.js",
        "setInterval(() => {}, 10); setTimeout(() => {}, 3_600_000); process.stdin.on('data', () => {}); require('fs').createWriteStream('log.txt').write('kept'); await db.collection('a').insertOne({ _id: 1 });",
        "",
    );
    project.run(&["up"]).exits(0);
    assert_eq!(project.applied(), ["1-handles.js"]);
    let log = std::fs::read_to_string(project.path().join("log.txt")).expect("it was written");
    assert_eq!(log, "kept");
}

#[test]
fn an_error_thrown_by_a_timer_fails_the_migration() {
    let project = Project::new();
    project.script(
        "1-timer.js",
        "setTimeout(() => { throw new TypeError('from a timer'); }, 1); await new Promise((resolve) => setTimeout(resolve, 5_000));",
        "",
    );
    project.run(&["up"]).exits(1).says("from a timer");
    assert_eq!(project.applied(), Vec::<String>::new());
}

#[test]
fn programs_read_standard_input() {
    let project = Project::new();
    project.file(
        "stream.js",
        "let all = ''; process.stdin.setEncoding('utf8').on('data', (text) => (all += text)).on('end', () => console.log('stream', all.trim()));",
    );
    project.file(
        "whole.js",
        "console.log('whole', require('fs').readFileSync(0, 'utf8').trim());",
    );
    project.file(
        "lines.mjs",
        "import readline from 'node:readline'; for await (const line of readline.createInterface({ input: process.stdin })) console.log('line', line);",
    );
    let give = |script: &str, input: &str| {
        let mut command = project.command(&["run", script]);
        let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(input.as_bytes()).expect("it reads");
        drop(pipe);
        let output = child.wait_with_output().expect("it ends");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(give("stream.js", "a\nb\n"), "stream a\nb\n");
    assert_eq!(give("whole.js", "a\nb\n"), "whole a\nb\n");
    assert_eq!(give("lines.mjs", "a\nb\n"), "line a\nline b\n");
    assert_eq!(give("stream.js", ""), "stream \n");
}

#[test]
fn a_program_leaves_with_its_code_and_everything_it_wrote() {
    let project = Project::new();
    let text = "x".repeat(300_000);
    project.file(
        "program.js",
        "console.log(require.main === module, process.argv.slice(2)); process.stdout.write('x'.repeat(300000)); process.on('exit', (code) => console.log('exit', code)); process.exit(3);",
    );
    let Output { stdout, .. } = project
        .run(&["run", "program.js", "--flag", "a b"])
        .exits(3);
    assert_eq!(stdout, format!("true [ '--flag', 'a b' ]\n{text}exit 3\n"));
    project.file("code.js", "process.exitCode = 4;");
    project.run(&["run", "code.js"]).exits(4);
}

#[test]
fn a_file_that_exports_migrate_is_a_migration_and_no_main_module() {
    let project = Project::new();
    project.migration(
        "1-migrate.js",
        "async function migrate({ db }) { await db.collection('a').insertOne({ _id: 1, main: require.main === module }); }\nif (require.main === module) process.exit(9);\nmodule.exports = { migrate };",
    );
    project.run(&["up"]).exits(0);
    assert_eq!(
        project.documents("a"),
        [bson::doc! {"_id": 1, "main": false}]
    );
}

#[test]
fn starting_programs_needs_permission() {
    let project = Project::new();
    project.script(
        "1-starts.js",
        "require('child_process').execSync('touch started');",
        "",
    );
    project.run(&["up"]).exits(1).says("`--allow-run=sh`");
    assert!(!project.path().join("started").exists());
}

#[test]
fn permitted_programs_run_and_end_with_the_script() {
    let project = Project::new();
    project.file(
        "program.js",
        "const { execSync, spawn, execFileSync } = require('child_process');
         console.log(execSync('echo from the shell', { encoding: 'utf8' }).trim());
         try { execFileSync('touch', ['made']); } catch (error) { console.log(error.code, /`--allow-run=touch`/.test(error.message)); }
         spawn('sh', ['-c', 'echo inherited'], { stdio: 'inherit' }).on('close', (code) => {
           console.log('closed', code);
           require('fs').writeFileSync('pid', `${spawn('sh', ['-c', 'exec sleep 1000']).pid}`);
           process.exit(0);
         });",
    );
    let output = project
        .run(&["run", "--allow-run=sh", "program.js"])
        .exits(0);
    assert_eq!(
        output.stdout,
        "from the shell\nERR_ACCESS_DENIED true\ninherited\nclosed 0\n"
    );
    let pid = std::fs::read_to_string(project.path().join("pid")).expect("it was written");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let lives = || {
        std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| !stat.contains(") Z "))
    };
    while lives() {
        assert!(std::time::Instant::now() < deadline, "{pid} lives on");
        std::thread::yield_now();
    }
}

/// A project whose own folder `bin` holds a program by the name of one that is allowed.
#[cfg(unix)]
fn project_with_impostor(program: &str) -> Project {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new();
    let file = project.file("bin/id", "#!/bin/sh\necho impostor $SHOWN $SECRET\n");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    project.file("program.js", program);
    project
}

#[cfg(unix)]
#[test]
fn no_other_program_takes_the_name_of_one_that_is_allowed() {
    let project = project_with_impostor(
        "const { execFileSync, spawnSync } = require('child_process');
         const refused = (work) => { try { return work(); } catch (error) { return error.code; } };
         const before = execFileSync('id', { encoding: 'utf8' });
         process.env.PATH = `${__dirname}/bin:${process.env.PATH}`;
         console.log(execFileSync('id', { encoding: 'utf8' }) === before);
         console.log(execFileSync('id', { encoding: 'utf8', env: { PATH: `${__dirname}/bin` } }) === before);
         console.log(spawnSync('id', { encoding: 'utf8', cwd: `${__dirname}/bin` }).stdout === before);
         console.log(refused(() => execFileSync('./id', { cwd: `${__dirname}/bin` })), refused(() => execFileSync(`${__dirname}/bin/id`)));
         console.log(refused(() => execFileSync('id', { shell: true })));
         console.log(refused(() => execFileSync('id', { env: { LD_PRELOAD: './other.so' } })));
         console.log(refused(() => execFileSync('mmk-no-such-program')));",
    );
    let denied = "ERR_ACCESS_DENIED";
    let output = project
        .run(&["run", "--allow-run=id,mmk-no-such-program", "program.js"])
        .exits(0);
    assert_eq!(
        output.stdout,
        format!("true\ntrue\ntrue\n{denied} {denied}\n{denied}\n{denied}\nENOENT\n")
    );
    // Who allows everything gets what Node gives.
    project.file("program.js", "process.env.PATH = `${__dirname}/bin:${process.env.PATH}`; console.log(require('child_process').execFileSync('id', { encoding: 'utf8' }).trim());");
    let output = project.run(&["run", "--allow-run", "program.js"]).exits(0);
    assert_eq!(output.stdout, "impostor\n");
}

#[cfg(unix)]
#[test]
fn programs_see_the_variables_that_the_script_sees_and_sets() {
    let project = project_with_impostor(
        "const { execFileSync, execSync } = require('child_process');
         process.env.SHOWN = 'set by the script';
         const own = `${__dirname}/bin/id`;
         console.log(execFileSync(own, { encoding: 'utf8' }).trim());
         console.log(execFileSync(own, { encoding: 'utf8', env: { SHOWN: 'given' } }).trim());
         console.log(execSync('echo [$SECRET] [$SHOWN]', { encoding: 'utf8' }).trim());",
    );
    let own = project.path().join("bin/id");
    let allowed = format!("--allow-run=sh,{}", own.display());
    let mut command = project.command(&["run", "--deny-env=SECRET", &allowed, "program.js"]);
    command.env("SECRET", "hidden");
    let output = crate::support::finish(command).exits(0);
    assert_eq!(
        output.stdout,
        "impostor set by the script\nimpostor given\n[] [set by the script]\n"
    );
}

#[test]
fn a_driver_that_is_not_installed_says_its_version() {
    let project = Project::new();
    project.file(
        "program.js",
        "console.log(require('mongodb/package.json').name, /^7\\./.test(require('mongodb/package.json').version), process.getBuiltinModule('node:fs') === require('fs'), process.getBuiltinModule('internal/inspect'), process.getBuiltinModule('x'));",
    );
    let output = project.run(&["run", "program.js"]).exits(0);
    assert_eq!(output.stdout, "mongodb true true undefined undefined\n");
}
