//! Paging, written once: a listing goes on as long as there is a token, whatever the pages hold.
//!
//! The SDK's paginators end silently when a token comes twice; a tool that removes what it does not
//! see cannot live with that, so a repeated token is an error here.

use super::error::AwsError;
use futures_util::StreamExt;
use std::collections::BTreeSet;
use std::pin::pin;

/// Pieces of work that are begun before the first is done. Their calls queue at the gates; enough of
/// them keep the gates busy at any latency.
const AT_ONCE: usize = 128;

/// Rows and the token of the next page.
pub(super) type Page<T> = (Vec<T>, Option<String>);

/// All rows that could be read, and what stopped the listing before its end.
pub(super) struct Listing<T> {
    pub(super) rows: Vec<T>,
    pub(super) error: Option<AwsError>,
}

impl<T> Listing<T> {
    /// The rows, where they are all.
    pub(super) fn complete(self) -> Result<Vec<T>, AwsError> {
        match self.error {
            None => Ok(self.rows),
            Some(error) => Err(error),
        }
    }
}

/// The list of an answer. AWS sends an empty one as `[]`: an answer that lacks it says nothing, least of
/// all that there is nothing.
pub(super) fn listed<T>(operation: &'static str, list: Option<Vec<T>>) -> Result<Vec<T>, AwsError> {
    list.ok_or_else(|| AwsError::malformed(operation, "an answer without its list"))
}

/// Reads page after page. An empty page with a token is legal (Organizations says so for every
/// `List…`); an empty token is no token.
pub(super) async fn pages<T, F>(
    operation: &'static str,
    fetch: impl Fn(Option<String>) -> F,
) -> Listing<T>
where
    F: Future<Output = Result<Page<T>, AwsError>>,
{
    told_pages(operation, fetch, |_| ()).await
}

/// The same, and tells after each page how many rows there are by now.
pub(super) async fn told_pages<T, F>(
    operation: &'static str,
    fetch: impl Fn(Option<String>) -> F,
    tell: impl Fn(usize),
) -> Listing<T>
where
    F: Future<Output = Result<Page<T>, AwsError>>,
{
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    let mut token = None;
    loop {
        let next = match fetch(token).await {
            Ok((page, next)) => {
                rows.extend(page);
                tell(rows.len());
                next.filter(|token| !token.is_empty())
            }
            Err(error) => return Listing { rows, error: Some(error) },
        };
        let Some(next) = next else { return Listing { rows, error: None } };
        if !seen.insert(next.clone()) {
            let error = AwsError::malformed(operation, "the same page token came twice");
            return Listing { rows, error: Some(error) };
        }
        token = Some(next);
    }
}

/// Does independent work for each item, some at a time, and takes the results as they come. Stops at
/// the first error of `take`.
pub(super) async fn each<I, T, F, E>(
    items: impl IntoIterator<Item = I>,
    work: impl FnMut(I) -> F,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    F: Future<Output = T>,
{
    let mut results = pin!(futures_util::stream::iter(items).map(work).buffer_unordered(AT_ONCE));
    while let Some(result) = results.next().await {
        take(result)?;
    }
    Ok(())
}
