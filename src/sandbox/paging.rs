//! Pages: opaque tokens that name the last key of a page, not a place in the list.
//!
//! So a listing that changes between two pages skips nothing and repeats nothing that stayed.

use super::Options;
use super::check::{Input, NEXT_TOKEN};
use super::failure::Failure;
use super::id;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

/// One listing's way to be cut into pages.
pub(super) struct Paging<'a> {
    pub(super) options: &'a Options,
    pub(super) operation: &'a str,
    pub(super) input: &'a Input,
    /// The least that a request may ask for.
    pub(super) least: usize,
    /// The most that one page may hold.
    pub(super) most: usize,
}

impl Paging<'_> {
    /// Cuts the page that the request asks for out of `items`, which come in the order of their keys.
    pub(super) fn page<T>(
        &self,
        member: &str,
        items: impl Iterator<Item = (String, T)>,
        show: impl Fn(T) -> Value,
    ) -> Result<Value, Failure> {
        self.page_after(
            member,
            |after| {
                let after = after.to_owned();
                items.skip_while(move |(key, _)| !after.is_empty() && *key <= after)
            },
            show,
        )
    }

    /// The page of a map's entries that are `wanted`. It begins where the page before ended, so that the pages of a
    /// listing cost together what one pass over the map costs.
    pub(super) fn page_of<'m, V>(
        &self,
        member: &str,
        map: &'m BTreeMap<String, V>,
        wanted: impl Fn(&str, &V) -> bool,
        show: impl Fn(&'m str, &'m V) -> Value,
    ) -> Result<Value, Failure> {
        self.page_after(
            member,
            |after| {
                let from = if after.is_empty() { Unbounded } else { Excluded(after) };
                let rest = map.range::<str, _>((from, Unbounded));
                rest.filter(|(key, value)| wanted(key, value))
                    .map(|(key, value)| (key.clone(), (key.as_str(), value)))
            },
            |(key, value)| show(key, value),
        )
    }

    /// Like [`Self::page`], of items that are only made from the page's start on: `items` gets the key that they follow,
    /// empty for the first page.
    pub(super) fn page_after<T, I: Iterator<Item = (String, T)>>(
        &self,
        member: &str,
        items: impl FnOnce(&str) -> I,
        show: impl Fn(T) -> Value,
    ) -> Result<Value, Failure> {
        let (_, _, next) = self.input.style().paging();
        let size = self.input.page_size(self.least, self.most)?;
        let size = self.options.page_limit.map_or(size, |limit| size.min(limit.max(1)));
        let after = self.start()?;
        let mut answer = Map::new();
        let Some(after) = after else {
            answer.insert(member.to_owned(), json!([]));
            answer.insert(next.to_owned(), self.token("").into());
            return Ok(Value::Object(answer));
        };
        let mut rest = items(&after);
        let mut page = Vec::new();
        let mut last = String::new();
        for (key, item) in rest.by_ref().take(size) {
            page.push(show(item));
            last = key;
        }
        answer.insert(member.to_owned(), page.into());
        if rest.next().is_some() {
            answer.insert(next.to_owned(), self.token(&last).into());
        }
        Ok(Value::Object(answer))
    }

    /// The key after which the page starts; none where it is to be the empty first one.
    fn start(&self) -> Result<Option<String>, Failure> {
        let (_, name, _) = self.input.style().paging();
        let token = self.input.optional(name, &NEXT_TOKEN)?.unwrap_or_default();
        if token.is_empty() {
            return Ok((!self.options.empty_first_page).then(String::new));
        }
        let wrong = || self.input.bad_token();
        let (seal, key) = token.split_at_checked(SEAL).ok_or_else(wrong)?;
        let key = unhex(key).ok_or_else(wrong)?;
        if seal == self.seal(&key) { Ok(Some(key)) } else { Err(wrong()) }
    }

    fn token(&self, key: &str) -> String {
        let mut token = self.seal(key);
        for byte in key.bytes() {
            token.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            token.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        token
    }

    /// Binds a token to the operation and to the request's other members.
    fn seal(&self, key: &str) -> String {
        let mut members = self.input.members().clone();
        let (size, token, _) = self.input.style().paging();
        members.remove(token);
        members.remove(size);
        let sorted: BTreeMap<&String, &Value> = members.iter().collect();
        id::hex(&format!("page/{}/{sorted:?}/{key}", self.operation), SEAL)
    }
}

const SEAL: usize = 24;

fn unhex(text: &str) -> Option<String> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let bytes = (0..text.len())
        .step_by(2)
        .map(|at| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()));
    String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::check::{Input, Style};
    use super::{Options, Paging, unhex};
    use serde_json::{Value, json};

    fn page(options: &Options, request: &Value, keys: &[&str]) -> (Vec<String>, Option<String>) {
        let members = request.as_object().unwrap().clone();
        let input = Input::new(members, Style::Validation);
        let paging =
            Paging { options, operation: "ListThings", input: &input, least: 1, most: 100 };
        let items = keys.iter().map(|key| ((*key).to_owned(), *key));
        let answer = paging.page("Things", items, |key| json!(key)).unwrap();
        let texts = answer["Things"].as_array().unwrap().iter().filter_map(Value::as_str);
        let token = answer.get("NextToken").and_then(Value::as_str).map(str::to_owned);
        (texts.map(str::to_owned).collect(), token)
    }

    #[test]
    fn a_listing_that_changes_between_pages_skips_and_repeats_nothing() {
        let options = Options { page_limit: Some(2), ..Options::default() };
        let (first, token) = page(&options, &json!({}), &["a", "b", "d", "e"]);
        assert_eq!(first, ["a", "b"]);
        // The last one seen is gone, and a new one came before the place and one after it.
        let (second, token) =
            page(&options, &json!({"NextToken": token}), &["a", "aa", "c", "d", "e"]);
        assert_eq!(second, ["c", "d"]);
        let (last, token) = page(&options, &json!({"NextToken": token}), &["c", "d", "e"]);
        assert_eq!((last, token), (vec!["e".to_owned()], None));
    }

    #[test]
    fn a_token_belongs_to_its_request() {
        let options = Options { page_limit: Some(1), ..Options::default() };
        let (_, token) = page(&options, &json!({"Filter": "x"}), &["a", "b"]);
        let request = json!({"Filter": "y", "NextToken": token});
        let input = Input::new(request.as_object().unwrap().clone(), Style::Validation);
        let paging =
            Paging { options: &options, operation: "ListThings", input: &input, least: 1, most: 9 };
        let items = std::iter::empty::<(String, ())>();
        assert_eq!(
            paging.page("Things", items, |()| json!(0)).unwrap_err().code,
            "ValidationException"
        );
    }

    #[test]
    fn hexadecimal_is_read_back() {
        assert_eq!(unhex("c3a9"), Some("é".to_owned()));
        assert_eq!((unhex("c"), unhex("zz"), unhex("ff")), (None, None, None));
    }
}
