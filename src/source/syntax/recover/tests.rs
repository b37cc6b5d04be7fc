use crate::source::tests::{SETTINGS, each, tree};

#[test]
fn one_mistake_is_reported_once_where_it_is() {
    each(&[
        ("[group.a\nmembers = []\n", "toml-syntax 1:9"),
        ("[[grant]\nto = [\"group:a\"]\nallow = [\"A\"]\nin = [\"all\"]\n", "toml-syntax 1:9"),
        ("[group.a]\ndescription = \"open\nowner = \"x\"\n", "toml-syntax 2:20"),
        ("[group.a]\nmembers = [\"b\" \"c\"]\n", "toml-syntax 2:16"),
        ("[group.a]\nmembers = [\"b\", \"c\"\nowner = \"x\"\n", "toml-syntax 2:20"),
        (
            "[group.a]\nmembers = [\n  \"b\",\n  \"c\"\nowner = \"x\"\n[group.d]\n",
            "toml-syntax 4:6",
        ),
        ("[group.a]\ndescription\nowner = \"x\"\n", "toml-syntax 2:12"),
        ("[group.a]\ndescription =\nowner = \"x\"\n", "toml-syntax 2:14"),
        ("[group.a]\nowner \"x\"\n", "toml-syntax 2:7"),
        ("[group.a]\nowner = x\n", "toml-syntax 2:9"),
        ("[permission_set.a]\nsession = 8h\n", "toml-syntax 2:11"),
        (
            "[permission_set.a]\ntags = { a = \"b\", c = \"d\"\nsession = \"8h\"\n",
            "toml-syntax 2:26",
        ),
        ("[group.a]\ndescription = \"a\\qb\"\n", "toml-syntax 2:18"),
        ("[group.a]\ndescription = \"\"\"\nopen\n", "toml-syntax 3:5"),
        ("owner = = 1\n[group.a]\n", "toml-syntax 1:9"),
        ("group.a]\nmembers = []\n[group.b]\n", "toml-syntax 1:1"),
        ("[group.b]\n[:group.a]\nmembers = []\n", "toml-syntax 2:2"),
        ("[grant]]\nto = [\"group:a\"]\nallow = [\"A\"]\nin = [\"all\"]\n", "toml-syntax 1:1"),
        ("[group.a]\nmembers [\"b\"]\nowner = 1\n", "toml-syntax 2:9, wrong-type 3:9"),
        ("[group.a]\n} \n[group.b]\n", "toml-syntax 2:1"),
    ]);
}

#[test]
fn mistakes_around_one_of_syntax_are_found() {
    each(&[
        (
            "[group.a]\nmember = []\nmembers = [\"b\" \"c d\"]\nowner = 1\n[group.\"\"]\n",
            "unknown-key 2:1, toml-syntax 3:16, invalid-name 3:16, wrong-type 4:9, \
             invalid-name 5:8",
        ),
        (
            "[group.a\nmember = []\n[group.A]\n",
            "toml-syntax 1:9, unknown-key 2:1, case-collision 3:8",
        ),
        ("x = [\n[group.a]\nmember = []\n", "unknown-key 1:1, toml-syntax 1:6, unknown-key 3:1"),
        (
            "[group.a]\nowner = \"x\nowner = \"y\"\n[group.a]\n",
            "toml-syntax 2:11, duplicate-key 3:1, duplicate-definition 4:8",
        ),
        ("[group.a]\r\nowner = \"x\r\nmember = 1\r\n", "toml-syntax 2:11, unknown-key 3:1"),
    ]);
}

#[test]
fn what_is_left_out_is_not_missed() {
    each(&[
        ("[[grant]]\nto = \"group:a\" x\nallow = [\"A\"]\nin = [\"all\"]\n", "toml-syntax 2:16"),
        (
            "[[grant]]\nto = [\"a\\qb\"]\nallow = [\"A\"]\n[[grant]]\nto = [\"group:a\"]\n",
            "toml-syntax 2:10, missing-key 4:1, missing-key 4:1",
        ),
        ("[account.a]\n[account.a.owner]\nemail = \n", "toml-syntax 3:8"),
        ("[account.a]\nid = 0123\n", "toml-syntax 2:6"),
    ]);
    let settings = SETTINGS.replace("\"directory\"", "directory'");
    let (_, _, found) =
        crate::source::load(&tree(&[("landgrant.toml", &settings), ("t.toml", "[group.a]\n")]));
    assert_eq!(found.iter().map(|d| d.code.name()).collect::<Vec<_>>(), ["toml-syntax"]);
}

#[test]
fn statements_over_many_lines_are_whole() {
    each(&[(
        "x y\n[group.a]\ndescription = \"\"\"\n[group.b]\nowner = 1\n\"\"\"\nmembers = [ # ]\n  \"c\", \"]\",\n\n]\n\
         [permission_set.P]\ntags = {\n  a = \"b\",\n  c = \"d\",\n}\n[group.b]\n",
        "toml-syntax 1:3",
    )]);
}
