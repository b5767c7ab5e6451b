//! A new migrate-mongo project: its config file and an empty migrations folder. Refuses to touch what is there.

use mmk_core::error::Error;

use crate::context::Context;
use crate::dialect::MIGRATE_MONGO_CONFIGS;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::new_file;
use crate::new_file::Existing;

pub(crate) fn migrate_mongo(
    context: &Context,
    module: Option<&str>,
) -> Result<ExitStatus, Failure> {
    let folder = context.directory.join("migrations");
    let name = MIGRATE_MONGO_CONFIGS[0];
    let path = context.directory.join(name);
    if folder.exists() {
        return Err(Error::ConfigFileExists { path: folder }.into());
    }
    if path.exists() {
        return Err(Error::ConfigFileExists { path }.into());
    }
    // As there: every other word means CommonJS.
    let (system, export) = match module {
        Some("esm") => ("esm", "export default config;"),
        _ => ("commonjs", "module.exports = config;"),
    };
    let text = include_str!("templates/migrate-mongo-config.txt")
        .replace("{{moduleSystem}}", system)
        .replace("{{export}}", export);
    new_file::write(&path, &text, Existing::Keep)?;
    std::fs::create_dir_all(&folder).map_err(|error| Failure::WriteFailed {
        path: folder,
        detail: error.to_string(),
    })?;
    context.printer.data(&format!(
        "Initialization successful. Please edit the generated `{name}` file"
    ));
    Ok(ExitStatus::Success)
}
