//! What edits of sets allow more and less.

use super::compare;
use crate::model::{PermissionSet, Policy};

fn with(statements: &str) -> PermissionSet {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    PermissionSet { inline_policy: Some(Policy::new(&text)), ..PermissionSet::default() }
}

fn allow(actions: &str, resources: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":[{actions}],"Resource":[{resources}]}}"#)
}

fn deny(actions: &str) -> String {
    format!(r#"{{"Effect":"Deny","Action":[{actions}],"Resource":"*"}}"#)
}

#[test]
fn of_an_edited_statement_only_what_differs_counts() {
    let reading = allow(r#""s3:GetObject","s3:ListBucket""#, r#""*""#);
    for (case, before, after, wider, narrower) in [
        ("nothing", &reading, reading.clone(), "", ""),
        (
            "order and repetition",
            &reading,
            allow(r#""s3:ListBucket","s3:getobject","s3:ListBucket""#, r#""*""#),
            "",
            "",
        ),
        (
            "an action more",
            &reading,
            allow(r#""s3:GetObject","s3:ListBucket","s3:PutObject""#, r#""*""#),
            "allows s3:PutObject",
            "",
        ),
        (
            "an action less",
            &reading,
            allow(r#""s3:GetObject""#, r#""*""#),
            "",
            "no longer allows s3:ListBucket",
        ),
        ("a wildcard over them", &reading, allow(r#""s3:*""#, r#""*""#), "allows s3:*", ""),
        (
            "fewer resources",
            &reading,
            allow(r#""s3:GetObject","s3:ListBucket""#, r#""arn:aws:s3:::a""#),
            "",
            "no longer allows s3:GetObject, s3:ListBucket",
        ),
        (
            "a resource more",
            &allow(r#""s3:GetObject""#, r#""arn:a""#),
            allow(r#""s3:GetObject""#, r#""arn:b","arn:a""#),
            "allows s3:GetObject on arn:b",
            "",
        ),
        (
            "two statements of one",
            &reading,
            format!(
                "{},{}",
                allow(r#""s3:GetObject""#, r#""*""#),
                allow(r#""s3:ListBucket""#, r#""*""#)
            ),
            "",
            "",
        ),
        (
            "a condition more",
            &reading,
            reading.replace('}', r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}}"#),
            "",
            "no longer allows s3:GetObject, s3:ListBucket",
        ),
        (
            "a denial more",
            &reading,
            format!("{reading},{}", deny(r#""s3:ListBucket""#)),
            "",
            "denies s3:ListBucket",
        ),
        ("a name", &reading, reading.replace('{', r#"{"Sid":"Read","#), "", ""),
        (
            "all but less",
            &reading.replace("Action", "NotAction"),
            reading.replace("Action", "NotAction").replace(r#","s3:ListBucket""#, ""),
            "allows any action but s3:GetObject",
            "no longer allows any action but s3:GetObject, s3:ListBucket",
        ),
        (
            "what is not understood",
            &reading,
            reading.replace('}', r#","Principal":"*"}"#),
            "inline policy: a statement that cannot be read changed",
            "inline policy: a statement that cannot be read changed; no longer allows s3:GetObject, s3:ListBucket",
        ),
    ] {
        let (more, less) = compare(&with(before), &with(&after));
        assert_eq!(
            (more.because.join("; "), less.because.join("; ")),
            (wider.into(), narrower.into()),
            "{case}"
        );
        let (back, forth) = compare(&with(&after), &with(before));
        assert_eq!(more.is_empty(), forth.is_empty(), "{case}, backwards");
        assert_eq!(less.is_empty(), back.is_empty(), "{case}, backwards");
    }
}

#[test]
fn what_cannot_be_told_counts_both_ways() {
    let base = with(&allow(r#""s3:Get*""#, r#""*""#));
    for other in [
        "no JSON",
        r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#,
        r#"{"Statement":{}}"#,
    ] {
        let other =
            PermissionSet { inline_policy: Some(Policy::new(other)), ..PermissionSet::default() };
        let (wider, narrower) = compare(&base, &other);
        assert!(!wider.is_empty() && !narrower.is_empty(), "{other:?}");
    }
    // A document that is new says what it says.
    let (wider, narrower) = compare(&PermissionSet::default(), &base);
    assert_eq!(wider.because, ["allows s3:Get*"]);
    assert!(narrower.is_empty());
}

#[test]
fn large_policies_are_compared_in_reasonable_time() {
    // More than AWS takes. Each action is held against each, and each resource against each.
    let list = |what: &str, from: usize| {
        let texts = (from..from + 800).map(|n| format!("\"{what}:{n:04}x*\""));
        texts.collect::<Vec<_>>().join(",")
    };
    let (a, b) = (allow(&list("s", 0), &list("arn", 0)), allow(&list("s", 400), &list("arn", 400)));
    let (wider, narrower) = compare(&with(&a), &with(&b));
    assert_eq!((wider.pieces.len(), narrower.pieces.len()), (2, 2));
}
