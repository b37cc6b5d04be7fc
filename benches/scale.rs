//! What a plan costs by the size of the organization: a table with the time and the peak of memory of
//! every step, at 10,000, 100,000 and 1,000,000 grants. `benches/README.md` has the figures.
//!
//! Each size runs in a process of its own, because memory that one has freed stays in the process.
#![allow(clippy::expect_used, reason = "a benchmark that cannot run says so loudly")]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]
#![allow(clippy::disallowed_methods, reason = "it measures time and memory of this very process")]

#[allow(dead_code, reason = "the large size is for the example that writes worlds")]
mod world;

use landgrant::access::effective::Effective;
use landgrant::diag::{emit, has_errors};
use landgrant::live::Live;
use landgrant::live::project::project;
use landgrant::live::snapshot;
use landgrant::model::State;
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

// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
        println!("{name:<22}{:>8}    {:>8}    {:>8}", "busy", "elapsed", "peak");
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
    let (before, started) = (busy(), Instant::now());
    let out = black_box(work());
    let (elapsed, busy) = (started.elapsed().as_millis(), busy() - before);
    println!("  {name:<20}{busy:>8} ms {elapsed:>8} ms {:>8} MiB", peak() >> 10);
    out
}

/// How long this process has had a processor, in ms: what others do on the machine shows less in it.
/// Linux counts in hundredths of a second (proc(5), stat).
fn busy() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, after_name) = stat.rsplit_once(')').expect("a name");
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.map(|ticks| ticks.parse::<u64>().expect("a number")).sum::<u64>() * 10
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
        landgrant::store::write_with(Path::new(path), |out| {
            snapshot::write(&live, &mut |piece| out.write_all(piece.as_bytes()))
        })
        .expect("room on the disk");
    });
    println!("  {:<20}{:>35} MiB", "its file", fs::metadata(path).expect("a file").len() >> 20);
}

fn measure(size: Size, path: &str) {
    let live: Live = step("snapshot_read", || read(Path::new(path)));
    let declared = step("definitions_load", || declared(size));
    let rules = Rules::of(&declared);
    let projection = step("project", || project(&live));
    let (desired, diagnostics) = step("resolve", || resolve(&declared, &live, &projection, now()));
    assert!(!has_errors(&diagnostics), "{}", emit::text(&declared.files, &diagnostics, false));
    let difference = step("diff", || diff::diff(&desired.live, &desired.state));
    assert!(!difference.is_empty());
    drop(difference);
    let plan: Plan = step("plan", || plan::make(&live, &projection, &desired, &rules));
    step("render_text", || {
        render::plan::text(&plan, &declared.files, &render::plan::Options::default())
    });
    step("render_json", || document(&plan, &declared.files, &Context::default()).to_string());
    let (rows, people) = step("effective_access", || effective(&projection.state));
    println!("  {rows} rows of access by {people} people; {} changes", plan.changes.len());
    let grants = projection.state.grants.len();
    assert!(grants.abs_diff(size.grants) * 100 <= size.grants, "{grants} grants");
}

/// Goes through what everybody reaches, as a matrix does, and keeps nothing of it.
fn effective(state: &State) -> (usize, usize) {
    let effective = Effective::new(state);
    let mut rows = 0;
    effective.each(|person, grants| {
        black_box((person, grants));
        rows += 1;
    });
    (rows, effective.people().count())
}

fn declared(size: Size) -> Declared {
    let (declared, files, diagnostics) = load(&definitions(size));
    assert!(!has_errors(&diagnostics), "{}", emit::text(&files, &diagnostics, false));
    declared
}

fn read(path: &Path) -> Live {
    snapshot::load(fs::File::open(path).expect("a file")).expect("a snapshot")
}
