//! Patterns with `*` and `?`, held against each other.

use wildmatch::WildMatch;

/// A pattern that others are held against.
pub(super) struct Pattern {
    text: String,
    wild: Option<WildMatch>,
}

impl Pattern {
    /// Of actions, whose case does not matter.
    pub(super) fn action(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        Self { wild: Some(WildMatch::new(&text)), text }
    }

    /// Of resources. What a variable stands for is known to AWS alone, and `${*}` is a star and no pattern.
    pub(super) fn resource(text: &str) -> Self {
        let wild = (!text.contains("${")).then(|| WildMatch::new(text));
        Self { wild, text: text.to_owned() }
    }

    /// Whether it means everything that another pattern of its kind means. Where that cannot be told
    /// from the texts: no.
    pub(super) fn covers(&self, other: &str) -> bool {
        if self.text == other || self.text == "*" {
            return true;
        }
        // One letter is less than any text, and a variable is any.
        let more = (self.text.contains('?') && other.contains('*')) || other.contains("${");
        !more && self.wild.as_ref().is_some_and(|wild| wild.matches(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_covers_what_means_no_more() {
        for (pattern, other, covers) in [
            ("s3:Get*", "s3:getobject", true),
            ("s3:*", "s3:get*", true),
            ("*", "s3:*", true),
            ("s3:get*", "s3:*", false),
            ("s3:ge?", "s3:get", true),
            ("s3:ge?", "s3:ge*", false),
            ("s3:ge?*", "s3:ge?*", true),
        ] {
            assert_eq!(Pattern::action(pattern).covers(other), covers, "{pattern} {other}");
        }
        for (pattern, other, covers) in [
            ("arn:x/*", "arn:x/a*", true),
            ("arn:x/*", "arn:X/a", false),
            ("arn:${*}", "arn:a", false),
            ("arn:*b", "arn:${aws:username}b", false),
            ("*", "arn:${aws:username}", true),
            ("arn:${aws:username}", "arn:${aws:username}", true),
        ] {
            assert_eq!(Pattern::resource(pattern).covers(other), covers, "{pattern} {other}");
        }
    }
}
