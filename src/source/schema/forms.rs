//! What a schema says of single values: names, selectors, durations, addresses.
//!
//! Each form takes whatever the loader takes, and as little else as an expression can tell. Limits
//! and characters come from the loader's own rules.

use super::pattern::{between, class, one, restrict, whole};
use crate::diag::Spanned;
use crate::id::{
    AccountId, ControlId, GroupName, InstanceArn, OuPath, PermissionSetName, UserName,
};
use crate::model::{CustomerPolicy, Policy, Session};
use crate::source::declared::{BoundaryRef, OuSelector, PolicyRef, PrincipalRef};
use crate::source::names::{self, Rule, is_iam};
use crate::source::organization::MAX_DEPTH;
use crate::source::permission_set::{MAX_REFERENCE, SESSION_SECONDS};
use crate::source::selector::Selector;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;
use std::marker::PhantomData;

/// A place changes nothing about what may stand there.
impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Says what may stand where a type of the definitions is expected.
macro_rules! forms {
    ($($name:ty => $schema:expr;)*) => {$(
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )*};
}

/// Declares types that stand for a form in `#[schemars(with = "…")]` alone.
macro_rules! markers {
    ($($(#[$doc:meta])* $name:ident => $schema:expr;)*) => {
        $($(#[$doc])* pub(in super::super) enum $name {})*
        forms! { $($name => $schema;)* }
    };
}

forms! {
    PermissionSetName => by_rule(&names::PERMISSION_SET);
    UserName => by_rule(&names::USER);
    GroupName => by_rule(&names::GROUP);
    OuPath => text(&format!("/?|{}", ou_path()));
    AccountId => text("[0-9]{12}");
    InstanceArn => text("arn:aws.*:sso:::instance/(?:sso)?ins-[a-zA-Z0-9.-]{16}");
    Session => text(&session());
    Policy => inline_policy();
    PolicyRef => managed_policy();
    CustomerPolicy => customer_policy();
    BoundaryRef => boundary();
    PrincipalRef => principal();
    Selector => selectors(&term());
    ControlId => control();
    OuSelector => ou_selector();
}

markers! {
    /// A parameter of a control: any JSON but null.
    ControlParameter => json_schema!({ "type": ["string", "number", "boolean", "array", "object"] });
    /// An account's name in Organizations.
    AccountName => by_rule(&names::ACCOUNT);
    /// A mail address.
    Email => email();
    /// The name of a group that is declared.
    NewGroup => new_group();
    /// The path of an OU that can be declared: any but the root.
    DeclaredOu => text(&ou_path());
    /// The name of a network.
    NetworkName => by_rule(&names::NETWORK);
    /// A given or family name.
    PersonName => by_rule(&names::PERSON);
    /// A group's description.
    GroupDescription => by_rule(&names::GROUP_DESCRIPTION);
    /// A permission set's description.
    SetDescription => by_rule(&names::PERMISSION_SET_DESCRIPTION);
    /// Where a console session begins.
    RelayState => by_rule(&names::RELAY_STATE);
    /// A Region of AWS.
    Region => by_rule(&names::REGION);
    /// A day or an instant. TOML's dates reach validators as strings.
    Moment => text(MOMENT);
    /// A name that may hold `*` and `?`.
    Glob => json_schema!({ "type": "string", "minLength": 1 });
    /// A selector, or a word that is a glob over account names.
    IgnoredAccounts => selectors(&format!("{}|{}", free("[^: ]", "[^: &]"), term()));
    /// The ranges of a network.
    Ranges => ranges();
}

/// A table of tags, of which there are at most `MAX`.
pub(in super::super) struct TagTable<const MAX: usize>(PhantomData<()>);

impl<const MAX: usize> JsonSchema for TagTable<MAX> {
    fn schema_name() -> Cow<'static, str> {
        Cow::Owned(format!("TagTable{MAX}"))
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut key = by_rule(&names::TAG_KEY);
        key.insert("not".to_owned(), serde_json::json!({ "pattern": "^[Aa][Ww][Ss]:" }));
        json_schema!({
            "type": "object",
            "propertyNames": key,
            "additionalProperties": by_rule(&names::TAG_VALUE),
            "maxProperties": MAX,
        })
    }
}

/// Tables by name: what `K` says of the name, what `V` says of the table.
pub(in super::super) struct Named<K, V>(PhantomData<(K, V)>);

impl<K: JsonSchema, V: JsonSchema> JsonSchema for Named<K, V> {
    fn schema_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}ByName", V::schema_name()))
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": K::json_schema(generator),
            "additionalProperties": generator.subschema_for::<V>(),
        })
    }
}

/// A day, or an instant with its offset.
const MOMENT: &str = "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?\
    (?:[Zz]|[+-][0-9]{2}:[0-9]{2}))?";

/// A string that is nothing but what an expression says.
fn text(inner: &str) -> Schema {
    limited(inner, json_schema!({ "type": "string" }))
}

/// The same, of which more is said.
fn limited(inner: &str, mut schema: Schema) -> Schema {
    restrict(&mut schema, inner);
    schema
}

/// A string as long as a rule allows.
fn of_length(rule: &Rule) -> Schema {
    json_schema!({ "type": "string", "minLength": rule.min, "maxLength": rule.max })
}

/// A string that keeps a rule.
fn by_rule(rule: &Rule) -> Schema {
    limited(&format!("{}*", one(rule)), of_length(rule))
}

fn new_group() -> Schema {
    let mut schema = by_rule(&names::GROUP);
    schema.insert("not".to_owned(), serde_json::json!({ "enum": names::RESERVED_GROUPS }));
    schema
}

/// `name@domain`, the domain with a dot between two other characters.
fn email() -> Schema {
    let rule = &names::EMAIL;
    let letter = class(|c| (rule.allowed)(c) && c != '@');
    let word = class(|c| (rule.allowed)(c) && !"@.".contains(c));
    let inner = format!("{letter}+@{letter}*{word}[.]+{word}{letter}*");
    limited(&inner, of_length(rule))
}

/// Names joined by `/`; a `\` stands before a `/` or `\` inside a name.
fn ou_path() -> String {
    let rule = &names::OU;
    let plain = class(|c| (rule.allowed)(c) && !"/\\".contains(c));
    let name = format!("(?:{plain}|\\\\{}){{{},{}}}", one(rule), rule.min, rule.max);
    format!("{name}(?:/{name}){{0,{}}}", MAX_DEPTH - 1)
}

/// Hours, minutes and seconds in their order, each once at most. One unit alone is judged to the
/// number; what several add up to is judged by the first of them.
fn session() -> String {
    let (low, high) = (*SESSION_SECONDS.start(), *SESSION_SECONDS.end());
    let hours = between(low / 3600, high / 3600 - 1);
    let full = between(high / 3600, high / 3600);
    let minutes = between(low / 60, high / 60);
    let fewer = between(0, (high - low) / 60);
    let seconds = between(low, high);
    let time = [
        format!("{full}[Hh](?:0+[Mm])?(?:0+[Ss])?"),
        format!("{hours}[Hh](?:{fewer}[Mm])?(?:[0-9]+[Ss])?"),
        format!("(?:0+[Hh])?{minutes}[Mm](?:[0-9]+[Ss])?"),
        format!("(?:0+[Hh])?(?:0+[Mm])?{seconds}[Ss]"),
        // Seconds that make up for what the minutes lack.
        format!("(?:0+[Hh])?{}[Mm]{}[Ss]", between(0, 59), between(low - 59 * 60, high)),
    ]
    .join("|");
    format!(r"\s*(?:[Pp](?:0+[Dd])?[Tt])?(?:{time})\s*")
}

/// A path relative to the file, or the document itself.
fn inline_policy() -> Schema {
    json_schema!({
        "description": "The path of a JSON file, relative to this file, or the policy as a table.",
        "anyOf": [
            { "type": "string", "pattern": whole(r"(?:[^/\\][^\\]*)?[.]json") },
            { "type": "object", "required": ["Statement"] },
        ],
    })
}

fn managed_policy() -> Schema {
    let iam = class(is_iam);
    let inner = format!("(?:arn:aws(?:-[a-z-]*)?:iam::aws:policy/)?{iam}+(?:/{iam}+)*");
    let form = json_schema!({
        "description": "A policy of AWS: what follows `arn:aws:iam::aws:policy/`, or the whole ARN.",
        "type": "string",
        "maxLength": MAX_REFERENCE,
    });
    limited(&inner, form)
}

fn customer_policy() -> Schema {
    let (iam, rule) = (class(is_iam), &names::CUSTOMER_POLICY);
    let inner = format!("(?:/(?:{iam}+/)*)?{}{{{},{}}}", one(rule), rule.min, rule.max);
    let form = json_schema!({
        "description": "A policy of your own, by `Name` or `/path/Name`.",
        "type": "string",
    });
    limited(&inner, form)
}

fn boundary() -> Schema {
    json_schema!({
        "type": "object",
        "properties": { "customer": customer_policy(), "managed": managed_policy() },
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    })
}

fn principal() -> Schema {
    let (group, user) = (&names::GROUP, &names::USER);
    let users = format!("user:{}{{{},{}}}", one(user), user.min, user.max);
    let form = json_schema!({
        "description": "`group:NAME` or `user:NAME`.",
        "type": "string",
        "maxLength": "group:".len() + group.max,
    });
    limited(&format!("group:{}+|{users}", one(group)), form)
}

/// Terms joined by ` & `, the first of them as given.
fn selectors(first: &str) -> Schema {
    let inner = format!(r"\s*(?:{first})\s*(?: & \s*(?:{})\s*)*", term());
    let form = json_schema!({
        "description": "Terms joined by ` & `: `account:NAME-OR-ID` (with `*` and `?`), `ou:A/B` \
            (directly in it), `ou:A/B/**` (in it and below), `tag:key=value`, `all`.",
        "type": "string",
    });
    limited(&inner, form)
}

/// A control, in any of its forms.
fn control() -> Schema {
    let id = "[0-9A-Za-z._-]+";
    let arn = format!("arn:[^:]*:(?:controltower|controlcatalog):[^:]*:[^:]*:control/{id}");
    let form = json_schema!({
        "description": "`AWS-GR_…`, `CT.…`, `arn:aws:controltower:REGION::control/…` or \
            `arn:aws:controlcatalog:::control/…`.",
        "type": "string",
    });
    limited(&format!("{arn}|{id}"), form)
}

/// `ou:A/B` or `ou:A/B/**`.
fn ou_selector() -> Schema {
    let form = json_schema!({
        "description": "`ou:A/B` (that OU) or `ou:A/B/**` (and every OU below); `ou:**` is every OU.",
        "type": "string",
    });
    let path = ou_path();
    limited(&format!(r"ou:(?:\*\*|/?/\*\*|(?:{path})(?:/\*\*)?)"), form)
}

/// One term of a selector.
fn term() -> String {
    // What a name of an OU may hold: no wildcard, and a `/` or `\` only behind a `\`. An escaped
    // space ends in a space as well, so it counts as one.
    let any = r"(?:[^/\\*? ]|\\[^*? ])";
    let lone = r"(?:[^/\\*? &]|\\[^*? ])";
    let end = r"(?:\\? )+&?";
    let name = format!(r"(?:(?:{any}|(?:\\? )+(?:{lone}|&(?:{any}|\\ )))+(?:{end})?|{end})");
    let ou = format!(r"\*\*|/|/?/\*\*|{name}(?:/{name})*(?:/\*\*)?");
    let (words, key) = (free("[^ ]", "[^ &]"), free("[^ =]", "[^ =&]"));
    format!("all|account:{words}|ou:(?:{ou})|tag:(?:{key}| +)=(?:{words})?")
}

/// A text without ` & `, of characters that are no space (`any`), or neither that nor `&` (`lone`).
fn free(any: &str, lone: &str) -> String {
    format!("(?:(?:{any}| +(?:{lone}|&{any}))+(?: +&?)?| +&)")
}

/// The ranges of a network. That no bits stand after the prefix is beyond an expression.
fn ranges() -> Schema {
    let octet = between(0, 255);
    let four = format!("{octet}(?:[.]{octet}){{3}}");
    let ranges = format!("{four}/{}|(?:{})/{}", between(0, 32), six(&four), between(0, 128));
    json_schema!({ "type": "array", "items": text(&ranges), "minItems": 1 })
}

/// An IPv6 address; its last two groups may be an IPv4 address. How many groups `::` stands for is
/// not counted.
fn six(four: &str) -> String {
    let group = "[0-9A-Fa-f]{1,4}";
    let whole = format!("(?:{group}:){{7}}{group}|(?:{group}:){{6}}{four}");
    format!("{whole}|(?:{group}(?::{group})*)?::(?:(?:{group}:)*(?:{group}|{four}))?")
}
