//! `[pace]`: how fast AWS is called.

use super::number;
use crate::diag::{Code, Diagnostic};
use crate::source::declared::Pace;
use crate::source::decode::{Node, Table};

/// Calls a second that may be asked for: AWS raises quotas of reads on request, and not without end.
pub(in super::super) const RATE: (f64, f64) = (0.1, 1000.0);
/// Shares of AWS's rates that may be asked for.
pub(in super::super) const SHARE: (f64, f64) = (0.01, 1.0);

/// Account assignments that may be asked for at once.
pub(in super::super) const ASSIGNMENTS: (usize, usize) = (1, 15);
/// Provisionings that may be asked for at once.
pub(in super::super) const PROVISIONINGS: (usize, usize) = (1, 3);

pub(super) fn pace(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Pace {
    let mut pace = Pace::default();
    let Some(mut table) = Table::of("pace", node.span, node, out) else { return pace };
    let Pace { sso_admin, identity_store, organizations, assignments, provisionings } = &mut pace;
    for (key, rate, bounds, help) in [
        (
            "sso_admin",
            sso_admin,
            RATE,
            "write calls a second; AWS allows 20, all operations together",
        ),
        (
            "identity_store",
            identity_store,
            RATE,
            "write calls a second; AWS allows 20 of each operation",
        ),
        ("organizations", organizations, SHARE, "write 0.5 for half of the rate that AWS allows"),
    ] {
        if let Some(node) = table.optional(key) {
            *rate = within(node, key, bounds, help, out);
        }
    }
    for (key, count, bounds) in
        [("assignments", assignments, ASSIGNMENTS), ("provisionings", provisionings, PROVISIONINGS)]
    {
        if let Some(node) = table.optional(key) {
            *count = so_many(node, key, bounds, out);
        }
    }
    table.finish(out);
    pace
}

fn within(
    node: Node<'_>,
    key: &str,
    (least, most): (f64, f64),
    help: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<f64> {
    let typed = number(node, out)?;
    let kept = typed.filter(|number| (least..=most).contains(number));
    if kept.is_none() {
        let message = format!("`{key}` is a number from {least} to {most}");
        out.push(Diagnostic::new(Code::InvalidValue, node.span, message).help(help));
    }
    kept
}

fn so_many(
    node: Node<'_>,
    key: &str,
    (least, most): (usize, usize),
    out: &mut Vec<Diagnostic>,
) -> Option<usize> {
    let typed = node.integer(out)?;
    let kept = usize::try_from(typed).ok().filter(|number| (least..=most).contains(number));
    if kept.is_none() {
        let message = format!("`{key}` is a whole number from {least} to {most}");
        let help = "AWS allows no more at once, for all tools together";
        out.push(Diagnostic::new(Code::InvalidValue, node.span, message).help(help));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::tests::each;

    #[test]
    fn each_rate_is_checked() {
        each(&[
            ("[pace]\nsso_admin = 15\nidentity_store = 0.5\norganizations = 1\n", ""),
            ("[pace]\nsso_admin = 0\n", "invalid-value 4:13"),
            ("[pace]\nsso_admin = inf\n", "invalid-value 4:13"),
            ("[pace]\nidentity_store = \"fast\"\n", "wrong-type 4:18"),
            ("[pace]\norganizations = 1.5\n", "invalid-value 4:17"),
            ("[pace]\nsso-admin = 3\n", "unknown-key 4:1"),
            ("[pace]\nassignments = 15\nprovisionings = 1\n", ""),
            ("[pace]\nassignments = 16\n", "invalid-value 4:15"),
            ("[pace]\nprovisionings = 0\n", "invalid-value 4:17"),
            ("[pace]\nprovisionings = 1.5\n", "wrong-type 4:17"),
        ]);
    }
}
