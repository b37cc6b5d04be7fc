//! What it costs to read, check and resolve definitions, by the size of the repository.
//! `benches/README.md` has the figures and how they are measured.
#![allow(clippy::expect_used, reason = "a benchmark that cannot run says so loudly")]

mod generate;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use generate::{Size, long_file, now, organization, repository, settings};
use landgrant::diag::{Diagnostic, Files, emit, has_errors};
use landgrant::live::project::project;
use landgrant::resolve::{check, resolve};
use landgrant::source::declared::Declared;
use landgrant::source::{Input, Tree, load};
use landgrant::store::read_tree;
use std::fmt::Write as _;
use std::path::Path;

/// Files of a repository; each has twenty grants.
const FILES: [usize; 3] = [100, 1000, 10_000];

/// Mistakes of a broken repository.
const MISTAKES: usize = 20_000;

// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn bytes(tree: &Tree) -> usize {
    tree.files.iter().map(|file| file.bytes.len()).sum()
}

/// The definitions, which must have no mistake.
fn declared(tree: &Tree) -> Declared {
    let (declared, files, diagnostics) = load(tree);
    assert!(!has_errors(&diagnostics), "{}", emit::text(&files, &diagnostics, false));
    declared
}

/// Everything that `landgrant check` says, and how much that is.
fn check(tree: &Tree) -> (Files, Vec<Diagnostic>, String) {
    let (declared, files, mut diagnostics) = load(tree);
    diagnostics.extend(check::offline(&declared, now()));
    let text = emit::text(&files, &diagnostics, false);
    (files, diagnostics, text)
}

fn write(tree: &Tree, folder: &Path) {
    for file in &tree.files {
        let path = folder.join(&file.path);
        landgrant::store::create_folder(path.parent().expect("a folder")).expect("a folder");
        // Not `store::write`: it waits for the disk after each file.
        let mut out = tempfile::Builder::new().tempfile_in(folder).expect("a file");
        std::io::Write::write_all(&mut out, &file.bytes).expect("room on the disk");
        out.persist(&path).expect("a file");
    }
}

#[divan::bench(args = FILES, sample_count = 10)]
fn read_from_disk(bencher: Bencher<'_, '_>, files: usize) {
    let tree = repository(Size::of_files(files));
    let folder = tempfile::tempdir().expect("a folder");
    write(&tree, folder.path());
    bencher
        .counter(ItemsCount::new(tree.files.len()))
        .counter(BytesCount::new(bytes(&tree)))
        .bench(|| read_tree(folder.path()).expect("a tree"));
}

#[divan::bench(args = FILES, sample_count = 10)]
fn load_all(bencher: Bencher<'_, '_>, files: usize) {
    let tree = repository(Size::of_files(files));
    drop(declared(&tree));
    bencher
        .counter(ItemsCount::new(files * 20))
        .counter(BytesCount::new(bytes(&tree)))
        .bench(|| load(black_box(&tree)));
}

#[divan::bench(args = FILES, sample_count = 10)]
fn check_offline(bencher: Bencher<'_, '_>, files: usize) {
    let declared = declared(&repository(Size::of_files(files)));
    bencher
        .counter(ItemsCount::new(files * 20))
        .bench(|| check::offline(black_box(&declared), now()));
}

#[divan::bench(args = FILES, sample_count = 10)]
fn resolve_all(bencher: Bencher<'_, '_>, files: usize) {
    let size = Size::of_files(files);
    let declared = declared(&repository(size));
    let live = organization(size);
    let projection = project(&live);
    let (_, diagnostics) = resolve(&declared, &live, &projection, now());
    assert!(!has_errors(&diagnostics), "{}", emit::text(&declared.files, &diagnostics, false));
    bencher
        .counter(ItemsCount::new(files * 20))
        .bench(|| resolve(black_box(&declared), &live, &projection, now()));
}

/// What the command does, from the disk to the text: the budget is 200 ms for 1,000 files.
#[divan::bench(args = FILES, sample_count = 10)]
fn check_command(bencher: Bencher<'_, '_>, files: usize) {
    let tree = repository(Size::of_files(files));
    let folder = tempfile::tempdir().expect("a folder");
    write(&tree, folder.path());
    bencher
        .counter(ItemsCount::new(files * 20))
        .counter(BytesCount::new(bytes(&tree)))
        .bench(|| check(&read_tree(folder.path()).expect("a tree")));
}

/// One file just below the limit of 1 MiB, and ten of them: the cost is that of the text.
#[divan::bench(args = [1, 10], sample_count = 10)]
fn long_files(bencher: Bencher<'_, '_>, files: usize) {
    let long = (0..files).map(|part| long_file(part, 1 << 20));
    let tree = Tree { files: std::iter::once(settings()).chain(long).collect(), ..Tree::default() };
    drop(declared(&tree));
    bencher.counter(BytesCount::new(bytes(&tree))).bench(|| check(black_box(&tree)));
}

/// A file above the limit is refused, not read.
#[divan::bench(sample_count = 10)]
fn file_of_ten_megabytes(bencher: Bencher<'_, '_>) {
    let tree = Tree { files: vec![settings(), long_file(0, 10_000_000)], ..Tree::default() };
    bencher.counter(BytesCount::new(bytes(&tree))).bench(|| check(black_box(&tree)));
}

/// The ways in which a repository is broken.
const BROKEN: [&str; 4] = ["keys", "syntax", "twice", "undeclared"];

/// A repository with 20,000 mistakes of one kind, in twenty files.
fn broken(kind: &str) -> Tree {
    let mut files = vec![settings()];
    for file in 0..20 {
        let mut text = String::new();
        for n in 0..MISTAKES / 20 {
            let all = file * MISTAKES / 20 + n;
            match kind {
                "keys" => writeln!(text, "[group.team{all}]\ndescripton = \"x\""),
                "syntax" => writeln!(text, "[group.team{all}"),
                "twice" => writeln!(text, "[group.team{n}]"),
                _ => writeln!(
                    text,
                    "[group.team{all}-developers]\n[[grant]]\nto = [\"group:team{all}-develpers\"]\n\
                     allow = [\"Shared\"]\nin = [\"all\"]"
                ),
            }
            .expect("a text takes everything");
        }
        if file == 0 && kind != "syntax" {
            text.push_str("[permission_set.Shared]\n");
        }
        files.push(Input { path: format!("f{file:02}.toml"), bytes: text.into_bytes() });
    }
    Tree { files, ..Tree::default() }
}

#[divan::bench(args = BROKEN, sample_count = 5)]
fn broken_repository(bencher: Bencher<'_, '_>, kind: &str) {
    let tree = broken(kind);
    let (_, diagnostics, _) = check(&tree);
    bencher
        .counter(ItemsCount::new(diagnostics.len()))
        .counter(BytesCount::new(bytes(&tree)))
        .bench(|| check(black_box(&tree)));
}
