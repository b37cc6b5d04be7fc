//! The sandbox over HTTP, spoken to byte by byte: what no SDK would send.

use super::{MANAGEMENT, open};
use landgrant::sandbox::Options;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

/// Sends one request, and gives the status line with the headers, and the body.
fn post(address: SocketAddr, header: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: x\r\n{header}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_answers_over_loopback_until_it_is_stopped() {
    let sandbox = open(Options::default());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = tokio::spawn(sandbox.clone().serve(listener, async {
        stopped.await.unwrap_or_default();
    }));
    let cases = [
        ("x-amz-target: SWBExternalService.ListInstances", "{}", "200", "ssoins-1234567890abcdef"),
        ("x-amz-target: SWBExternalService.ListInstances", "", "200", "Instances"),
        ("x-amz-target: SWBExternalService.ListInstances", "{\"Surprise\": 1}", "200", "Instances"),
        (
            "x-amz-target: SWBExternalService.ListInstances",
            "{\"MaxResults\":",
            "400",
            "SerializationException",
        ),
        ("x-amz-target: SWBExternalService.ListInstances", "[]", "400", "SerializationException"),
        (
            "x-amz-target: SWBExternalService.ListInstances",
            "{\"NextToken\": 1}",
            "400",
            "SerializationException",
        ),
        ("x-amz-target: SWBExternalService.ListPermissionSets", "{}", "400", "'instanceArn'"),
        (
            "x-amz-target: SWBExternalService.Nothing",
            "{\"InstanceArn\": \"arn:aws:sso:::instance/ssoins-1234567890abcdef\"}",
            "400",
            "UnknownOperationException",
        ),
        (
            "x-amz-target: AWSOrganizationsV20161128.Nothing",
            "{}",
            "400",
            "UnknownOperationException",
        ),
        ("x-amz-target: Nobody.Nothing", "{}", "400", "UnknownOperationException"),
        ("accept: */*", "{}", "400", "UnknownOperationException"),
        (
            "content-type: application/x-www-form-urlencoded; charset=utf-8",
            "Action=GetCallerIdentity&Version=2011-06-15",
            "200",
            MANAGEMENT,
        ),
        (
            "content-type: application/x-www-form-urlencoded",
            "Action=%3Cb%3E<b>",
            "400",
            "&lt;b&gt;",
        ),
    ];
    let answers = tokio::task::spawn_blocking(move || {
        cases.map(|(header, body, status, text)| (post(address, header, body), status, text))
    });
    for ((head, body), status, text) in answers.await.unwrap() {
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}\n{body}");
        assert!(head.contains("x-amzn-requestid: "), "{head}");
        assert!(body.contains(text), "{body}");
    }
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
    assert_eq!(sandbox.calls().len(), 13);
}
