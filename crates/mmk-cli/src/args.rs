//! What may be typed: definitions only. Values that mmk checks with its own words (`--steps`, `--batch`, the direction of a
//! dry run, durations) stay text here; `settings` and the commands refuse them with a code and advice.

use clap::Args;
use clap::Parser;
use clap::Subcommand;

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
            Self::Run(_) => false,
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

#[derive(Debug, Args)]
pub(crate) struct RunFileArgs {
    /// Let the program read outside the project folder: these paths (comma-separated), or everything
    #[arg(long, value_name = "PATHS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_read: Option<String>,
    /// Let the program write outside the project folder: these paths (comma-separated), or everywhere
    #[arg(long, value_name = "PATHS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_write: Option<String>,
    /// The file
    pub(crate) file: std::path::PathBuf,
    /// What the program finds in `process.argv.slice(2)`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<String>,
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
    /// Let scripts read outside the project folder: these paths (comma-separated), or everything
    #[arg(long, value_name = "PATHS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_read: Option<String>,
    /// Let scripts write outside the project folder: these paths (comma-separated), or everywhere
    #[arg(long, value_name = "PATHS", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) allow_write: Option<String>,
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
