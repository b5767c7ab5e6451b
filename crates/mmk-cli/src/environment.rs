//! The only reading of the process's environment and of who and where we are. What it finds is handed on as plain values.

use std::path::Path;

use crate::env_file;
use crate::settings::Variables;

/// The environment with the `.env` file beneath it: a variable that is set, even to nothing, wins over the file.
pub(crate) fn variables(directory: &Path) -> Variables {
    let mut variables: Variables = env_file::read(directory).into_iter().collect();
    variables.extend(std::env::vars_os().map(|(name, value)| {
        (
            name.to_string_lossy().into_owned(),
            value.to_string_lossy().into_owned(),
        )
    }));
    variables
}
