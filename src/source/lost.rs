//! What was typed and could not be taken in: names that seem to be missing may stand there.

use std::collections::BTreeSet;

/// Every word of the text that was lost, so that asking for a name costs little however much that was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost(BTreeSet<String>);

impl Lost {
    /// Takes in a text: words, quoted texts, and what follows a kind (`group:`, `[group.`, `${network.`)
    /// in them.
    pub(super) fn add(&mut self, text: &str) {
        let quoted = text.split(['"', '\'', '\n']);
        let words = text.split(|c: char| c.is_whitespace() || "\"'[]{}(),=$#".contains(c));
        for part in quoted.chain(words) {
            self.add_word(part);
            for kind in [':', '.'] {
                for (at, _) in part.match_indices(kind).take(4) {
                    self.add_word(&part[at + 1..]);
                }
            }
        }
    }

    fn add_word(&mut self, word: &str) {
        let word = word.trim();
        let word = word.strip_suffix("/**").unwrap_or(word);
        if !word.is_empty() && !self.0.contains(word) {
            self.0.insert(word.to_owned());
        }
    }

    /// Whether a name may stand in what was lost.
    pub fn may_hold(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_whatever_form_they_were_typed() {
        let mut lost = Lost::default();
        lost.add(
            "[group.loyalty-developers\nto = [\"user:an.nguyen@wallet.example\", 'group:My team',",
        );
        lost.add("in = [\"ou:Workloads/Prod/**\"] \"${network.on-prem}\" = x");
        for name in [
            "loyalty-developers",
            "an.nguyen@wallet.example",
            "My team",
            "Workloads/Prod",
            "on-prem",
        ] {
            assert!(lost.may_hold(name), "{name}");
        }
        for name in ["loyalty", "Workloads", "nguyen", ""] {
            assert!(!lost.may_hold(name), "{name}");
        }
        assert!(!lost.is_empty() && Lost::default().is_empty());
    }
}
