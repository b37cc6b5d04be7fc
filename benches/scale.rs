//! What a plan costs by the size of the organization: a table with the time and the peak of memory of
//! every step, at 10,000, 100,000 and 1,000,000 grants. `benches/README.md` has the figures.
//!
//! Each size runs in a process of its own, because memory that one has freed stays in the process.
#![allow(clippy::expect_used, reason = "a benchmark that cannot run says so loudly")]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]
#![allow(clippy::disallowed_methods, reason = "it measures time and memory of this very process")]

mod world;

use landgrant::diag::{emit, has_errors};
use landgrant::live::Live;
use landgrant::live::project::project;
use landgrant::live::snapshot;
use landgrant::plan::document::{Context, document};
use landgrant::plan::{self, Plan};
use landgrant::resolve::{Rules, resolve};
use landgrant::source::declared::Declared;
use landgrant::source::load;
use landgrant::{diff, render};
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use world::definitions::definitions;
use world::{Size, live, now};

/// The step that writes the snapshot which the others begin with.
const WRITE: &str = "snapshot_write";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    if let [child, name, path] = arguments.as_slice()
        && child.starts_with("--child")
    {
        let (_, size) = Size::MEASURED.into_iter().find(|(n, _)| n == name).expect("a size");
        return if child == "--child-write" { write(size, path) } else { measure(size, path) };
    }
    let folder = tempfile::tempdir().expect("a folder");
    for (name, _) in Size::MEASURED {
        if !arguments.is_empty() && !arguments.iter().any(|a| a == name) {
            continue;
        }
        let path = folder.path().join(name);
        println!("{name}");
        for child in ["--child-write", "--child"] {
            let this = std::env::current_exe().expect("this program");
            let status = Command::new(this).args([child, name]).arg(&path).status();
            assert!(status.expect("a process").success(), "{name} {child}");
        }
    }
}

/// Measures a step and says what it cost.
fn step<T>(name: &str, work: impl FnOnce() -> T) -> T {
    // Sets the peak back to what is in use now (proc(5), clear_refs).
    fs::write("/proc/self/clear_refs", "5").expect("Linux");
    let started = Instant::now();
    let out = black_box(work());
    let elapsed = started.elapsed();
    println!("  {name:<24}{:>10.1} ms {:>8} MiB", elapsed.as_secs_f64() * 1e3, peak() >> 10);
    out
}

/// The most memory that this process had since the peak was set back, in KiB.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn write(size: Size, path: &str) {
    let live = live(size);
    step(WRITE, || {
        let text = snapshot::write(&live).expect("a document");
        fs::write(path, text).expect("room on the disk");
    });
    println!("  {:<24}{:>24} MiB", "its file", fs::metadata(path).expect("a file").len() >> 20);
}

fn measure(size: Size, path: &str) {
    let declared = step("definitions_load", || declared(size));
    let live: Live = step("snapshot_read", || read(Path::new(path)));
    let projection = step("project", || project(&live));
    let (desired, diagnostics) =
        step("resolve", || resolve(&declared, &live, &projection, now()));
    assert!(!has_errors(&diagnostics), "{}", emit::text(&declared.files, &diagnostics, false));
    let difference = step("diff", || diff::diff(&desired.live, &desired.state));
    assert!(!difference.is_empty());
    drop(difference);
    let plan: Plan =
        step("plan", || plan::make(&live, &projection, &desired, &Rules::of(&declared)));
    step("render_text", || {
        render::plan::text(&plan, &declared.files, &render::plan::Options::default())
    });
    step("render_json", || document(&plan, &declared.files, &Context::default()).to_string());
    let (create, update, delete) = plan.summary();
    println!("  {create} to create, {update} to update, {delete} to delete; {} lose", plan.access.lose.len());
}

fn declared(size: Size) -> Declared {
    let (declared, files, diagnostics) = load(&definitions(size));
    assert!(!has_errors(&diagnostics), "{}", emit::text(&files, &diagnostics, false));
    declared
}

fn read(path: &Path) -> Live {
    snapshot::read(&fs::read(path).expect("a file")).expect("a snapshot")
}
