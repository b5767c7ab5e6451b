//! How the process ends. By default as mmk does, with 0 or 1; with `--exit-codes detailed` each kind of failure has a number.
//! A signal always gives 128 + its number, because that is what shells and orchestrators expect.

use std::process::ExitCode;

/// Which numbers to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ExitCodes {
    #[default]
    Compatible,
    Detailed,
}

/// What happened, as far as the exit code is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    Success,
    /// A migration failed, a question was refused, `--check` found pending ones.
    Failure,
    /// The lock is held by another process, or was lost.
    Lock,
    /// Refused before the first write.
    Refused,
    /// Arguments, configuration, connection.
    Setup,
    /// A time or memory limit stopped the script.
    Limit,
    /// A program that was run ended with this code.
    Program(u8),
    /// A fault in mmk-js itself.
    Crashed,
    /// SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl ExitStatus {
    pub(crate) fn number(self, codes: ExitCodes) -> u8 {
        match (self, codes) {
            (Self::Success, _) => 0,
            (Self::Program(code), _) => code,
            // As `sysexits.h` has it; mmk has no number for it.
            (Self::Crashed, _) => 70,
            (Self::Interrupted, _) => 130,
            (Self::Terminated, _) => 143,
            (_, ExitCodes::Compatible) | (Self::Failure, _) => 1,
            (Self::Lock, ExitCodes::Detailed) => 3,
            (Self::Refused, ExitCodes::Detailed) => 4,
            (Self::Setup, ExitCodes::Detailed) => 5,
            (Self::Limit, ExitCodes::Detailed) => 6,
        }
    }

    pub(crate) fn code(self, codes: ExitCodes) -> ExitCode {
        ExitCode::from(self.number(codes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compatible_codes_are_those_of_mmk_except_for_signals() {
        let failures = [
            ExitStatus::Failure,
            ExitStatus::Lock,
            ExitStatus::Refused,
            ExitStatus::Setup,
            ExitStatus::Limit,
        ];
        assert!(
            failures
                .iter()
                .all(|status| status.number(ExitCodes::Compatible) == 1)
        );
        let detailed = failures.map(|status| status.number(ExitCodes::Detailed));
        assert_eq!(detailed, [1, 3, 4, 5, 6]);
        assert_eq!(ExitStatus::Success.number(ExitCodes::Detailed), 0);
        assert_eq!(ExitStatus::Interrupted.number(ExitCodes::Compatible), 130);
        assert_eq!(ExitStatus::Terminated.number(ExitCodes::Detailed), 143);
    }
}
