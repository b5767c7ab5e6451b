//! The major of npm `mongodb` that an installed Node tool runs on. Its migrations get that driver's objects, whatever other version the
//! project has for itself. Looks for packages as Node does, and runs none of them.

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

/// `None` where the tool isn't installed, or brings no driver.
pub(crate) fn major_of(tool: &str, directory: &Path) -> Option<u32> {
    let package = package(tool, directory)?;
    // pnpm's links lead to where the tool's own packages are.
    let place = std::fs::canonicalize(package).ok()?;
    version_major(&self::package("mongodb", &place)?)
}

/// The folder of a package as seen from `from`.
fn package(name: &str, from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .map(|folder| folder.join("node_modules").join(name))
        .find(|folder| folder.join("package.json").is_file())
}

fn version_major(package: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(package.join("package.json")).ok()?;
    let manifest: Value = serde_json::from_str(&text).ok()?;
    let version = manifest.get("version")?.as_str()?;
    // The oldest driver whose ways we know stands for those before it, the newest for those after it.
    let major: u32 = version.split('.').next()?.parse().ok()?;
    Some(major.clamp(3, 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_own_driver_wins_over_the_projects() {
        let folder = tempfile::tempdir().unwrap();
        let install = |path: &str, version: &str| {
            let place = folder.path().join("node_modules").join(path);
            std::fs::create_dir_all(&place).unwrap();
            let manifest = format!("{{ \"version\": \"{version}\" }}");
            std::fs::write(place.join("package.json"), manifest).unwrap();
        };
        let found = || major_of("migrate-mongo", &folder.path().join("deep/down"));
        install("mongodb", "6.3.0");
        assert_eq!(found(), None);
        install("migrate-mongo", "8.2.2");
        assert_eq!(found(), Some(6));
        install("migrate-mongo/node_modules/mongodb", "3.7.4");
        assert_eq!(found(), Some(3));
    }
}
