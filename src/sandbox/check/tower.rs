//! The rules of Control Tower and of its catalog.

use super::rule::{Rule, rule};

/// What every ARN of a request must look like.
pub(in super::super) const ARN: Rule = rule(20, 2048, r"arn:aws[0-9a-zA-Z_\-:\/]+", |text| {
    text.strip_prefix("arn:aws").is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || "_-:/".contains(c))
    })
});
pub(in super::super) const CONTROL_ARN: Rule = rule(
    34,
    2048,
    r"arn:(aws(?:[-a-z]*)?):(controlcatalog|controltower):[a-zA-Z0-9-]*::control/[0-9a-zA-Z_\-]+",
    |text| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [arn, partition, service, region, account, control] = parts[..] else { return false };
        let id = control.strip_prefix("control/");
        arn == "arn"
            && partition.starts_with("aws")
            && partition.chars().all(|c| c.is_ascii_lowercase() || c == '-')
            && matches!(service, "controlcatalog" | "controltower")
            && region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && account.is_empty()
            && id.is_some_and(|id| {
                !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
            })
    },
);
pub(in super::super) const BASELINE_ARN: Rule = rule(
    0,
    usize::MAX,
    r"arn:[a-z-]+:controltower:[a-z0-9-]*:[0-9]{0,12}:baseline/[A-Z0-9]{16}",
    |text| {
        text.starts_with("arn:")
            && text.rsplit_once(":baseline/").is_some_and(|(_, id)| {
                id.len() == 16 && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
            })
    },
);
pub(in super::super) const BASELINE_VERSION: Rule =
    rule(1, 10, r"\d+(?:\.\d+){0,2}", |text| numbers(text, 1..=3));
pub(in super::super) const ZONE_VERSION: Rule =
    rule(3, 10, r"\d+.\d+", |text| numbers(text, 2..=2));
pub(in super::super) const TOWER_TAG_KEY: Rule = rule(1, 128, r"[\s\S]*", |_| true);
pub(in super::super) const TOWER_TAG_VALUE: Rule = rule(0, 256, r"[\s\S]*", |_| true);

/// Numbers with dots between them.
fn numbers(text: &str, parts: std::ops::RangeInclusive<usize>) -> bool {
    parts.contains(&text.split('.').count())
        && text.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{ARN, BASELINE_ARN, BASELINE_VERSION, CONTROL_ARN, ZONE_VERSION};

    #[test]
    fn patterns_tell_right_from_wrong() {
        let cases = [
            (&CONTROL_ARN, "arn:aws:controlcatalog:::control/503uicglhjkokaajywfpt6ros", true),
            (&CONTROL_ARN, "arn:aws:controltower:eu-west-1::control/AWS-GR_X", true),
            (&CONTROL_ARN, "arn:aws:controltower:eu-west-1::control/CT.MULTISERVICE.PV.1", false),
            (&CONTROL_ARN, "AWS-GR_ENCRYPTED_VOLUMES", false),
            (&BASELINE_ARN, "arn:aws:controltower:us-east-1::baseline/17BSJV3IGJ2QSGA2", true),
            (&BASELINE_ARN, "arn:aws:controltower:us-east-1::baseline:17BSJV3IGJ2QSGA2", false),
            (&ARN, "arn:aws:organizations::999999999999:ou/o-abc/ou-ab12-11111111", true),
            (&ARN, "arn:aws:organizations::999999999999:ou/o abc", false),
            (&BASELINE_VERSION, "4.0", true),
            (&BASELINE_VERSION, "v4", false),
            (&ZONE_VERSION, "3.3", true),
            (&ZONE_VERSION, "3", false),
        ];
        for (rule, text, expected) in cases {
            assert_eq!((rule.ok)(text), expected, "{text}");
        }
    }
}
