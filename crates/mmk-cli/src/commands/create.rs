//! `create`: writes a new migration file. Needs no database.

use std::path::Path;

use jiff::Zoned;
use serde_json::json;

use crate::args::CreateArgs;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::file_name;
use crate::file_name::Numbering;
use crate::new_file;
use crate::new_file::Existing;
use crate::new_file::Written;
use crate::new_migration;
use crate::printer::Format;
use crate::settings::CreateExtension;
use crate::settings::Need;
use crate::settings::Settings;
use crate::template;
use crate::tool::Tool;

pub(crate) async fn create(context: &Context, args: &CreateArgs) -> Result<ExitStatus, Failure> {
    if args.js && args.ts {
        return Err(
            Failure::argument("`--js` and `--ts` can't be used together")
                .hint("give one of them, or neither to use `createExtension` of the config"),
        );
    }
    let settings = context.settings(Need::Files).await?;
    match &settings.tool {
        Tool::Mmk => {}
        Tool::MigrateMongo(tool) => {
            return new_migration::migrate_mongo(context, &settings, tool, &args.name);
        }
        Tool::Davepi(_) => return new_migration::davepi(context, &settings, &args.name),
    }
    let slug = file_name::slug(&args.name).ok_or_else(|| {
        Failure::argument(format!(
            "`{}` can't become a file name: it has none of the letters a-z and digits 0-9",
            args.name
        ))
        .hint("for example: `mmk-js create add-users-index`")
        .detail("name", args.name.as_str())
    })?;
    let text = text(&settings, args)?;
    let folder = &settings.migrations_directory;
    std::fs::create_dir_all(folder).map_err(|error| Failure::WriteFailed {
        path: folder.clone(),
        detail: error.to_string(),
    })?;
    let numbering = if settings.sequential {
        Numbering::Sequential {
            last: file_name::last_number(folder),
        }
    } else {
        Numbering::Timestamp
    };
    let extension = match settings.create_extension {
        CreateExtension::Js => "js",
        CreateExtension::Ts => "ts",
    };
    let prefix = file_name::prefix(numbering, &Zoned::now());
    let name = format!("{prefix}-{slug}.{extension}");
    write(&folder.join(&name), &text)?;
    context.printer.success(&format!("✔ Created  {name}"));
    if context.printer.format() == Format::Json {
        let path = folder.join(&name).display().to_string();
        context.printer.json(&json!({ "path": path }));
    }
    Ok(ExitStatus::Success)
}

fn text(settings: &Settings, args: &CreateArgs) -> Result<String, Failure> {
    let Some(path) = &settings.template_path else {
        return Ok(template::migration(settings.create_extension).to_owned());
    };
    std::fs::read_to_string(path).map_err(|_| Failure::TemplateNotFound {
        typed: args
            .template
            .clone()
            .unwrap_or_else(|| path.display().to_string()),
        path: path.clone(),
    })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    match new_file::write(path, text, Existing::Keep)? {
        Written::Yes => Ok(()),
        Written::Kept => Err(Failure::WriteFailed {
            path: path.to_owned(),
            detail: "it exists already".to_owned(),
        }),
    }
}
