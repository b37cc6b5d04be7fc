//! The commit of a policy repository, for the plan's record of what was desired.

use std::path::Path;
use std::process::{Command, Stdio};

/// The commit that a folder is at and whether the folder differs from it; `None` where it is no git
/// repository or there is no git.
pub fn commit(folder: &Path) -> Option<(String, bool)> {
    let run = |args: &[&str]| {
        let output = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(args)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = run(&["rev-parse", "HEAD"])?;
    let dirty = !run(&["status", "--porcelain", "--", "."])?.is_empty();
    Some((commit, dirty))
}
