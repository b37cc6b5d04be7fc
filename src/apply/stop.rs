//! A request to begin nothing more.

use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// Who asked for an end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    #[default]
    Nobody,
    /// Something that every further change would meet as well.
    Trouble,
    Person,
}

/// A request to begin nothing more.
#[derive(Debug, Default)]
pub struct Stop {
    asked: watch::Sender<Asked>,
    because: Mutex<Option<String>>,
}

impl Stop {
    /// Asks to stop, and says why: what is under way is awaited, nothing more begins. The first reason
    /// stays.
    pub fn ask(&self, because: impl Into<String>) {
        self.because().get_or_insert(because.into());
        self.asked.send_modify(|asked| *asked = (*asked).max(Asked::Trouble));
    }

    /// The same, asked by a person.
    pub fn interrupt(&self) {
        self.because().get_or_insert_with(|| "interrupted".to_owned());
        self.asked.send_modify(|asked| *asked = Asked::Person);
    }

    /// Resolves as soon as it was asked.
    pub async fn until_asked(&self) {
        self.reaches(Asked::Trouble).await;
    }

    /// Resolves as soon as a person has asked.
    pub async fn interrupted(&self) {
        self.reaches(Asked::Person).await;
    }

    /// Whether it was asked.
    pub fn asked(&self) -> bool {
        *self.asked.borrow() >= Asked::Trouble
    }

    /// Whether a person asked.
    pub fn is_interrupted(&self) -> bool {
        *self.asked.borrow() == Asked::Person
    }

    /// Why, once it was asked.
    pub fn reason(&self) -> Option<String> {
        self.because().clone()
    }

    fn because(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.because.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn reaches(&self, least: Asked) {
        // The sender is `self`, so it cannot go away meanwhile.
        drop(self.asked.subscribe().wait_for(|asked| *asked >= least).await);
    }
}
