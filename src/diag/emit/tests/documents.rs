//! The documents for programs.

use super::*;
use serde_json::Value;

#[test]
fn json_has_the_documented_fields() {
    let files = files(&[("a.toml", "\nxé = 1\n")]);
    let list = [
        Diagnostic::new(Code::UnknownKey, at(&files, 0, "1"), "`xé`\u{202e}")
            .label("here")
            .related(at(&files, 0, "é"), "there"),
        Diagnostic::without_place(Code::NoDefinitions, "nothing").help("add some"),
    ];
    let related = json!({"code": "unknown-key", "severity": "error", "message": "there",
        "label": null, "file": "a.toml", "line": 2, "column": 2, "help": null, "related": []});
    assert_eq!(
        json(&files, &list),
        json!({
            "format_version": "1.0",
            "kind": "landgrant.check",
            "diagnostics": [
                {"code": "unknown-key", "severity": "error", "message": "`xé`\\u{202e}",
                 "label": "here", "file": "a.toml", "line": 2, "column": 6, "help": null,
                 "related": [related]},
                {"code": "no-definitions", "severity": "warning", "message": "nothing",
                 "label": null, "file": null, "line": null, "column": null, "help": "add some",
                 "related": []},
            ],
            "summary": {"errors": 1, "warnings": 1},
        })
    );
}

/// The run of a SARIF document of some diagnostics.
fn run(files: &Files, list: &[Diagnostic]) -> Value {
    sarif(files, list)["runs"][0].clone()
}

#[test]
fn sarif_names_rules_and_regions() {
    let files = files(&[("teams/đội 1#.toml", "\nxé = [\n名]\n"), ("b:c.toml", "y")]);
    let list = [Diagnostic::new(Code::UnknownKey, at(&files, 0, "[\n名]"), "no\u{1b}")
        .label("here")
        .help("write z")
        .related(at(&files, 1, "y"), "there")];
    let run = run(&files, &list);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), Code::ALL.len());
    let mut result = run["results"][0].clone();
    let rule = &rules[usize::try_from(result["ruleIndex"].take().as_u64().unwrap()).unwrap()];
    assert_eq!(rule["id"], "unknown-key");
    assert_eq!(rule["shortDescription"]["text"], "A key that the table does not have.");
    assert!(rule["help"]["text"].as_str().unwrap().contains("**Cure**"));
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
    assert!(result["partialFingerprints"].take().is_object());
    let place = |uri, [line, column, end_line, end_column]: [u32; 4]| {
        json!({
            "artifactLocation": { "uri": uri },
            "region": { "startLine": line, "startColumn": column,
                        "endLine": end_line, "endColumn": end_column },
        })
    };
    assert_eq!(
        result,
        json!({
            "ruleId": "unknown-key",
            "ruleIndex": null,
            "level": "error",
            "message": { "text": "no\\u{1b}\nhere\nwrite z" },
            "locations": [{
                "physicalLocation": place("teams/%C4%91%E1%BB%99i%201%23.toml", [2, 6, 3, 3]),
            }],
            "relatedLocations": [{
                "id": 1,
                "message": { "text": "there" },
                "physicalLocation": place("b%3Ac.toml", [1, 1, 1, 2]),
            }],
            "partialFingerprints": null,
        })
    );
    assert_eq!(run["columnKind"], "unicodeCodePoints");
}

#[test]
fn sarif_without_a_place_blames_the_repository() {
    let list = [Diagnostic::without_place(Code::NoDefinitions, "nothing")];
    let result = run(&files(&[]), &list)["results"][0].take();
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "landgrant.toml");
    assert_eq!(place["region"], json!({ "startLine": 1, "endLine": 1 }));
    assert_eq!(run(&files(&[]), &[])["results"], json!([]));
}

#[test]
fn sarif_messages_mean_themselves() {
    let files = files(&[("a.toml", "x")]);
    for (message, text) in [
        ("write { managed = \"A\" } in [group.a]", "write { managed = \"A\" } in [group.a]"),
        ("[see](https://a.example) \\", "\\[see\\](https://a.example) \\\\"),
        ("`{0}` {x}", "`{{0}}` {{x}}"),
    ] {
        let list = [Diagnostic::new(Code::InvalidName, at(&files, 0, "x"), message)];
        assert_eq!(run(&files, &list)["results"][0]["message"]["text"], text);
    }
}

#[test]
fn fingerprints_stay_where_lines_move() {
    let prints = |text: &str| -> Vec<String> {
        let files = files(&[("a.toml", text)]);
        let places = files.list[0].text.match_indices("x = 1").map(|(at, _)| at);
        let list: Vec<Diagnostic> = places
            .map(|at| Span { file: FileId(0), start: at, end: at + 1 })
            .map(|span| Diagnostic::new(Code::UnknownKey, span, "`x` is no key"))
            .collect();
        let results = run(&files, &list)["results"].take();
        let print = |r: &Value| r["partialFingerprints"]["landgrant/v1"].as_str().unwrap().into();
        results.as_array().unwrap().iter().map(print).collect()
    };
    let [first, second] = prints("x = 1\nx = 1\n").try_into().unwrap();
    assert_ne!(first, second);
    assert_eq!(prints("# moved\n\n  x = 1\n"), [first]);
}
