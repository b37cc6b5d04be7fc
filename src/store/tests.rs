//! Reading and writing, and what happens where that fails.

use super::*;

#[test]
fn the_tree_is_what_lies_inside_and_is_not_hidden() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    std::fs::write(outside.path().join("secret.toml"), "x = 1").unwrap();
    for folder in ["teams", ".git", "teams/.hidden"] {
        std::fs::create_dir_all(at(folder)).unwrap();
    }
    for file in
        ["b.toml", "teams/a.toml", "teams/p.json", ".git/x.toml", "teams/.hidden/y.toml", "n.txt"]
    {
        std::fs::write(at(file), "").unwrap();
    }
    std::os::unix::fs::symlink(outside.path().join("secret.toml"), at("link.toml")).unwrap();
    std::os::unix::fs::symlink(root.path(), at("circle")).unwrap();
    let tree = read_tree(root.path()).unwrap();
    let paths: Vec<_> = tree.files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(paths, ["b.toml", "teams/a.toml", "teams/p.json"]);
    assert_eq!(tree.outside, ["link.toml"]);
    assert_eq!(tree.links, [("circle".to_owned(), String::new())].into());
}

#[test]
fn what_links_lead_to_is_read_once() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    std::fs::create_dir_all(at("z")).unwrap();
    std::fs::create_dir_all(at(".shared")).unwrap();
    std::fs::write(at("z/team.toml"), "").unwrap();
    std::fs::write(at("z/real.txt"), "").unwrap();
    std::fs::write(at(".shared/p.json"), "").unwrap();
    symlink(at("z"), at("a")).unwrap();
    symlink(at("z/team.toml"), at("b.toml")).unwrap();
    symlink(at("z/real.txt"), at("c.toml")).unwrap();
    symlink(at("z/real.txt"), at("d.toml")).unwrap();
    symlink(at(".shared"), at("shared")).unwrap();
    let tree = read_tree(root.path()).unwrap();
    let paths: Vec<_> = tree.files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(paths, ["c.toml", "shared/p.json", "z/team.toml"]);
    let links: Vec<_> = tree.links.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(links, [("a", "z"), ("b.toml", "z/team.toml"), ("d.toml", "c.toml")]);
}

#[test]
fn what_may_hold_definitions_is_never_passed_over_in_silence() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let at = |name: &[u8]| root.path().join(OsStr::from_bytes(name));
    std::fs::write(at(b"caf\xe9.toml"), "").unwrap();
    std::fs::write(at(b"caf\xe9.txt"), "").unwrap();
    std::fs::write(at(b".caf\xe9.toml"), "").unwrap();
    std::fs::create_dir(at(b"\xe9quipe")).unwrap();
    symlink(outside.path(), at(b"teams")).unwrap();
    symlink(outside.path().join("gone.toml"), at(b"gone.toml")).unwrap();
    symlink(outside.path().join("gone"), at(b"gone")).unwrap();
    symlink(at(b"turns"), at(b"turns")).unwrap();
    let Tree { files: _, unreadable, outside, links: _ } = read_tree(root.path()).unwrap();
    assert_eq!(outside, ["teams"]);
    let paths: Vec<_> = unreadable.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["caf\u{fffd}.toml", "gone.toml", "turns", "\u{fffd}quipe"]);
}

#[test]
fn what_is_written_is_whole_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    write(&path, "one").unwrap();
    write(&path, "two").unwrap();
    assert_eq!(read(&path).unwrap(), b"two");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let half = write_with(&path, |out| {
        out.write_all(b"thr")?;
        Err(io::Error::other("no more"))
    });
    assert!(half.is_err());
    assert_eq!(read(&path).unwrap(), b"two");
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}

#[test]
fn a_process_that_leaves_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let count = || folder.path().read_dir().unwrap().count();
    // Not the one of the process: other tests write too.
    let unfinished = Unfinished(Mutex::default());
    let path = folder.path().join("snapshot.json");
    let left = unfinished.write(&path, Durable(true), |out| {
        out.write_all(b"half")?;
        assert_eq!(count(), 1);
        drop(unfinished.abandon());
        assert_eq!(count(), 0);
        Ok(())
    });
    assert!(left.is_err());
    assert_eq!(count(), 0);
    unfinished.write(&path, Durable(true), |out| out.write_all(b"whole")).unwrap();
    drop(unfinished.abandon());
    assert_eq!(read(&path).unwrap(), b"whole");
}
