//! `init`: writes a config file into the working directory. Touches no database and loads no config.

use mmk_core::error::Error;

use crate::args::InitArgs;
use crate::context::Context;
use crate::dialect::Dialect;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::new_file;
use crate::new_file::Existing;
use crate::new_file::Written;
use crate::new_project;
use crate::template;
use crate::template::ConfigFormat;
use crate::template::ConfigValues;
use crate::template::ConnectionSource;

pub(crate) fn init(context: &Context, args: &InitArgs) -> Result<ExitStatus, Failure> {
    if context.dialect == Dialect::MigrateMongo {
        return new_project::migrate_mongo(context, args.module.as_deref());
    }
    if args.module.is_some() {
        return Err(
            Failure::argument("`--module` is for migrate-mongo projects only")
                .hint("for example: `mmk-js init --as migrate-mongo --module esm`"),
        );
    }
    let format = match (args.json, args.ts) {
        (true, _) => ConfigFormat::Json,
        (false, true) => ConfigFormat::Ts,
        (false, false) => ConfigFormat::Js,
    };
    let source = if args.secret_provider {
        ConnectionSource::SecretManager
    } else {
        ConnectionSource::Literal
    };
    if format == ConfigFormat::Json && source == ConnectionSource::SecretManager {
        return Err(Failure::argument(
            "`--secret-provider` needs code, which a JSON config can't hold",
        )
        .hint("leave `--json` out, or use `--ts`"));
    }
    let global = &context.cli.global;
    let or = |given: &Option<String>, default: &str| given.clone().unwrap_or(default.to_owned());
    let values = ConfigValues {
        uri: or(&global.uri, "mongodb://localhost:27017"),
        database: or(&global.db, "myapp"),
        migrations_directory: or(&global.dir, "./migrations"),
    };
    let existing = if args.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let path = context.directory.join(format.file_name());
    match new_file::write(&path, template::config(format, source, &values), existing)? {
        Written::Kept => Err(Error::ConfigFileExists { path }.into()),
        Written::Yes => {
            let line = format!("✔ Created  {}", format.file_name());
            context.printer.success(&line);
            Ok(ExitStatus::Success)
        }
    }
}
