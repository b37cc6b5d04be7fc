//! References to managed policies: names, ARNs, paths.

use super::declared::{BoundaryRef, Declared, PolicyRef};
use super::names::{CUSTOMER_POLICY, is_iam};
use super::permission_set::MAX_REFERENCE;
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::model::CustomerPolicy;
use crate::text::{lines_of, shorten};
use std::collections::BTreeMap;

fn bad_policy(text: &Spanned<&str>, label: &str, help: &str, out: &mut Vec<Diagnostic>) {
    let message = format!("`{}` does not name a policy", text.value);
    out.push(
        Diagnostic::new(Code::InvalidPolicyReference, text.span, message).label(label).help(help),
    );
}

/// `ReadOnlyAccess`, `job-function/ViewOnlyAccess` or an ARN.
pub(super) fn managed(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<PolicyRef> {
    const HELP: &str = "write what follows `arn:aws:iam::aws:policy/`, or the whole ARN";
    const CUSTOMER: &str = "a policy of your own belongs in `customer_managed_policies` (or \
        `customer`), by path and name";
    let (name, policy) = match text.value.strip_prefix("arn:") {
        None => (text.value, PolicyRef::Name(text.value.to_owned())),
        Some(arn) => {
            let parts: Vec<&str> = arn.splitn(5, ':').collect();
            let [partition, "iam", "", account, policy] = parts.as_slice() else {
                bad_policy(&text, "not the ARN of a policy", HELP, out);
                return None;
            };
            let Some(name) = policy.strip_prefix("policy/").filter(|_| is_partition(partition))
            else {
                bad_policy(&text, "not the ARN of a policy", HELP, out);
                return None;
            };
            if *account != "aws" {
                bad_policy(&text, "not a policy of AWS", CUSTOMER, out);
                return None;
            }
            (name, PolicyRef::Arn(text.value.to_owned()))
        }
    };
    if name.starts_with('/') {
        bad_policy(&text, "begins with `/`", CUSTOMER, out);
        return None;
    }
    let named = |part: &str| !part.is_empty() && part.chars().all(is_iam);
    if text.value.len() > MAX_REFERENCE || !name.split('/').all(named) {
        bad_policy(&text, "not a policy's path and name", HELP, out);
        return None;
    }
    path(&text, name, out);
    Some(policy)
}

/// What a managed policy is called, however it was spelled.
pub(super) fn by_name(policy: &PolicyRef) -> String {
    let (PolicyRef::Name(text) | PolicyRef::Arn(text)) = policy;
    text.split_once(":policy/").map_or(text.as_str(), |(_, name)| name).to_owned()
}

/// Where a customer managed policy stands, however it was spelled.
pub(super) fn by_path(policy: &CustomerPolicy) -> String {
    format!("{}{}", policy.path, policy.name)
}

/// The list without policies that stand in it under another spelling; each is warned of.
pub(super) fn distinct<T>(
    key: &str,
    list: Vec<Spanned<T>>,
    same: impl Fn(&T) -> String,
    out: &mut Vec<Diagnostic>,
) -> Vec<Spanned<T>> {
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    let mut kept = Vec::new();
    for policy in list {
        let name = same(&policy.value);
        if let Some(before) = first.get(&name) {
            let message = format!("`{name}` stands twice in `{key}`");
            out.push(
                Diagnostic::new(Code::DuplicateMember, policy.span, message)
                    .label("another spelling of the same policy")
                    .related(*before, "first listed here")
                    .help("remove one of the two"),
            );
            continue;
        }
        first.insert(name, policy.span);
        kept.push(policy);
    }
    kept
}

/// `aws`, `aws-cn`, `aws-us-gov`.
fn is_partition(text: &str) -> bool {
    text.strip_prefix("aws").is_some_and(|rest| {
        rest.is_empty()
            || (rest.starts_with('-') && rest.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
    })
}

/// Policies for job functions, which AWS keeps under a path of their own.
const JOB_FUNCTIONS: &str = include_str!("../../policies/job-function-policies.txt");

/// Warns of a policy for a job function without its path, and of the path before another policy: there
/// is no such policy, which AWS says only when the permission set is changed.
fn path(text: &Spanned<&str>, name: &str, out: &mut Vec<Diagnostic>) {
    const FOLDER: &str = "job-function/";
    /// Policies that read like those for job functions, and stand without a path.
    const PLAIN: &[&str] =
        &["AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit"];
    let right = match name.strip_prefix(FOLDER) {
        Some(plain) if PLAIN.contains(&plain) => plain.to_owned(),
        None if lines_of(JOB_FUNCTIONS).any(|known| known == name) => format!("{FOLDER}{name}"),
        _ => return,
    };
    let message = format!("AWS keeps no policy at `{name}`");
    out.push(
        Diagnostic::new(Code::PolicyPath, text.span, message)
            .label("another path")
            .help(format!("write `{right}`")),
    );
}

/// Reports ARNs of policies in another partition than the one that Identity Center's Region is in.
pub(super) fn partitions(declared: &Declared, out: &mut Vec<Diagnostic>) {
    let region = &declared.settings.region;
    if region.value.is_empty() {
        return;
    }
    let expected = partition(&region.value);
    let mut check = |arn: &str, span: Span| {
        let found = arn.split(':').nth(1).unwrap_or_default();
        if found != expected {
            let message = format!("`{}` is in partition `{found}`", shorten(arn, 80));
            out.push(
                Diagnostic::new(Code::WrongPartition, span, message)
                    .label(format!("`{}` is in `{expected}`", region.value))
                    .related(region.span, "the Region of Identity Center")
                    .help(format!("write arn:{expected}:…, or the policy's name alone")),
            );
        }
    };
    if let Some(instance) = &declared.settings.instance {
        check(instance.value.as_str(), instance.span);
    }
    for set in declared.permission_sets.values() {
        for policy in &set.value.managed_policies {
            if let PolicyRef::Arn(arn) = &policy.value {
                check(arn, policy.span);
            }
        }
        if let Some(boundary) = &set.value.permissions_boundary
            && let BoundaryRef::Managed(PolicyRef::Arn(arn)) = &boundary.value
        {
            check(arn, boundary.span);
        }
    }
}

/// The partition of a Region (AWS SDK's partitions.json: each has a pattern of Region names).
fn partition(region: &str) -> &'static str {
    const OTHERS: &[(&str, &str)] = &[
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    let found = OTHERS.iter().find(|(start, _)| region.starts_with(start));
    found.map_or("aws", |(_, partition)| partition)
}

/// `Name` or `/path/Name`.
pub(super) fn customer(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<CustomerPolicy> {
    const HELP: &str = "write `Name` or `/path/Name`";
    if text.value.starts_with("arn:") {
        bad_policy(&text, "an ARN names one account", HELP, out);
        return None;
    }
    let (path, name) = match text.value.rsplit_once('/') {
        None => ("/", text.value),
        Some((folder, name)) => (&text.value[..=folder.len()], name),
    };
    let is_path = |path: &str| {
        let named = |part: &str| !part.is_empty() && part.chars().all(is_iam);
        let inner = path.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        path == "/" || inner.is_some_and(|inner| inner.split('/').all(named))
    };
    if path.len() > 512 || !is_path(path) {
        bad_policy(&text, "the path does not begin with `/`, or is not one", HELP, out);
        return None;
    }
    let spanned = Spanned::new(name, text.span);
    let name = CUSTOMER_POLICY.check_as(Code::InvalidPolicyReference, spanned, out)?;
    Some(CustomerPolicy { path: path.to_owned(), name: name.value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::PermissionSetName;
    use crate::source::tests::{declared, each};

    #[test]
    fn policies_are_named_by_name_or_arn() {
        for (typed, good) in [
            ("ReadOnlyAccess", true),
            ("job-function/ViewOnlyAccess", true),
            ("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", true),
            ("arn:aws:iam::111122223333:policy/Own", false),
            ("arn:aws:s3:::bucket", false),
            ("arn:awsome:iam::aws:policy/X", false),
            ("/platform/Own", false),
            ("a//b", false),
            ("a b", false),
            ("", false),
        ] {
            let text = format!("[permission_set.a]\nmanaged_policies = [\"{typed}\"]\n");
            each(&[(&text, if good { "" } else { "invalid-policy-reference 2:21" })]);
        }
    }

    #[test]
    fn policies_stand_where_aws_keeps_them() {
        for (typed, expected) in [
            ("ViewOnlyAccess", "policy-path 2:21"),
            ("arn:aws:iam::aws:policy/Billing", "policy-path 2:21"),
            ("job-function/PowerUserAccess", "policy-path 2:21"),
            ("job-function/Billing", ""),
            ("PowerUserAccess", ""),
            ("service-role/AWSLambdaRole", ""),
            ("arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess", "wrong-partition 2:21"),
            ("arn:aws-cn:iam::aws:policy/ReadOnlyAccess", "wrong-partition 2:21"),
        ] {
            let text = format!("[permission_set.a]\nmanaged_policies = [\"{typed}\"]\n");
            each(&[(&text, expected)]);
        }
    }

    #[test]
    fn partitions_follow_the_region() {
        for (region, partition) in [
            ("ap-southeast-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(super::partition(region), partition, "{region}");
        }
    }

    #[test]
    fn customer_policies_have_a_path_and_a_name() {
        for (typed, path, name) in
            [("Own", "/", "Own"), ("/Own", "/", "Own"), ("/a/b/Own", "/a/b/", "Own")]
        {
            let text = format!("[permission_set.a]\ncustomer_managed_policies = [\"{typed}\"]\n");
            let set = &declared(&text).permission_sets[&PermissionSetName::new("a")].value;
            let expected = CustomerPolicy { path: path.into(), name: name.into() };
            assert_eq!(set.customer_managed_policies[0].value, expected);
        }
        for typed in
            ["a/Own", "//Own", "/a/", "/a//Own", "/a b/Own", "", "arn:aws:iam::aws:policy/X"]
        {
            let text = format!("[permission_set.a]\ncustomer_managed_policies = [\"{typed}\"]\n");
            each(&[(&text, "invalid-policy-reference 2:30")]);
        }
    }
}
