//! What may be typed: definitions only. Values that mmk checks with its own words (`--steps`, `--batch`, the direction of a
//! dry run, durations) stay text here; `settings` and the commands refuse them with a code and advice.

use clap::Args;
use clap::CommandFactory;
use clap::Parser;
use clap::Subcommand;

use crate::dialect::Dialect;

#[derive(Debug, Parser)]
#[command(
    name = "mmk-js",
    version,
    about = "MongoDB migrations in JavaScript, without Node",
    subcommand_required = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags that every command takes, before or after its name.
#[derive(Debug, Default, Clone, Args)]
pub(crate) struct GlobalArgs {
    /// MongoDB connection URI (overrides MMK_URI)
    #[arg(long, global = true, value_name = "URI")]
    pub(crate) uri: Option<String>,
    /// Database name (overrides MMK_DB; default: the one in the URI's path)
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) db: Option<String>,
    /// Migrations directory (overrides MMK_MIGRATIONS_DIR)
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) dir: Option<String>,
    /// Config file (replaces the search for mmk.config.ts, .js, .json)
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) config: Option<String>,
    /// Exit codes: `compatible` (0 and 1, as mmk) or `detailed` (one per kind of failure)
    #[arg(long, global = true, value_name = "KIND")]
    pub(crate) exit_codes: Option<String>,
    /// Work as this tool: mmk, migrate-mongo or davepi (default: by the files in the working directory)
    #[arg(long = "as", global = true, value_name = "TOOL")]
    pub(crate) dialect: Option<String>,
}

/// The parser for a dialect: what one tool's short flags mean is another tool's error.
pub(crate) fn command(dialect: Dialect) -> clap::Command {
    let command = Cli::command();
    if dialect != Dialect::MigrateMongo {
        return command;
    }
    let without_short_force = |name: &'static str, command: clap::Command| {
        command.mut_subcommand(name, |command| {
            command.mut_arg("force", |argument| argument.short(None))
        })
    };
    let command = command
        .mut_arg("config", |argument| {
            argument.short('f').visible_alias("file")
        })
        .mut_arg("dir", |argument| argument.visible_alias("migrations-dir"));
    ["init", "up", "down"]
        .into_iter()
        .fold(command, |command, name| without_short_force(name, command))
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a config file in the current directory (mmk.config.js by default)
    Init(InitArgs),
    /// Create a new migration file
    Create(CreateArgs),
    /// Run all pending migrations, or a single named file
    Up(UpArgs),
    /// Roll back the last batch, a specific batch, the last N steps, or a single named file
    Down(DownArgs),
    /// Roll back, then re-apply the last applied migration, or a specific file
    Redo(RedoArgs),
    /// Show the full migration status table
    Status(StatusArgs),
    /// List migrations, optionally filtered by status
    List(ListArgs),
    /// Preview what an up or down would do; writes nothing
    DryRun(DryRunArgs),
    /// Force-release a stuck migration lock left behind by a crashed run
    Unlock(UnlockArgs),
    /// Record a migration as applied or pending without running it
    Mark(MarkArgs),
    /// Record everything up to a migration as applied without running it
    Baseline(BaselineArgs),
    /// Record the present text of an applied migration as the right one
    Accept(AcceptArgs),
    /// Give the record of an applied migration to its file's new name
    Rename(RenameArgs),
    /// Take over the records of migrate-mongo or dAvePi into mmk's changelog
    Import(ImportArgs),
    /// Run a JavaScript or TypeScript file as a program, as `node FILE` would; records nothing
    Run(RunFileArgs),
}

impl Command {
    /// Whether the one document on stdout is JSON. (`init --json` names the format of the config file instead.)
    pub(crate) fn wants_json(&self) -> bool {
        match self {
            Self::Init(_) => false,
            Self::Create(args) => args.json,
            Self::Up(args) => args.json,
            Self::Down(args) => args.json,
            Self::Redo(args) => args.json,
            Self::Status(args) => args.json,
            Self::List(args) => args.json,
            Self::DryRun(args) => args.json,
            Self::Unlock(args) => args.json,
            Self::Mark(args) => args.amend.json,
            Self::Baseline(args) => args.amend.json,
            Self::Accept(args) => args.amend.json,
            Self::Rename(args) => args.amend.json,
            Self::Import(args) => args.json,
            Self::Run(_) => false,
        }
    }

    /// The flags of the commands that correct records.
    pub(crate) fn amend_args(&self) -> Option<&AmendArgs> {
        match self {
            Self::Mark(args) => Some(&args.amend),
            Self::Baseline(args) => Some(&args.amend),
            Self::Accept(args) => Some(&args.amend),
            Self::Rename(args) => Some(&args.amend),
            _ => None,
        }
    }

    /// The flags that give scripts more, or less, than they have by default.
    pub(crate) fn permission_args(&self) -> Option<&PermissionArgs> {
        match self {
            Self::Run(args) => Some(&args.permissions),
            other => other.run_args().map(|run| &run.permissions),
        }
    }

    /// The flags that steer a run, for the commands that run scripts.
    pub(crate) fn run_args(&self) -> Option<&RunArgs> {
        match self {
            Self::Up(args) => Some(&args.run),
            Self::Down(args) => Some(&args.run),
            Self::Redo(args) => Some(&args.run),
            _ => None,
        }
    }
}

/// What scripts may touch beside the database and the project folder.
#[derive(Debug, Default, Clone, Args)]
pub(crate) struct PermissionArgs {
    /// Let scripts read outside the project folder: these paths (comma-separated), or everything
    #[arg(long, value_name = "PATHS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_read: Option<String>,
    /// Let scripts write outside the project folder: these paths (comma-separated), or everywhere
    #[arg(long, value_name = "PATHS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_write: Option<String>,
    /// Let scripts use the network: these hosts (`HOST`, `HOST:PORT`, `*.DOMAIN`, comma-separated), or every host
    #[arg(long, value_name = "HOSTS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_net: Option<String>,
    /// Let scripts start programs: these (names or paths, comma-separated), or every program
    #[arg(long, value_name = "PROGRAMS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_run: Option<String>,
    /// Let scripts see only these environment variables (comma-separated; default: all)
    #[arg(long, value_name = "NAMES", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_env: Option<String>,
    /// Hide these environment variables from scripts (comma-separated), or all of them
    #[arg(long, value_name = "NAMES", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) deny_env: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunFileArgs {
    /// Behave like this major of npm `mongodb` (default: the one installed beside the script, else 7)
    #[arg(long, value_name = "MAJOR", value_parser = clap::value_parser!(u32).range(3..=7))]
    pub(crate) driver_compat: Option<u32>,
    #[command(flatten)]
    pub(crate) permissions: PermissionArgs,
    /// The file, and what the program finds in `process.argv.slice(2)`: everything behind the file is the program's own
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_names = ["FILE", "ARGUMENTS"])]
    program: Vec<String>,
}

impl RunFileArgs {
    /// The file to run.
    pub(crate) fn file(&self) -> &std::path::Path {
        std::path::Path::new(self.program.first().map_or("", String::as_str))
    }

    /// What the program is given.
    pub(crate) fn arguments(&self) -> &[String] {
        self.program.get(1..).unwrap_or_default()
    }
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Write mmk.config.ts
    #[arg(long)]
    pub(crate) ts: bool,
    /// Write mmk.config.js (the default)
    #[arg(long)]
    pub(crate) js: bool,
    /// Write mmk.config.json
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a config that takes the connection from a secret (js and ts only)
    #[arg(long)]
    pub(crate) secret_provider: bool,
    /// For migrate-mongo: how the config and new migrations export, `commonjs` or `esm`
    #[arg(short, long, value_name = "KIND")]
    pub(crate) module: Option<String>,
    /// Overwrite an existing config file
    #[arg(short, long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Migration name (becomes a slug)
    pub(crate) name: String,
    /// Write a .js file (overrides the config's createExtension)
    #[arg(long)]
    pub(crate) js: bool,
    /// Write a .ts file (overrides the config's createExtension)
    #[arg(long)]
    pub(crate) ts: bool,
    /// Use the text of this file
    #[arg(long, value_name = "PATH")]
    pub(crate) template: Option<String>,
    /// Print JSON ({ path })
    #[arg(long)]
    pub(crate) json: bool,
}

/// Flags of every command that runs scripts.
#[derive(Debug, Default, Clone, Args)]
pub(crate) struct RunArgs {
    /// Skip the lock (development only)
    #[arg(long)]
    pub(crate) no_lock: bool,
    /// Wait this long for a lock that somebody else holds, such as `30s` or `5m`
    #[arg(long, value_name = "DURATION")]
    pub(crate) wait: Option<String>,
    /// Stop a migration that runs longer, such as `10m`
    #[arg(long, value_name = "DURATION")]
    pub(crate) timeout: Option<String>,
    /// Stop a migration that uses more memory, such as `512MiB`
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_memory: Option<String>,
    #[command(flatten)]
    pub(crate) permissions: PermissionArgs,
    /// Behave like this major of npm `mongodb` (default: the one installed beside the script, else 7)
    #[arg(long, value_name = "MAJOR", value_parser = clap::value_parser!(u32).range(3..=7))]
    pub(crate) driver_compat: Option<u32>,
    /// Don't fetch the next documents of a cursor while the script works on the present ones
    #[arg(long)]
    pub(crate) no_prefetch: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    /// Specific migration file to run
    pub(crate) file: Option<String>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Run everything pending up to and including this one
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,
    /// Run the next N pending migrations
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) steps: Option<String>,
    /// What to do about pending migrations that sort before applied ones: `warn`, `error` or `allow`
    #[arg(long, value_name = "RULE")]
    pub(crate) order: Option<String>,
    /// Refuse to run when any applied file changed since it was applied, or is gone
    #[arg(long)]
    pub(crate) strict: bool,
    /// Re-run an already-applied migration (requires a file)
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Confirm --force without a question (required with --json)
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Apply each migration as its own batch (revert individually later)
    #[arg(long)]
    pub(crate) step: bool,
    /// Run against a throwaway MongoDB started for this one command, then print the status table
    #[arg(long)]
    pub(crate) sandbox: bool,
    /// Print JSON of the run's results
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DownArgs {
    /// Specific migration file to revert
    pub(crate) file: Option<String>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Revert a specific batch number
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) batch: Option<String>,
    /// Revert the last N migrations, regardless of batch
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) steps: Option<String>,
    /// Revert everything that was applied after this one
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,
    /// Revert everything
    #[arg(long)]
    pub(crate) all: bool,
    /// Revert everything of the same run (the default, but for migrate-mongo)
    #[arg(short, long)]
    pub(crate) block: bool,
    /// Roll back even if a file changed since it was applied
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Confirm --force without a question (required with --json)
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Print JSON of the run's results
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RedoArgs {
    /// Specific migration file to redo
    pub(crate) file: Option<String>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Print JSON of the run's results
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with code 1 when any migration is pending (for CI)
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Show only pending migrations
    #[arg(long)]
    pub(crate) pending: bool,
    /// Show only applied migrations
    #[arg(long)]
    pub(crate) applied: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DryRunArgs {
    /// Either `up` or `down`
    pub(crate) direction: String,
    /// Specific migration file
    pub(crate) file: Option<String>,
    /// Preview reverting the last N migrations (down only)
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) steps: Option<String>,
    /// Preview up to this one (up), or everything after it (down)
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,
    /// Preview reverting everything (down only)
    #[arg(long)]
    pub(crate) all: bool,
    /// Preview reverting everything of the same run (down only)
    #[arg(short, long)]
    pub(crate) block: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UnlockArgs {
    /// Skip the confirmation prompt
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Print JSON ({ released, holder })
    #[arg(long)]
    pub(crate) json: bool,
}

/// Flags of the commands that correct records.
#[derive(Debug, Default, Clone, Args)]
pub(crate) struct AmendArgs {
    /// Why; kept in the history together with who did it
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Skip the lock (development only)
    #[arg(long)]
    pub(crate) no_lock: bool,
    /// Wait this long for a lock that somebody else holds, such as `30s` or `5m`
    #[arg(long, value_name = "DURATION")]
    pub(crate) wait: Option<String>,
    /// Print JSON of what was recorded
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MarkArgs {
    /// Either `applied` or `pending`
    pub(crate) state: String,
    /// The migrations' files
    #[arg(required = true)]
    pub(crate) files: Vec<String>,
    #[command(flatten)]
    pub(crate) amend: AmendArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    /// The last migration that the database already has
    #[arg(long, value_name = "FILE")]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) amend: AmendArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    /// The migrations' files
    #[arg(required = true)]
    pub(crate) files: Vec<String>,
    #[command(flatten)]
    pub(crate) amend: AmendArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RenameArgs {
    /// The name under which the migration is recorded; its file is gone
    pub(crate) from: String,
    /// The file that it is now
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) amend: AmendArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Collection to read (default: `changelog`, or `_migrations` for dAvePi)
    #[arg(long, value_name = "COLLECTION")]
    pub(crate) from: Option<String>,
    /// Whose records these are: migrate-mongo or davepi (default: by the look of them)
    #[arg(long, value_name = "TOOL")]
    pub(crate) from_tool: Option<String>,
    /// Collection to write (default: the config's migrationsCollection)
    #[arg(long, value_name = "COLLECTION")]
    pub(crate) to: Option<String>,
    /// Show what would be imported and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take the recorded hashes for right and don't compare them with the files
    #[arg(long)]
    pub(crate) trust_hash: bool,
    /// Import although the target holds records; those of the same name are replaced
    #[arg(long)]
    pub(crate) force: bool,
    /// Skip the lock (development only)
    #[arg(long)]
    pub(crate) no_lock: bool,
    /// Print JSON of the result
    #[arg(long)]
    pub(crate) json: bool,
}
