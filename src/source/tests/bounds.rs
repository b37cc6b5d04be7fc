//! What keeps the cost of a repository in proportion to its size, whatever it holds.

use super::*;

/// A text for each number, joined.
fn repeated(times: usize, text: impl Fn(usize) -> String) -> String {
    (0..times).map(text).collect()
}

#[test]
fn a_file_that_is_no_toml_is_told_in_a_bounded_number_of_messages() {
    let (_, _, diagnostics) =
        load(&tree(&[("landgrant.toml", SETTINGS), ("t.toml", &"=\n".repeat(5000))]));
    assert_eq!(diagnostics.len(), MAX_SYNTAX + 1);
    let last = diagnostics.iter().find(|d| d.message.contains("more from here on")).unwrap();
    assert!(last.message.starts_with("`t.toml` has "), "{}", last.message);
}

#[test]
fn every_mistake_in_a_table_of_a_long_name_does_not_repeat_it_whole() {
    let keys: String = repeated(100, |n| format!("k{n} = 1\n"));
    let text = format!("[group.{}]\n{keys}", "x".repeat(10_000));
    let (_, _, diagnostics) = load(&tree(&[("landgrant.toml", SETTINGS), ("t.toml", &text)]));
    assert_eq!(diagnostics.len(), 101);
    assert!(diagnostics.iter().all(|d| d.message.len() < 400));
}

/// Sets of their own names that have one policy file.
fn sharing(sets: usize) -> String {
    repeated(sets, |n| format!("[permission_set.a{n}]\ninline_policy = \"p.json\"\n"))
}

#[test]
fn a_policy_that_many_sets_share_is_the_same_for_all_and_wrong_once() {
    let good = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let sets = sharing(3);
    let files =
        |policy| tree(&[("landgrant.toml", SETTINGS), ("t.toml", &sets), ("p.json", policy)]);
    let declared = load(&files(good)).0.unwrap();
    let mut policies = declared.permission_sets.values().map(|s| s.value.inline_policy.as_ref());
    assert!(policies.all(|policy| policy.is_some_and(|p| p.value.as_str().contains("Allow"))));
    let found = places(&[("landgrant.toml", SETTINGS), ("t.toml", &sets), ("p.json", "{}")]);
    assert_eq!(found, ["invalid-policy p.json:1:1"]);
    let long =
        good.replace("\"*\"}", &format!("[{}\"*\"]}}", "\"arn:aws:s3:::bucket\",".repeat(600)));
    let found = places(&[("landgrant.toml", SETTINGS), ("t.toml", &sets), ("p.json", &long)]);
    let at = |line| format!("policy-too-large t.toml:{line}:17");
    assert_eq!(found, [at(2), at(4), at(6)], "length is blamed on each use");
}

#[test]
fn references_to_long_networks_are_not_written_out_without_bound() {
    let ranges: String = repeated(2000, |n| format!("\"10.{}.{}.0/24\",", n / 256, n % 256));
    let network = format!("[network.x]\ncidrs = [{ranges}]\n{}", sharing(1));
    let references = "\"${network.x}\",".repeat(2000);
    let policy = format!("{{\"Statement\":[{references}1]}}");
    let files = [("landgrant.toml", SETTINGS), ("t.toml", &network), ("p.json", &policy)];
    let (_, _, diagnostics) = load(&tree(&files));
    let messages: Vec<&str> = diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(messages, ["the policy has more than 10240 bytes without white space"]);
}

#[test]
fn patterns_full_of_wildcards_end() {
    let settings = format!("{SETTINGS}[ignore]\ngroups = [\"{}b\"]\n", "a*".repeat(2000));
    let groups: String = repeated(50, |n| format!("[group.{}{n}]\n", "a".repeat(1000)));
    let (declared, _, _) = load(&tree(&[("landgrant.toml", &settings), ("t.toml", &groups)]));
    let found = crate::resolve::offline::check(&declared.unwrap(), jiff::Timestamp::UNIX_EPOCH);
    assert!(found.is_empty());
}
