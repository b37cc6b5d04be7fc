//! `drift --notify` against a server on loopback.

use crate::support::{Ran, Repository, overlay, package, read, write};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use landgrant::cli::exit::Exit;
use landgrant::sandbox::{Effect, Fault};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// Part of every address here, and of nothing that is printed.
const SECRET: &str = "T0SECRET0PATH";

/// What a receiver got.
#[derive(Clone, Debug)]
struct Got {
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A receiver that answers with these statuses, and then with 200.
struct Receiver {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    async fn new(statuses: &[u16], answer: &'static str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/services/{SECRET}", listener.local_addr().unwrap());
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let left = Arc::new(Mutex::new(statuses.to_vec()));
        let kept = Arc::clone(&got);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (got, left) = (Arc::clone(&kept), Arc::clone(&left));
                let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                    let (got, left) = (Arc::clone(&got), Arc::clone(&left));
                    async move {
                        let (parts, body) = request.into_parts();
                        let body = body.collect().await.unwrap().to_bytes();
                        let headers = parts.headers.iter();
                        let headers = headers.map(|(name, value)| {
                            (name.to_string(), value.to_str().unwrap().to_owned())
                        });
                        got.lock().unwrap().push(Got {
                            path: parts.uri.path().to_owned(),
                            headers: headers.collect(),
                            body: String::from_utf8(body.to_vec()).unwrap(),
                        });
                        let mut left = left.lock().unwrap();
                        let status = if left.is_empty() { 200 } else { left.remove(0) };
                        drop(left);
                        http::Response::builder()
                            .status(status)
                            .header("location", "http://127.0.0.1:1/elsewhere")
                            .body(Full::new(Bytes::from_static(answer.as_bytes())))
                    }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(async move { drop(connection.await) });
            }
        });
        Self { url, got }
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

/// Binh is an administrator of the management account, and nobody has declared it.
fn repository() -> Repository {
    let repository = Repository::new();
    let from = package("tests/scenarios/drift_since_the_last_run");
    write(&repository.path().join("sandbox.json"), &read(&from.join("world.json")));
    overlay(&from.join("defs"), repository.path());
    repository
}

async fn drift(repository: &Repository, words: &[&str]) -> Ran {
    let ran = Box::pin(repository.run(&[&["drift"], words].concat())).await;
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains(SECRET) && !text.contains("127.0.0.1"), "{text}");
    }
    ran
}

fn last(repository: &Repository) -> Value {
    serde_json::from_str(&read(&repository.path().join("last.json"))).unwrap()
}

const BASELINE: [&str; 4] = ["--baseline", "$DIR/last.json", "--out", "json=$DIR/last.json"];

#[tokio::test]
async fn one_message_where_there_is_news_and_none_where_it_is_known() {
    let (slack, hook) = (Receiver::new(&[], "ok").await, Receiver::new(&[], "").await);
    let mut repository = repository();
    for (name, value) in [
        ("SLACK_URL", slack.url.as_str()),
        ("HOOK", &hook.url),
        ("HOOK_TOKEN", "tokentoken"),
        ("HOOK_SECRET", "key"),
        ("GITHUB_SERVER_URL", "https://github.example"),
        ("GITHUB_REPOSITORY", "you/policy"),
        ("GITHUB_RUN_ID", "17"),
    ] {
        repository.vars.insert(name.to_owned(), value.to_owned());
    }
    let notify = ["--notify", "slack=SLACK_URL", "--notify", "webhook=HOOK", "--fail-on", "new"];
    let words = [&notify[..], &BASELINE].concat();
    let ran = drift(&repository, &words).await;
    assert_eq!(ran.exit, Exit::Changes, "{}", ran.stderr);
    let told = &last(&repository)["notifications"];
    assert_eq!(told[0]["target"], "slack=SLACK_URL");
    assert_eq!((told[0]["ok"].as_bool(), told[1]["ok"].as_bool()), (Some(true), Some(true)));

    let [message] = slack.got().try_into().unwrap();
    assert_eq!(message.path, format!("/services/{SECRET}"));
    assert_eq!(message.headers["content-type"], "application/json");
    let blocks = message.json()["blocks"].clone();
    let title = "[sandbox] drift in o-abcdefghij: 1 item to look at: 1 critical";
    assert_eq!(blocks[0]["text"]["text"], title);
    let item = blocks[2]["text"]["text"].as_str().unwrap();
    assert!(item.starts_with("critical unmanaged (new) grant/wallet/Admin/user:binh@wallet"));
    let link = blocks[3]["text"]["text"].as_str().unwrap();
    assert_eq!(link, "<https://github.example/you/policy/actions/runs/17|open the run>");

    let [message] = hook.got().try_into().unwrap();
    assert_eq!(message.headers["authorization"], "Bearer tokentoken");
    let signature = &message.headers["x-landgrant-signature"];
    assert!(signature.starts_with("sha256=") && signature.len() == 71, "{signature}");
    let document = message.json();
    assert_eq!(document["kind"], "landgrant.drift.notification");
    assert_eq!((&document["status"], &document["complete"]), (&"news".into(), &true.into()));
    assert_eq!(document["counts"]["new"], 1);
    assert_eq!(document["items"][0]["severity"], "critical");
    assert_eq!(document["items"][0]["people"][0], "binh@wallet.example");

    // Known since: nobody is told, but by a heartbeat.
    assert_eq!(drift(&repository, &words).await.exit, Exit::Done);
    assert_eq!(last(&repository)["notifications"], Value::Array(Vec::new()));
    assert_eq!((slack.got().len(), hook.got().len()), (1, 1));
    drift(&repository, &[&words[..], &["--heartbeat"]].concat()).await;
    assert_eq!(hook.got()[1].json()["status"], "heartbeat");
}

#[tokio::test]
async fn who_did_not_hear_of_it_hears_of_it_in_the_next_run() {
    let broken = Receiver::new(&[500, 503, 500], "<html>T0SECRET0PATH</html>").await;
    let well = Receiver::new(&[], "").await;
    let mut repository = repository();
    repository.vars.insert("ONE".to_owned(), broken.url.clone());
    repository.vars.insert("TWO".to_owned(), well.url.clone());
    let notify = ["--notify", "webhook=ONE", "--notify", "webhook=TWO", "--fail-on", "new"];
    let words = [&notify[..], &BASELINE].concat();
    let ran = drift(&repository, &words).await;
    assert_eq!(ran.exit, Exit::Changes, "the exit code is drift's");
    let warning = "warning: webhook=ONE was not told: the receiver answered 500\n";
    assert!(ran.stderr.ends_with(warning), "{}", ran.stderr);
    assert_eq!(broken.got().len(), 3, "it is tried again, and not for ever");
    let document = last(&repository);
    assert_eq!(document["notifications"][0]["error"], "the receiver answered 500");
    assert_eq!(document["items"][0]["untold"], serde_json::json!(["webhook=ONE"]));

    let ran = drift(&repository, &words).await;
    assert_eq!((ran.exit, ran.stderr.as_str()), (Exit::Done, ""), "it is known by now");
    assert_eq!((broken.got().len(), well.got().len()), (4, 1));
    assert_eq!(broken.got()[3].json()["items"][0]["news"], "unchanged");
    drift(&repository, &words).await;
    assert_eq!(broken.got().len(), 4);
}

#[tokio::test]
async fn what_helps_nobody_is_not_tried_again() {
    for (status, answer, error) in [
        (302, "", "the receiver answered 302, and redirects are not followed"),
        (403, "invalid_token", "the receiver answered 403 (invalid_token)"),
        (404, "No such thing at T0SECRET0PATH", "the receiver answered 404"),
    ] {
        let receiver = Receiver::new(&[status], answer).await;
        let mut repository = repository();
        repository.vars.insert("SLACK_URL".to_owned(), receiver.url.clone());
        let ran = drift(&repository, &["--notify", "slack=SLACK_URL", "--format", "json"]).await;
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(document["notifications"][0]["error"], error);
        assert_eq!((ran.exit, receiver.got().len()), (Exit::Changes, 1));
    }
}

#[tokio::test]
async fn a_run_that_could_not_look_is_told() {
    let receiver = Receiver::new(&[], "").await;
    let mut repository = repository();
    repository.vars.insert("HOOK".to_owned(), receiver.url.clone());
    repository.sandbox.faults = vec![Fault::new("ListAccountAssignments", 1, Effect::Deny)];
    let words = [&["--notify", "webhook=HOOK"][..], &BASELINE].concat();
    for _ in 0..2 {
        assert_eq!(drift(&repository, &words).await.exit, Exit::Incomplete);
    }
    let got = receiver.got();
    assert_eq!(got.len(), 2, "each time, known or not");
    let document = got[1].json();
    assert_eq!((&document["status"], &document["complete"]), (&"incomplete".into(), &false.into()));
    assert!(document["title"].as_str().unwrap().contains("could not be read"), "{document}");

    repository.sandbox.faults = vec![Fault::new("*", 0, Effect::Expire)];
    assert_eq!(drift(&repository, &words).await.exit, Exit::Credentials);
    let document = receiver.got()[2].json();
    assert_eq!((&document["status"], &document["exit"]), (&"failed".into(), &8.into()));
    assert!(document["because"].as_str().unwrap().contains("expired"), "{document}");
}

#[tokio::test]
async fn nothing_of_a_secret_is_ever_said() {
    let mut repository = repository();
    // Nobody listens there, one is no address, one is not TLS, and one is not set.
    for (name, value) in [
        ("GONE", format!("http://127.0.0.1:1/{SECRET}")),
        ("BROKEN", format!("https://exa mple/{SECRET}")),
        ("PLAIN", format!("http://hooks.example/{SECRET}")),
    ] {
        repository.vars.insert(name.to_owned(), value);
    }
    let all = ["slack=GONE", "slack=BROKEN", "webhook=PLAIN", "webhook=UNSET"];
    let words: Vec<&str> = all.iter().flat_map(|target| ["--notify", target]).collect();
    let ran = drift(&repository, &[&words[..], &["--format", "json"]].concat()).await;
    assert_eq!(ran.exit, Exit::Changes);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap();
    let errors = document["notifications"].as_array().unwrap().iter();
    let errors: Vec<&str> = errors.map(|told| told["error"].as_str().unwrap()).collect();
    assert!(errors[0].starts_with("no connection"), "{errors:?}");
    assert_eq!(errors[1], "the variable BROKEN: it holds no URL");
    let plain =
        "the variable PLAIN: its URL is not https, which only one of this machine need not be";
    assert_eq!(errors[2..], [plain, "the variable UNSET is not set"]);

    // Typed on the command line it is refused, and not repeated.
    let url = format!("slack=https://hooks.example/{SECRET}");
    let bare = format!("https://hooks.example/{SECRET}");
    for (typed, word) in [
        (url.as_str(), "NAME-OF-THE-VARIABLE"),
        (&bare, "write slack=VARIABLE"),
        (&format!("webhook={SECRET}/x"), "the name of an environment variable"),
        (&format!("sns={SECRET}"), "the ARN of a topic"),
        (&format!("mail={SECRET}"), "write slack=VARIABLE"),
    ] {
        let ran = drift(&repository, &["--notify", typed]).await;
        assert_eq!(ran.exit, Exit::Usage, "{typed}");
        assert!(ran.stderr.contains(word), "{typed}: {}", ran.stderr);
    }
}
