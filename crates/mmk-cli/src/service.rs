//! The name of the application that migrations belong to, where nobody configured one: as mmk, `npm_package_name`, or the `name` in the
//! nearest `package.json` above the migrations folder.

use std::path::Path;

use serde_json::Value;

use crate::settings::Variables;

pub(crate) fn name(
    configured: Option<&str>,
    variables: &Variables,
    migrations_directory: &Path,
) -> Option<String> {
    configured
        .map(str::to_owned)
        .or_else(|| variables.get("npm_package_name").cloned())
        .filter(|name| !name.trim().is_empty())
        .or_else(|| nearest_package_name(migrations_directory))
}

/// The first `package.json` upward decides, even when it has no name.
fn nearest_package_name(directory: &Path) -> Option<String> {
    let text = directory
        .ancestors()
        .find_map(|folder| std::fs::read_to_string(folder.join("package.json")).ok())?;
    let package: Value = serde_json::from_str(&text).ok()?;
    let name = package.get("name")?.as_str()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configured_wins_over_npm_wins_over_the_nearest_package() {
        let folder = tempfile::tempdir().unwrap();
        let migrations = folder.path().join("app/migrations");
        std::fs::create_dir_all(&migrations).unwrap();
        std::fs::write(folder.path().join("package.json"), r#"{ "name": "outer" }"#).unwrap();
        std::fs::write(
            folder.path().join("app/package.json"),
            r#"{ "name": "shop" }"#,
        )
        .unwrap();
        let npm: Variables = [("npm_package_name".to_owned(), "npm".to_owned())].into();
        let none = Variables::new();
        let named = |configured, variables| name(configured, variables, &migrations);
        assert_eq!(named(Some("given"), &npm).as_deref(), Some("given"));
        assert_eq!(named(None, &npm).as_deref(), Some("npm"));
        assert_eq!(named(None, &none).as_deref(), Some("shop"));
    }
}
