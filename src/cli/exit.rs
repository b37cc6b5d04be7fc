//! Exit codes: part of the contract with whoever schedules landgrant.

/// How the process ends. Where several hold, [`Exit::worst`] decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Unexpected failure: nothing more precise is known.
    Failure = 1,
    /// Changes or drift are present.
    Changes = 2,
    /// Refused by a limit or a rule.
    Refused = 3,
    /// The plan is stale: live or definitions moved since it was made.
    Stale = 4,
    /// Some changes failed or were skipped.
    Partial = 5,
    /// Something could not be read.
    Incomplete = 7,
    /// Credentials or permissions.
    Credentials = 8,
    /// Wrong use of the command line.
    Usage = 64,
    /// Invalid definitions.
    Definitions = 65,
    /// Interrupted.
    Interrupted = 130,
}

impl Exit {
    /// Every code, the most pressing first: the contract's "8, 7, 65, 3, 4, 5, 2", around it what
    /// cannot come together with others.
    pub const PRECEDENCE: [Self; 11] = [
        Self::Interrupted,
        Self::Usage,
        Self::Credentials,
        Self::Incomplete,
        Self::Definitions,
        Self::Refused,
        Self::Stale,
        Self::Partial,
        Self::Failure,
        Self::Changes,
        Self::Done,
    ];

    /// The more pressing of two.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        let place = |e| Self::PRECEDENCE.iter().position(|p| *p == e);
        if place(self) <= place(other) { self } else { other }
    }

    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_is_the_contracts() {
        let order = [8, 7, 65, 3, 4, 5, 2];
        let ours: Vec<u8> =
            Exit::PRECEDENCE.iter().map(|e| e.code()).filter(|c| order.contains(c)).collect();
        assert_eq!(ours, order);
        assert_eq!(Exit::Done.worst(Exit::Changes), Exit::Changes);
        assert_eq!(Exit::Incomplete.worst(Exit::Partial), Exit::Incomplete);
    }
}
