//! What counts as drift for the exit code.

use super::baseline::News;
use super::{Class, Drift, Item, Severity};

/// What a run fails on. What is quieter is shown all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Anything.
    #[default]
    Any,
    /// What is new since the run before, or worse.
    New,
    /// Anything that is at least so bad.
    Severity(Severity),
}

impl FailOn {
    /// Reads the word of the command line.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "any" => Some(Self::Any),
            "new" => Some(Self::New),
            other => Severity::parse(other).map(Self::Severity),
        }
    }

    /// As typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::New => "new",
            Self::Severity(severity) => severity.name(),
        }
    }

    /// Whether an item counts. What is accepted does not.
    pub fn counts(self, item: &Item) -> bool {
        if item.is_accepted() {
            return false;
        }
        match self {
            Self::Any => true,
            // Without a run before everything is new.
            Self::New => item.news != Some(News::Unchanged),
            // The first severity is the worst.
            Self::Severity(least) => item.severity <= least,
        }
    }
}

impl Drift {
    /// The items that count for the exit code.
    pub fn counting(&self, on: FailOn) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| on.counts(item))
    }

    /// How many items are of a class.
    pub fn of_class(&self, class: Class) -> usize {
        self.items.iter().filter(|item| item.class == class).count()
    }
}
