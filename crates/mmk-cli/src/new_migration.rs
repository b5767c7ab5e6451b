//! New migration files as migrate-mongo and dAvePi name and fill them. mmk's own are `commands::create`'s.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mmk_core::error::Error;
use serde_json::json;

use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::file_name;
use crate::new_file;
use crate::new_file::Existing;
use crate::new_file::Written;
use crate::printer::Format;
use crate::settings::Settings;
use crate::tool::MigrateMongo;
use crate::tool::ModuleSystem;

/// dAvePi's slugs are no longer than this.
const SLUG_LENGTH: usize = 80;

/// UTC stamp, `-`, and the description with `_` for blanks and all else kept; the template `sample-migration` of the folder wins.
pub(crate) fn migrate_mongo(
    context: &Context,
    settings: &Settings,
    tool: &MigrateMongo,
    description: &str,
) -> Result<ExitStatus, Failure> {
    if description.is_empty() {
        return Err(Failure::argument("Missing parameter: description"));
    }
    let folder = &settings.migrations_directory;
    if !folder.is_dir() {
        return Err(Error::DirectoryMissing {
            path: folder.clone(),
        }
        .into());
    }
    let stamp = Timestamp::now()
        .to_zoned(TimeZone::UTC)
        .strftime("%Y%m%d%H%M%S")
        .to_string();
    let extension = &tool.extension;
    let name = format!("{stamp}-{}{extension}", description.replace(' ', "_"));
    let sample = folder.join(format!("sample-migration{extension}"));
    let text = if sample.exists() {
        read(&sample)?
    } else {
        let built_in = match tool.module_system {
            ModuleSystem::CommonJs => include_str!("templates/migrate-mongo-commonjs.js"),
            ModuleSystem::Esm => include_str!("templates/migrate-mongo-esm.js"),
        };
        built_in.as_bytes().to_vec()
    };
    let path = folder.join(&name);
    write(&path, &text)?;
    tell(
        context,
        &path,
        &format!("Created: {}/{name}", tool.migrations_dir),
    );
    Ok(ExitStatus::Success)
}

/// `YYYY-MM-DD-HHmmss-slug.js`, in UTC.
pub(crate) fn davepi(
    context: &Context,
    settings: &Settings,
    description: &str,
) -> Result<ExitStatus, Failure> {
    let slug = file_name::slug(description).unwrap_or_else(|| "migration".to_owned());
    let stamp = Timestamp::now()
        .to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d-%H%M%S")
        .to_string();
    let slug: String = slug.chars().take(SLUG_LENGTH).collect();
    let stem = format!("{stamp}-{}", slug.trim_end_matches('-'));
    let folder = &settings.migrations_directory;
    std::fs::create_dir_all(folder).map_err(|error| Failure::WriteFailed {
        path: folder.clone(),
        detail: error.to_string(),
    })?;
    let path = folder.join(format!("{stem}.js"));
    let text = include_str!("templates/davepi.js").replace("{{name}}", &stem);
    write(&path, text.as_bytes())?;
    let shown = path.strip_prefix(&context.directory).unwrap_or(&path);
    tell(context, &path, &format!("Created {}", shown.display()));
    Ok(ExitStatus::Success)
}

fn tell(context: &Context, path: &Path, line: &str) {
    context.printer.data(line);
    if context.printer.format() == Format::Json {
        let path = path.display().to_string();
        context.printer.json(&json!({ "path": path }));
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|_| Failure::TemplateNotFound {
        typed: path.display().to_string(),
        path: path.to_owned(),
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    match new_file::write(path, bytes, Existing::Keep)? {
        Written::Yes => Ok(()),
        Written::Kept => Err(Failure::WriteFailed {
            path: path.to_owned(),
            detail: "it exists already".to_owned(),
        }),
    }
}
