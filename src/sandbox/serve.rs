//! The sandbox over HTTP/1.1, for clients outside this process.

use super::{Sandbox, wire};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::future::Future;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Accepts connections until `stop` is done, then closes them.
pub(super) async fn serve(
    sandbox: Sandbox,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(sandbox.clone(), stream));
                }
                // A client that went away before it was accepted, or too many open files: a later one may do.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            // Takes ended connections out of the set.
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(sandbox: Sandbox, stream: TcpStream) {
    let service = service_fn(|request| answer(sandbox.clone(), request));
    // An error here is a client that broke off, or a scripted loss of the answer: nobody to tell.
    let ended =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    drop(ended.await);
}

async fn answer(
    sandbox: Sandbox,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
    let (parts, body) = request.into_parts();
    let header = |name: &str| {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let request = wire::Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        target: header("x-amz-target"),
        content_type: header("content-type"),
        user_agent: header("user-agent"),
        access_key: header("authorization").as_deref().and_then(wire::access_key),
        body: body.collect().await?.to_bytes().to_vec(),
    };
    let Some(wire::Reply { status, headers, body }) = sandbox.answer(&request).await else {
        return Err("the answer is lost".into());
    };
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::new(Bytes::from(body)))?)
}
