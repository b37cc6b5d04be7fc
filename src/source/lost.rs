//! What was typed and could not be taken in: names that seem to be missing may stand there.

use std::collections::BTreeSet;

/// Every word of the text that was lost, so that asking for a name costs little however much that was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Words of what may have defined a name.
    definitions: BTreeSet<String>,
    /// Words of what may have used one.
    uses: BTreeSet<String>,
}

/// What a lost text may have held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Definitions, and uses of names.
    Definitions,
    /// Uses alone.
    Uses,
}

impl Lost {
    /// Takes in a text: words, quoted texts, and what follows a kind (`group:`, `[group.`, `${network.`)
    /// in them.
    pub(super) fn add(&mut self, text: &str, held: Held) {
        let quoted = text.split(['"', '\'', '\n']);
        let words = text.split(|c: char| c.is_whitespace() || "\"'[]{}(),=$#".contains(c));
        for part in quoted.chain(words) {
            self.add_word(part, held);
            for kind in [':', '.'] {
                for (at, _) in part.match_indices(kind).take(4) {
                    self.add_word(&part[at + 1..], held);
                }
            }
        }
    }

    fn add_word(&mut self, word: &str, held: Held) {
        let word = word.trim();
        let word = word.strip_suffix("/**").unwrap_or(word);
        let words = match held {
            Held::Definitions => &mut self.definitions,
            Held::Uses => &mut self.uses,
        };
        if !word.is_empty() && !words.contains(word) {
            words.insert(word.to_owned());
        }
    }

    /// Whether a name that seems to be missing may have been defined in what was lost.
    pub fn may_define(&self, name: &str) -> bool {
        self.definitions.contains(name)
    }

    /// Whether a name that seems to be unused may have been used in what was lost.
    pub fn may_use(&self, name: &str) -> bool {
        self.uses.contains(name) || self.definitions.contains(name)
    }

    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty() && self.uses.is_empty()
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
            Held::Uses,
        );
        lost.add("in = [\"ou:Workloads/Prod/**\"] \"${network.on-prem}\" = x", Held::Uses);
        for name in [
            "loyalty-developers",
            "an.nguyen@wallet.example",
            "My team",
            "Workloads/Prod",
            "on-prem",
        ] {
            assert!(lost.may_use(name), "{name}");
        }
        for name in ["loyalty", "Workloads", "nguyen", ""] {
            assert!(!lost.may_use(name), "{name}");
        }
        assert!(!lost.may_define("My team"));
        assert!(!lost.is_empty() && Lost::default().is_empty());
    }
}
