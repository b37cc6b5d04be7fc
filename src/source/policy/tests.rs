use crate::id::PermissionSetName;
use crate::model::Policy;
use crate::source::tests::{SETTINGS, declared, each, places, tree};

const SET: &str = "[permission_set.a]\ninline_policy = \"p.json\"\n";

/// `code file:line:column` of what is found in a policy file.
fn in_file(json: &str) -> String {
    let files = [("landgrant.toml", SETTINGS), ("t.toml", SET), ("p.json", json)];
    let mut found = places(&files);
    // Most cases do without the version, so that their columns can be counted.
    found.retain(|place| !place.starts_with("missing-version"));
    found.join(", ").replace(" p.json:", " ")
}

/// A document around one statement, which begins at column 15.
fn around(statement: &str) -> String {
    format!("{{\"Statement\":[{statement}]}}")
}

#[test]
fn documents_are_checked_where_they_stand() {
    for (json, expected) in [
        ("{\n\"Version\": ,\n}", "invalid-policy 1:1, policy-syntax 2:12"),
        ("", "policy-syntax 1:1"),
        ("[]", "invalid-policy 1:1"),
        ("{}", "invalid-policy 1:1"),
        ("{\"Statement\":[]}", "invalid-policy 1:14"),
        ("{\"Id\":5,\"Statement\":1}", "invalid-policy 1:7, invalid-policy 1:21"),
        ("{\"Statement\":1}", "invalid-policy 1:14"),
        (
            "{\"Version\":\"2012-10-18\",\"Statement\":[]}",
            "invalid-policy 1:12, invalid-policy 1:37",
        ),
        ("{\"Statments\":[]}", "invalid-policy 1:1, unknown-element 1:2"),
    ] {
        assert_eq!(in_file(json), expected, "{json}");
    }
}

#[test]
fn statements_are_checked_where_they_stand() {
    for (statement, expected) in [
        (r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#, ""),
        (r#"{"Effect":"Deny","NotAction":["a:B"],"NotResource":["arn:aws:s3:::x"]}"#, ""),
        (r#"{"Effect":"allow","Action":"*","Resource":"*"}"#, "invalid-policy 1:25"),
        (r#"{"Action":"*","Resource":"*"}"#, "invalid-policy 1:15"),
        (r#"{"Effect":"Allow","Resource":"*"}"#, "invalid-policy 1:15"),
        (r#"{"Effect":"Allow","Action":"*"}"#, "invalid-policy 1:15"),
        (
            r#"{"Effect":"Allow","Action":"a:B","NotAction":"a:C","Resource":"*"}"#,
            "invalid-policy 1:60",
        ),
        (
            r#"{"Effect":"Allow","Action":"a","NotAction":"b","Resource":"*"}"#,
            "invalid-policy 1:42, invalid-policy 1:58, invalid-policy 1:58",
        ),
        (r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3"}"#, "invalid-policy 1:57"),
        (r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:x"}"#, "invalid-policy 1:57"),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::b/${aws:username}","arn:*:iam::*:role/x","arn:aws:s3:*","arn:aws:iam::${aws:PrincipalAccount}:user/x"]}"#,
            "",
        ),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}"#, ""),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{}}}"#,
            "invalid-policy 1:81",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"":"a","k":[]}}}"#,
            "invalid-policy 1:82, invalid-policy 1:93",
        ),
        (
            r#"{"Effect":"Allow","Action":[],"Resource":"bucket"}"#,
            "invalid-policy 1:42, invalid-policy 1:56",
        ),
        (
            r#"{"Effect":"Allow","Action":["GetObject",1],"Resource":"*"}"#,
            "invalid-policy 1:43, invalid-policy 1:55",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}"#,
            "unknown-element 1:61",
        ),
        (r#"{"Effect":"Allow","Action":"*","Resource":"*","Sid":"a-b"}"#, "invalid-policy 1:67"),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Sid":"名"}"#,
            "invalid-policy 1:67, invalid-policy 1:67",
        ),
        (
            r#"{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}"#,
            "invalid-policy 1:33",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":1}}"#,
            "invalid-policy 1:81",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:stringlikeIfExists":{"k":"v"}}}"#,
            "",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAdress":{"k":"v"}}}"#,
            "unknown-element 1:74",
        ),
        (
            r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"k":["10.0.0.1","10.0.0.0/33","fd00::/8"]}}}"#,
            "invalid-cidr 1:105",
        ),
        (r#"{"Effect":"Allow","Action":"s3:Get Object","Resource":"*"}"#, "invalid-policy 1:42"),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"k":null}}}"#,
            "invalid-policy 1:86",
        ),
        (
            r#"{"Effect":"Allow","Action":"*","Resource":"*","Sid":"A"},{"Effect":"Deny","Action":"*","Resource":"*","Sid":"A"}"#,
            "duplicate-sid 1:123",
        ),
    ] {
        assert_eq!(in_file(&around(statement)), expected, "{statement}");
    }
}

#[test]
fn the_file_is_one_of_the_repository() {
    let good =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    for (typed, expected) in [
        ("p.json", ""),
        ("./sub/../p.json", ""),
        ("q.json", "policy-file 2:17"),
        ("../p.json", "outside-repository 2:17"),
        ("/p.json", "outside-repository 2:17"),
        ("out.json", "outside-repository 2:17"),
        ("t.toml", "policy-file 2:17"),
        ("bad.json", "invalid-utf8 bad.json:1:1"),
    ] {
        let set = SET.replace("p.json", typed);
        let mut tree = tree(&[("landgrant.toml", SETTINGS), ("t.toml", &set), ("p.json", good)]);
        tree.files.push(crate::source::Input { path: "bad.json".into(), bytes: vec![0xff] });
        tree.outside.extend((typed == "out.json").then(|| typed.to_owned()));
        let (_, files, diagnostics) = crate::source::load(&tree);
        let found: Vec<String> = diagnostics
            .iter()
            .map(|d| format!("{} {}", d.code, files.position(d.span.unwrap())))
            .collect();
        assert_eq!(found.join(", ").replace(" t.toml:", " "), expected, "{typed}");
    }
}

#[test]
fn size_is_counted_without_white_space() {
    let document = |resource: &str| {
        around(&format!(
            "{{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::{resource}\"}}"
        ))
    };
    let frame = document("").len();
    let fits = "*".repeat(10_240 - frame);
    assert_eq!(in_file(&document(&fits)), "");
    assert_eq!(in_file(&document(&format!("{fits} "))), "");
    assert_eq!(in_file(&document(&format!("{fits}*"))), "policy-too-large t.toml:2:17");
    let spaces = " ".repeat(32_768);
    assert_eq!(in_file(&document(&format!("*{spaces}"))), "policy-too-large t.toml:2:17");
}

#[test]
fn tables_are_policies_too() {
    let text = "[permission_set.a.inline_policy]\nVersion = \"2012-10-17\"\n\
        [[permission_set.a.inline_policy.Statement]]\nEffect = \"Allow\"\nAction = \"s3:*\"\n\
        Resource = \"*\"\nCondition.Bool.\"aws:X\" = true\n";
    let set = &declared(text).permission_sets[&PermissionSetName::new("a")].value;
    assert_eq!(
        set.inline_policy.as_ref().unwrap().value,
        Policy::new(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*",
                "Resource":"*","Condition":{"Bool":{"aws:X":true}}}]}"#
        )
    );
    each(&[
        ("[permission_set.a]\ninline_policy = 1\n", "wrong-type 2:17"),
        (
            "[permission_set.a.inline_policy]\nVersion = \"2012-10-17\"\nStatement = []\nX = 1\n",
            "invalid-policy 3:13, unknown-element 4:1",
        ),
        (
            "[permission_set.a.inline_policy]\nVersion = 2012-10-17\nStatement.Effect = \"Deny\"\n\
             Statement.Action = 7\nStatement.Resource = \"*\"\n",
            "invalid-policy 2:11, invalid-policy 4:20",
        ),
    ]);
}

#[test]
fn a_policy_without_version_is_warned_of_and_kept() {
    let files = [
        ("landgrant.toml", SETTINGS),
        ("t.toml", SET),
        ("p.json", r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#),
    ];
    assert_eq!(places(&files), ["missing-version p.json:1:1"]);
    let (declared, _, _) = crate::source::load(&tree(&files));
    let set = &declared.permission_sets[&PermissionSetName::new("a")].value;
    assert!(set.inline_policy.is_some());
}

#[test]
fn depth_is_bounded() {
    let lists = format!("{}{}", "[".repeat(120), "]".repeat(120));
    assert_eq!(in_file(&lists), "invalid-policy 1:1");
    let lists = format!("{}{}", "[".repeat(9999), "]".repeat(9999));
    assert_eq!(in_file(&lists), "policy-syntax 1:128");
}

#[test]
fn networks_expand_to_their_ranges() {
    let around = |ip: &str| {
        format!(
            "[network.a]\ncidrs = [\"10.0.0.0/8\", \"11.0.0.0/8\"]\n\
             [permission_set.a.inline_policy]\nVersion = \"2012-10-17\"\n\
             [permission_set.a.inline_policy.Statement]\nEffect = \"Deny\"\nAction = \"*\"\n\
             Resource = \"*\"\nCondition.NotIpAddress.\"aws:SourceIp\" = {ip}\n"
        )
    };
    for ip in ["\"${network.a}\"", "[\"${network.a}\"]"] {
        let declared = declared(&around(ip));
        let set = &declared.permission_sets[&PermissionSetName::new("a")].value;
        let policy = set.inline_policy.as_ref().unwrap().value.as_str();
        assert!(policy.contains(r#""aws:SourceIp":["10.0.0.0/8","11.0.0.0/8"]"#), "{policy}");
    }
    each(&[
        (&around("[\"1.1.1.1/32\", \"${network.b}\"]"), "unknown-name 9:56"),
        (&around("\"1.1.1.1\"").replace("aws:SourceIp", "${network.a}"), "invalid-policy 9:24"),
        (&around("\"${network.a}/8\""), "invalid-policy 9:41"),
        (&around("\"${aws:x}\""), ""),
        (&around("\"${ network.a }\""), "invalid-policy 9:41"),
        (&around("\"${Network.a}\""), "invalid-policy 9:41"),
        (&around("\"1.1.1.1\"").replace("\"*\"\nC", "\"${network.b}\"\nC"), "unknown-name 8:12"),
        (
            &around("\"1.1.1.1\"").replace("\"*\"\nC", "\"${network.a}\"\nC"),
            "invalid-policy 8:12, invalid-policy 8:12",
        ),
    ]);
}

#[test]
fn a_file_that_is_there_is_named_as_the_key_would_name_it() {
    for (from, to, expected) in [
        ("t.toml", "p.json", "p.json"),
        ("a/t.toml", "p.json", "../p.json"),
        ("a/b/t.toml", "a/c/p.json", "../c/p.json"),
        ("a/t.toml", "a/p.json", "p.json"),
        ("t.toml", "a/p.json", "a/p.json"),
    ] {
        assert_eq!(super::relative(from, to), expected);
    }
}
