//! Near misses: the name that a mistyped one was most likely meant to be.
//!
//! The cost of one question is bounded whatever the number of names: a file of unknown names beside
//! a directory of known ones must not take the product of the two.

/// Words longer than this are never near misses; it bounds the work of the edit distance.
const LONGEST_WORD: usize = 128;

/// Names that are compared one and all; of more, only the neighbours in the alphabet are.
const ALL: usize = 256;

/// Neighbours on each side, in the order of beginnings and in the order of ends.
const NEIGHBOURS: usize = 16;

/// The candidate that a word was most likely meant to be, by edit distance; `None` where none is
/// near. Of two that are as near, the first in the alphabet.
///
/// For lists of a few words; where the names are many or the questions are, [`Names`].
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut search = Search::new(word)?;
    for candidate in candidates {
        search.look(&folded(candidate), candidate);
    }
    search.best.map(|(_, name)| name)
}

/// Names that are asked for often, as [`suggest`] answers.
///
/// Among many names only those are compared that begin or end most like the word. The names are
/// sorted, so the answer depends neither on the order in which they came nor on earlier questions.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Without case, and as typed; in order.
    by_beginning: Vec<(Vec<char>, String)>,
    /// Without case and backwards, with the place in `by_beginning`; in order.
    by_end: Vec<(Vec<char>, usize)>,
}

impl Names {
    /// Sorts the names.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_beginning: Vec<(Vec<char>, String)> =
            names.into_iter().map(|name| (folded(name), name.to_owned())).collect();
        by_beginning.retain(|(folded, _)| folded.len() <= LONGEST_WORD);
        by_beginning.sort();
        by_beginning.dedup();
        let mut by_end = Vec::new();
        if by_beginning.len() > ALL {
            let backwards = |(at, (name, _)): (usize, &(Vec<char>, String))| {
                (name.iter().rev().copied().collect(), at)
            };
            by_end = by_beginning.iter().enumerate().map(backwards).collect();
            by_end.sort();
        }
        Self { by_beginning, by_end }
    }

    /// The name that a word was most likely meant to be.
    pub fn nearest(&self, word: &str) -> Option<&str> {
        let mut search = Search::new(word)?;
        if self.by_end.is_empty() {
            for (folded, name) in &self.by_beginning {
                search.look(folded, name);
            }
        } else {
            let place = self.by_beginning.partition_point(|(name, _)| *name < search.word);
            for (folded, name) in around(&self.by_beginning, place) {
                search.look(folded, name);
            }
            let backwards: Vec<char> = search.word.iter().rev().copied().collect();
            let place = self.by_end.partition_point(|(name, _)| *name < backwards);
            for (_, at) in around(&self.by_end, place) {
                let (folded, name) = &self.by_beginning[*at];
                search.look(folded, name);
            }
        }
        search.best.map(|(_, name)| name)
    }
}

fn folded(name: &str) -> Vec<char> {
    name.to_lowercase().chars().collect()
}

/// The neighbours of a place in an ordered list.
fn around<T>(list: &[T], place: usize) -> &[T] {
    &list[place.saturating_sub(NEIGHBOURS)..(place + NEIGHBOURS).min(list.len())]
}

/// A search for the nearest of several names.
struct Search<'a> {
    /// What was typed, without case.
    word: Vec<char>,
    /// Edits that are too many.
    limit: usize,
    best: Option<(usize, &'a str)>,
    rows: Rows,
}

/// Rows of the table of distances, kept for the next name.
#[derive(Default)]
struct Rows {
    before_last: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl<'a> Search<'a> {
    /// `None` where the word is too long to be near anything.
    fn new(word: &str) -> Option<Self> {
        let word = folded(word);
        let limit = (word.len() / 4).max(1) + 1;
        (word.len() <= LONGEST_WORD).then_some(Self {
            word,
            limit,
            best: None,
            rows: Rows::default(),
        })
    }

    fn look(&mut self, folded: &[char], name: &'a str) {
        if folded.len() > LONGEST_WORD {
            return;
        }
        // One that is as near as the best so far may still stand before it in the alphabet.
        let most = self.best.map_or(self.limit - 1, |(distance, _)| distance);
        if let Some(distance) = self.rows.distance(&self.word, folded, most) {
            let found = (distance, name);
            self.best = Some(self.best.map_or(found, |best| best.min(found)));
        }
    }
}

impl Rows {
    /// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the
    /// other; `None` where they are more than `most`.
    fn distance(&mut self, a: &[char], b: &[char], most: usize) -> Option<usize> {
        if a.len().abs_diff(b.len()) > most {
            return None;
        }
        let far = most + 1;
        let Self { before_last, last, row } = self;
        for (row, fill) in [(&mut *before_last, far), (&mut *last, 0), (&mut *row, far)] {
            row.clear();
            row.resize(b.len() + 1, fill);
        }
        last.iter_mut().enumerate().for_each(|(j, distance)| *distance = j);
        let mut near_before = true;
        for (i, &from) in a.iter().enumerate() {
            // Farther from the diagonal than `most`, every way costs more than that.
            let (first, end) = (i.saturating_sub(most), (i + most + 1).min(b.len()));
            row[first] = if first == 0 { i + 1 } else { far };
            let mut nearest = row[first];
            for j in first..end {
                let to = b[j];
                let mut best = last[j] + usize::from(from != to);
                best = best.min(last[j + 1] + 1).min(row[j] + 1);
                if i > 0 && j > 0 && from == b[j - 1] && to == a[i - 1] {
                    best = best.min(before_last[j - 1] + 1);
                }
                row[j + 1] = best;
                nearest = nearest.min(best);
            }
            if end < b.len() {
                row[end + 1] = far;
            }
            // A swap reaches back two rows.
            let near = nearest <= most;
            if !near && !near_before {
                return None;
            }
            near_before = near;
            std::mem::swap(before_last, last);
            std::mem::swap(last, row);
        }
        Some(last[b.len()]).filter(|distance| *distance <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn near_misses_are_suggested() {
        let keys = ["description", "session", "relay_state", "tags"];
        for (word, meant) in [
            ("desciption", Some("description")),
            ("Session", Some("session")),
            ("sesion", Some("session")),
            ("tgas", Some("tags")),
            ("relaystate", Some("relay_state")),
            ("policy", None),
            ("", None),
        ] {
            assert_eq!(suggest(word, keys), meant, "{word}");
            assert_eq!(Names::new(keys).nearest(word), meant, "{word}");
        }
        assert_eq!(suggest("ab", ["ac", "aa"]), Some("aa"));
        assert_eq!(suggest(&"x".repeat(1000), keys), None);
    }

    #[test]
    fn among_many_names_beginnings_and_ends_are_compared() {
        let people: Vec<String> =
            (0..5000).map(|n| format!("p{:04}.{n}@wallet.example", n * 7 % 5000)).collect();
        let names = Names::new(people.iter().map(String::as_str));
        for (word, meant) in [
            // A slip at the end, at the beginning, and in the middle.
            ("p0007.1@wallet.exmaple", "p0007.1@wallet.example"),
            ("q0007.1@wallet.example", "p0007.1@wallet.example"),
            ("P4999.3257@wallett.example", "p2799.3257@wallet.example"),
        ] {
            let found = names.nearest(word).unwrap_or_default();
            let (typed, found) = (folded(word), folded(found));
            let near = Rows::default().distance(&typed, &folded(meant), 9).unwrap();
            assert!(Rows::default().distance(&typed, &found, near).is_some(), "{word}: {found:?}");
        }
        let mut backwards = people.clone();
        backwards.reverse();
        let again = Names::new(backwards.iter().map(String::as_str));
        assert_eq!(names.nearest("p1234@walet.example"), again.nearest("p1234@walet.example"));
    }

    /// The whole table, without any bound.
    fn plain(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                if i == 0 || j == 0 {
                    table[i][j] = i + j;
                    continue;
                }
                let differ = usize::from(a[i - 1] != b[j - 1]);
                let mut best = table[i - 1][j - 1] + differ;
                best = best.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(table[i - 2][j - 2] + 1);
                }
                table[i][j] = best;
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn bounded_distances_are_the_plain_ones(a in "[abc]{0,12}", b in "[abc]{0,12}", most in 0_usize..14) {
            let (a, b) = (folded(&a), folded(&b));
            let plain = plain(&a, &b);
            prop_assert_eq!(Rows::default().distance(&a, &b, most), Some(plain).filter(|d| *d <= most));
        }
    }
}
