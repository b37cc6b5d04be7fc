//! What one action of a statement allows, with its wildcards.

use super::{Level, Levels};
use crate::access::pattern::Pattern;
use wildmatch::WildMatch;

impl Levels {
    /// The level of an action or a pattern of actions.
    pub(in super::super) fn action(&self, action: &str) -> Level {
        let action = action.to_ascii_lowercase();
        let mut stated = self.only_read.contains(&action).then_some(Level::Read);
        let mut reached = None;
        // Any letter is a star too: `iam:?*` is everything.
        let wide = WildMatch::new(&action);
        for (level, known) in &self.actions {
            let wholly = *level != Level::Admin && Pattern::action(known).covers(&action);
            let touched = match level {
                // Everything of a kind is more than any of it.
                Level::Admin => wide.matches(known),
                // That some of a pattern reads says nothing of the rest.
                Level::Read => false,
                _ => overlap(action.as_bytes(), known.as_bytes()),
            };
            if wholly {
                stated = stated.max(Some(*level));
            }
            if touched {
                reached = reached.max(Some(*level));
            }
        }
        let (service, name) = action.split_once(':').unwrap_or((action.as_str(), "*"));
        let usual = || if self.reads(name) { Level::Read } else { self.service(service) };
        let level = stated.unwrap_or_else(usual);
        reached.map_or(level, |reached| level.max(reached))
    }

    /// Whether all that a name or pattern means begins with a verb of reading.
    fn reads(&self, name: &str) -> bool {
        let known = name.split(['*', '?']).next().unwrap_or_default();
        self.reading.iter().any(|verb| known.starts_with(verb.as_str()))
    }

    /// What changing something of a service amounts to.
    fn service(&self, pattern: &str) -> Level {
        let pattern = WildMatch::new(pattern);
        let meant = self.services.iter().filter(|(service, _)| pattern.matches(service));
        meant.map(|(_, level)| *level).max().unwrap_or(Level::Write)
    }
}

/// Whether two patterns have anything in common. One pass over the second for each letter of the first.
fn overlap(a: &[u8], b: &[u8]) -> bool {
    // `row[j]`: whether what was seen of `a` and the first `j` of `b` can mean the same.
    let mut row: Vec<bool> = Vec::with_capacity(b.len() + 1);
    let stars = b.iter().take_while(|letter| **letter == b'*').count();
    row.extend((0..=b.len()).map(|j| j <= stars));
    for x in a {
        let mut next = Vec::with_capacity(row.len());
        let mut left = *x == b'*' && row.first() == Some(&true);
        next.push(left);
        for (y, pair) in b.iter().zip(row.windows(2)) {
            let [diagonal, above] = pair else { continue };
            let same = x == y || *x == b'?' || *y == b'?';
            let plain = *x != b'*' && *y != b'*';
            // A star stands for nothing, or for one more of the other.
            let starred = (*x == b'*' || *y == b'*') && (left || *above || *diagonal);
            left = (plain && same && *diagonal) || starred;
            next.push(left);
        }
        row = next;
    }
    row.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::overlap;

    #[test]
    fn patterns_overlap_where_one_text_fits_both() {
        for (a, b, both) in [
            ("iam:passrole", "iam:passrole", true),
            ("iam:pass*", "iam:passrole", true),
            ("ssm:*", "ssm:sendcommand", true),
            ("ssm:send*", "ssm:*command", true),
            ("ssm:s?ndcommand", "ssm:sendcommand", true),
            ("ssm:get*", "ssm:sendcommand", false),
            ("s3:*", "ssm:sendcommand", false),
            ("", "*", true),
            ("", "a", false),
            ("a*", "b*", false),
            ("*a", "*b", false),
            ("*", "sts:assumerole*", true),
            ("sts:assumerolewith?", "sts:assumerole*", true),
            ("ssm:sendcommands", "ssm:sendcommand", false),
        ] {
            assert_eq!(overlap(a.as_bytes(), b.as_bytes()), both, "{a} {b}");
            assert_eq!(overlap(b.as_bytes(), a.as_bytes()), both, "{b} {a}");
        }
    }
}
