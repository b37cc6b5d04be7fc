//! Validation of a request's members, by the lengths and patterns of the service models.
//!
//! The patterns are checked by hand: a pattern is a function over the text, and its source is kept for the message.
//! Unknown members are ignored, as AWS ignores them.

mod rule;
mod tower;

use super::failure::Failure;
use serde_json::{Map, Value};

pub(super) use rule::{
    ACCOUNT_EMAIL, ACCOUNT_ID, ACCOUNT_NAME, ANY, ATTRIBUTE_PATH, CREATION_ID, CUSTOMER_PATH,
    DESCRIPTION, GROUP_TEXT, IDENTITY_STORE_ID, INLINE_POLICY, INSTANCE_ARN, MANAGED_POLICY_ARN,
    NEXT_TOKEN, OU_ID, OU_NAME, PARENT_ID, PERMISSION_SET_ARN, POLICY_NAME, PRINCIPAL_ID,
    PRODUCT_NAME, PRODUCT_TOKEN, RELAY_STATE, REQUEST_ID, RESOURCE_ID, REVISION, ROLE_NAME, Rule,
    SERVICE_PRINCIPAL, SESSION_DURATION, SET_NAME, STORE_ID, TAG_KEY, TAG_VALUE, USER_NAME,
    seconds,
};
pub(super) use tower::{
    ARN, BASELINE_ARN, BASELINE_VERSION, CONTROL_ARN, TOWER_TAG_KEY, TOWER_TAG_VALUE, ZONE_VERSION,
};

/// Which exception a service answers a bad member with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `ValidationException`
    Validation,
    /// `InvalidInputException` with a `Reason`, as Organizations does.
    InvalidInput,
    /// `ValidationException`; members begin with a small letter, as in Control Tower.
    Small,
    /// `InvalidParametersException`, and pages with sizes, as in Service Catalog.
    Parameters,
}

impl Style {
    /// The member for a page's greatest length, that for the token of a request, and that for the token of an answer.
    pub(super) fn paging(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Validation | Self::InvalidInput => ("MaxResults", "NextToken", "NextToken"),
            Self::Small => ("maxResults", "nextToken", "nextToken"),
            Self::Parameters => ("PageSize", "PageToken", "NextPageToken"),
        }
    }
}

/// The members of a request, or of a structure in it.
#[derive(Clone, Debug)]
pub(super) struct Input {
    members: Map<String, Value>,
    style: Style,
    /// Where a nested structure stands, for messages.
    path: String,
}

impl Input {
    pub(super) fn new(members: Map<String, Value>, style: Style) -> Self {
        Self { members, style, path: String::new() }
    }

    /// The members as they were sent.
    pub(super) fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// How this service names members and refuses them.
    pub(super) fn style(&self) -> Style {
        self.style
    }

    /// The error for a member that breaks a constraint.
    pub(super) fn invalid(&self, name: &str, constraint: &str) -> Failure {
        self.refuse(name, constraint, "INVALID_PATTERN")
    }

    /// The error for a token that no page of this listing gave out.
    pub(super) fn bad_token(&self) -> Failure {
        let (_, token, _) = self.style.paging();
        self.refuse(token, "The token is not valid for this request", "INVALID_NEXT_TOKEN")
    }

    fn refuse(&self, name: &str, constraint: &str, reason: &'static str) -> Failure {
        let member = self.member(name);
        let text = format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: {constraint}"
        );
        match self.style {
            Style::Validation | Style::Small => Failure::new("ValidationException", text),
            Style::Parameters => Failure::new("InvalidParametersException", text),
            Style::InvalidInput => {
                Failure::new("InvalidInputException", text).with("Reason", reason)
            }
        }
    }

    /// The member's name as AWS writes it in messages: lower camel case, with the path to it.
    fn member(&self, name: &str) -> String {
        let mut letters = name.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        let name: String = first.into_iter().chain(letters).collect();
        if self.path.is_empty() { name } else { format!("{}.{name}", self.path) }
    }

    fn wrong_type(&self, name: &str) -> Failure {
        Failure::new(
            "SerializationException",
            format!("the member '{}' has the wrong type", self.member(name)),
        )
    }

    fn missing(&self, name: &str) -> Failure {
        self.refuse(name, "Member must not be null", "INPUT_REQUIRED")
    }

    /// A member that is there; `null` counts as absent.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// An optional text.
    pub(super) fn optional(&self, name: &str, rule: &Rule) -> Result<Option<&str>, Failure> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.wrong_type(name))?;
        self.obey(name, text, rule)?;
        Ok(Some(text))
    }

    /// A required text.
    pub(super) fn text(&self, name: &str, rule: &Rule) -> Result<&str, Failure> {
        self.optional(name, rule)?.ok_or_else(|| self.missing(name))
    }

    /// Checks a text against a rule.
    pub(super) fn obey(&self, name: &str, text: &str, rule: &Rule) -> Result<(), Failure> {
        let length = text.chars().count();
        if length < rule.min {
            let constraint =
                format!("Member must have length greater than or equal to {}", rule.min);
            return Err(self.refuse(name, &constraint, "MIN_LENGTH_EXCEEDED"));
        }
        if length > rule.max {
            let constraint = format!("Member must have length less than or equal to {}", rule.max);
            return Err(self.refuse(name, &constraint, "MAX_LENGTH_EXCEEDED"));
        }
        if !(rule.ok)(text) {
            let constraint =
                format!("Member must satisfy regular expression pattern: {}", rule.pattern);
            return Err(self.refuse(name, &constraint, "INVALID_PATTERN"));
        }
        Ok(())
    }

    /// An optional list of members of an enumeration.
    pub(super) fn optional_choices(
        &self,
        name: &str,
        length: (usize, usize),
        choices: &[&str],
    ) -> Result<Option<Vec<String>>, Failure> {
        let Some(texts) = self.optional_texts(name, length, &ANY)? else { return Ok(None) };
        if texts.iter().all(|text| choices.contains(&text.as_str())) {
            return Ok(Some(texts));
        }
        let constraint = format!("Member must satisfy enum value set: [{}]", choices.join(", "));
        Err(self.refuse(name, &constraint, "INVALID_ENUM"))
    }

    /// An optional member of an enumeration.
    pub(super) fn optional_choice(
        &self,
        name: &str,
        choices: &[&str],
    ) -> Result<Option<&str>, Failure> {
        let Some(text) = self.optional(name, &ANY)? else { return Ok(None) };
        if choices.contains(&text) {
            return Ok(Some(text));
        }
        let constraint = format!("Member must satisfy enum value set: [{}]", choices.join(", "));
        Err(self.refuse(name, &constraint, "INVALID_ENUM"))
    }

    /// A required member of an enumeration.
    pub(super) fn choice(&self, name: &str, choices: &[&str]) -> Result<&str, Failure> {
        self.optional_choice(name, choices)?.ok_or_else(|| self.missing(name))
    }

    /// An optional structure.
    pub(super) fn optional_object(&self, name: &str) -> Result<Option<Self>, Failure> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let members = value.as_object().ok_or_else(|| self.wrong_type(name))?.clone();
        Ok(Some(Self { members, style: self.style, path: self.member(name) }))
    }

    /// An optional yes or no.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| self.wrong_type(name))
    }

    /// A required structure.
    pub(super) fn object(&self, name: &str) -> Result<Self, Failure> {
        self.optional_object(name)?.ok_or_else(|| self.missing(name))
    }

    /// An optional list of a limited length.
    pub(super) fn optional_list(
        &self,
        name: &str,
        min: usize,
        max: usize,
    ) -> Result<Option<&[Value]>, Failure> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let list = value.as_array().ok_or_else(|| self.wrong_type(name))?;
        if list.len() < min {
            let constraint = format!("Member must have length greater than or equal to {min}");
            return Err(self.refuse(name, &constraint, "MIN_LENGTH_EXCEEDED"));
        }
        if list.len() > max {
            let constraint = format!("Member must have length less than or equal to {max}");
            return Err(self.refuse(name, &constraint, "MAX_LENGTH_EXCEEDED"));
        }
        Ok(Some(list))
    }

    /// A required list of texts.
    pub(super) fn texts(
        &self,
        name: &str,
        (min, max): (usize, usize),
        rule: &Rule,
    ) -> Result<Vec<String>, Failure> {
        let Some(texts) = self.optional_texts(name, (min, max), rule)? else {
            return Err(self.missing(name));
        };
        Ok(texts)
    }

    /// An optional list of texts.
    pub(super) fn optional_texts(
        &self,
        name: &str,
        (min, max): (usize, usize),
        rule: &Rule,
    ) -> Result<Option<Vec<String>>, Failure> {
        let Some(list) = self.optional_list(name, min, max)? else { return Ok(None) };
        let texts = list
            .iter()
            .map(|value| {
                let text = value.as_str().ok_or_else(|| self.wrong_type(name))?;
                self.obey(name, text, rule)?;
                Ok(text.to_owned())
            })
            .collect::<Result<Vec<String>, Failure>>();
        texts.map(Some)
    }

    /// A list of structures, empty where it is absent.
    pub(super) fn objects(
        &self,
        name: &str,
        (min, max): (usize, usize),
    ) -> Result<Vec<Self>, Failure> {
        let Some(list) = self.optional_list(name, min, max)? else { return Ok(Vec::new()) };
        let path = format!("{}.member", self.member(name));
        list.iter()
            .map(|value| {
                let members = value.as_object().ok_or_else(|| self.wrong_type(name))?.clone();
                Ok(Self { members, style: self.style, path: path.clone() })
            })
            .collect()
    }

    /// How long a page may be: what the request says, or the most there may be.
    pub(super) fn page_size(&self, least: usize, most: usize) -> Result<usize, Failure> {
        let (name, _, _) = self.style.paging();
        let Some(value) = self.value(name) else { return Ok(most) };
        let Some(number) = value.as_i64() else { return Err(self.wrong_type(name)) };
        match usize::try_from(number) {
            // A page size of zero is Service Catalog's word for no wish.
            Ok(0) if self.style == Style::Parameters => Ok(most),
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            Ok(number) if number > most => {
                let constraint = format!("Member must have value less than or equal to {most}");
                Err(self.refuse(name, &constraint, "MAX_VALUE_EXCEEDED"))
            }
            _ => {
                let constraint = format!("Member must have value greater than or equal to {least}");
                Err(self.refuse(name, &constraint, "MIN_VALUE_EXCEEDED"))
            }
        }
    }

    /// `Tags`: a list of `Key` and `Value`.
    pub(super) fn tags(&self, max: usize) -> Result<Vec<(String, String)>, Failure> {
        let mut tags: Vec<(String, String)> = Vec::new();
        for tag in self.objects("Tags", (0, max))? {
            let key = tag.text("Key", &TAG_KEY)?;
            let value = tag.text("Value", &TAG_VALUE)?;
            // The model does not say it; both services document that keys are unique in a request.
            if tags.iter().any(|(known, _)| known == key) {
                return Err(self.refuse("Tags", "Tag keys must be unique", "DUPLICATE_TAG_KEY"));
            }
            tags.push((key.to_owned(), value.to_owned()));
        }
        Ok(tags)
    }
}
