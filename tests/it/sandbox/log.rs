//! The log on the command line.

use crate::support::{Repository, overlay, package};
use landgrant::cli::exit::Exit;
use serde_json::Value;

async fn lines(repository: &Repository, words: &[&str]) -> Vec<String> {
    let ran = repository.run(&[&["sandbox", "log"], words].concat()).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.stderr);
    ran.stdout.lines().map(str::to_owned).collect()
}

#[tokio::test(start_paused = true)]
async fn calls_are_counted_by_operation() {
    let repository = Repository::new();
    overlay(&package("examples/e-wallet"), repository.path());
    repository.run(&["plan"]).await;
    let all = lines(&repository, &[]).await;
    let table = lines(&repository, &["--counts"]).await;
    let words = |line: &String| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let [head, rows @ .., sums] = table.as_slice() else { panic!("{table:?}") };
    assert_eq!(words(head), ["operation", "calls", "throttled", "denied"]);
    assert_eq!(words(sums), ["all", &all.len().to_string(), "0", "0"]);
    assert!(rows.is_sorted() && rows.len() > 5, "{table:?}");
    let roots = rows.iter().find(|row| row.starts_with("organizations:ListRoots "));
    let in_log = all.iter().filter(|line| line.contains(" organizations:ListRoots ")).count();
    assert_eq!(words(roots.unwrap())[1], in_log.to_string());

    let json = lines(&repository, &["--counts", "--format", "json", "--run", "last"]).await;
    let json: Vec<Value> = json.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json.len(), rows.len());
    assert_eq!(
        json.iter().map(|row| row["calls"].as_u64().unwrap()).sum::<u64>(),
        all.len() as u64
    );
    assert_eq!(json[0]["operation"], *words(&rows[0])[0]);
    assert_eq!(
        lines(&repository, &["--counts", "--writes"]).await.len(),
        2,
        "a plan writes nothing"
    );
}
