//! Modules: which file a specifier means, what is in it, and how it reaches V8. Node's rules for CommonJS and ESM, plus
//! TypeScript. The CommonJS side itself (cache, `module`, `require`) is JavaScript, in js-runtime/src/modules.

mod builtin_names;
mod call_text;
mod check;
mod code_cache;
mod commonjs_exports;
mod compile;
mod data_url;
mod depth;
mod emit;
mod erase;
mod error;
mod explain;
mod facade;
mod files;
mod free_names;
#[cfg(test)]
mod fuzz;
mod module_loader;
mod modules;
mod ops;
mod package_scope;
mod package_specifier;
pub(crate) mod plain_script;
mod prepared;
mod program;
mod quiet_script;
mod resolve;
mod shell_script;
mod syntax_facts;
mod syntax_problem;
mod translate;

pub(crate) use builtin_names::BuiltinNames;
pub use check::check_syntax;
pub(crate) use code_cache::Ripeness;
pub(crate) use files::ReadCheck;
pub(crate) use module_loader::Loader;
pub(crate) use modules::Modules;
pub(crate) use ops::mmk_modules;
pub(crate) use quiet_script::Quiet;
pub use shell_script::is_shell_script;
pub use syntax_problem::SyntaxProblem;
