//! The sandbox as the SDK's HTTP client.

use super::{Sandbox, wire};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;

pub(super) fn client(sandbox: Sandbox) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(sandbox));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Connector(Sandbox);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sandbox = self.0.clone();
        HttpConnectorFuture::new(async move { answer(&sandbox, request).await })
    }
}

async fn answer(sandbox: &Sandbox, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let header = |name: &str| request.headers().get(name).map(str::to_owned);
    let target = header("x-amz-target");
    let content_type = header("content-type");
    let user_agent = header("user-agent");
    let access_key = header("authorization").as_deref().and_then(wire::access_key);
    let method = request.method().to_owned();
    let (path, query) = split(request.uri());
    // The body must be polled to its end, or the SDK takes the upload for stalled.
    let body = request.into_body().collect().await.map_err(ConnectorError::io)?.to_bytes().to_vec();
    let request =
        wire::Request { method, path, query, target, content_type, user_agent, access_key, body };
    let reply = sandbox.answer(&request).await;
    let Some(wire::Reply { status, headers, body }) = reply else {
        return Err(ConnectorError::io("the connection was closed before an answer came".into()));
    };
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let response =
        response.body(SdkBody::from(body)).map_err(|error| ConnectorError::user(error.into()))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::user(error.into()))
}

/// The path and the query of an absolute URI.
fn split(uri: &str) -> (String, String) {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let rest = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
    let rest = rest.split('#').next().unwrap_or("/");
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    (path.to_owned(), query.to_owned())
}
