//! A plan as the JSON document of the contract. Keys are sorted; same plan, same bytes.

mod access;

use super::change::{Change, Kind};
use super::revert::Revert;
use super::rows::Rows;
use super::{Governed, Plan, Refusal};
use crate::diag::{Files, Span};
use crate::live::fingerprint;
use crate::model::address;
use crate::resolve::Held;
use crate::source::declared::Declared;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

/// The version of the document: readers ignore keys they don't know and refuse a new major version.
pub const FORMAT_VERSION: &str = "1.0";
/// What kind of document it is.
pub const KIND: &str = "landgrant.plan";
/// The key of the seal.
pub(super) const SEAL: &str = "seal";
/// How long a plan may be applied after its reading ended, where nobody says.
pub const VALID: SignedDuration = SignedDuration::from_hours(24);
/// The longest that anybody may say: what a reviewer saw a week ago is not what there is.
pub const VALID_AT_MOST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a document says beyond the plan itself.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The commit of the definitions and whether they differ from it; `None` outside a repository.
    pub git: Option<(String, bool)>,
    /// The fingerprint of the definitions as they were typed.
    pub definitions: Option<String>,
}

/// The digest of what a reviewer agreed to: the changes, and whose access they change.
pub fn digest(plan: &Plan) -> String {
    let rows = Rows::of(&plan.access, &plan.labels, &BTreeSet::new());
    digest_of(plan.changes.iter().map(Step::of), &rows, only(plan))
}

/// The selectors of `--only`, in order.
fn only(plan: &Plan) -> &[String] {
    plan.only.as_ref().map_or(&[], |only| &only.selectors)
}

/// The same of a plan that was saved: of an array with the steps, the rows and, where there are any, the
/// selectors of `--only`.
pub(super) fn digest_of(
    steps: impl IntoIterator<Item = Step>,
    rows: &Rows,
    only: &[String],
) -> String {
    enum Piece {
        Steps,
        Rows,
        Only,
    }
    let mut text = fingerprint::Text::default();
    let mut steps = steps.into_iter();
    let limited = (!only.is_empty()).then_some(Piece::Only);
    let pieces = [Piece::Steps, Piece::Rows].into_iter().chain(limited);
    text.array(pieces, |text, piece| match piece {
        Piece::Steps => text.array(steps.by_ref(), |text, step| text.value(&step.essence())),
        Piece::Rows => rows.add_to(text),
        Piece::Only => text.value(only),
    });
    text.digest()
}

/// A change without what may differ between two equal ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) address: String,
    pub(super) action: String,
    pub(super) before: Value,
    pub(super) after: Value,
    /// AWS's ids, as far as they were known.
    pub(super) ids: Value,
}

impl Step {
    pub(super) fn of(change: &Change) -> Self {
        let (before, after) = change.what.before_after();
        let action = change.what.action().name().to_owned();
        Self { address: change.address.clone(), action, before, after, ids: json!(change.ids) }
    }

    /// Reads an entry of a document's `changes`.
    pub(super) fn read(entry: &Value) -> Option<Self> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let part = |key: &str| entry.get(key).cloned();
        Some(Self {
            address: text("address")?,
            action: text("action")?,
            before: part("before")?,
            after: part("after")?,
            ids: part("ids")?,
        })
    }

    fn essence(self) -> Value {
        let Self { address, action, before, after, ids } = self;
        json!([address, action, before, after, ids])
    }
}

/// The fingerprint of the definitions as they were typed: of every TOML file's path and text, and of the
/// inline policies, which may stand in files of their own.
pub fn definitions(declared: &Declared) -> String {
    let files = declared.files.list.iter().filter(|file| {
        // As `store` finds them.
        Path::new(&file.path).extension().is_some_and(|ending| ending == "toml")
    });
    let mut texts: Vec<[&str; 2]> =
        files.map(|file| [file.path.as_str(), file.text.as_str()]).collect();
    let sets = declared.permission_sets.iter();
    texts.extend(sets.filter_map(|(name, set)| {
        set.value.inline_policy.as_ref().map(|policy| [name.as_str(), policy.value.as_str()])
    }));
    texts.sort_unstable();
    let mut text = fingerprint::Text::default();
    text.array(texts, |text, pair| text.value(&pair));
    text.digest()
}

/// The seal of a document: a checksum over all of it but the seal itself, whatever its white space and
/// the order of its keys. It finds out damage and edits; it is no signature.
pub(super) fn seal_of(document: &Map<String, Value>) -> String {
    let mut text = fingerprint::Text::default();
    let sealed = document.iter().filter(|(key, _)| *key != SEAL);
    text.array(sealed, |text, entry| text.value(&entry));
    text.digest()
}

/// A plan's short name: equal for equal readings, definitions and changes.
pub fn id(plan: &Plan) -> String {
    let parts = json!([plan.observed.fingerprint, plan.desired_fingerprint, digest(plan)]);
    fingerprint::of(&parts).chars().skip("sha256:".len()).take(12).collect()
}

/// When the plan stops being applicable.
pub fn expires(plan: &Plan) -> Timestamp {
    let ended = plan.observed.taken.ended.as_second();
    let whole = Timestamp::from_second(ended).unwrap_or(plan.observed.taken.ended);
    whole.checked_add(plan.valid.min(VALID_AT_MOST)).unwrap_or(Timestamp::MAX)
}

/// The whole document, sealed.
pub fn document(plan: &Plan, files: &Files, context: &Context) -> Value {
    let mut document = unsealed(plan, files, context);
    if let Value::Object(entries) = &mut document {
        let seal = seal_of(entries);
        entries.insert(SEAL.to_owned(), seal.into());
    }
    document
}

fn unsealed(plan: &Plan, files: &Files, context: &Context) -> Value {
    let Plan {
        scope,
        observed,
        desired_fingerprint,
        changes,
        access: _, // whole, in its own file
        held,
        withheld: _, // stands in what is held
        only: _,     // stands in the scope
        reverts,
        left_out,
        ignored,
        unmanaged,
        newly_enforced,
        findings,
        removals: (_, excess),
        refused,
        valid: _,  // said by when it expires
        labels: _, // how accounts are called stands in every address
        causes: _, // said with each gain
        levels: _, // said with each access
    } = plan;
    let (create, update, delete) = plan.summary();
    let git =
        context.git.as_ref().map(|(commit, dirty)| json!({ "commit": commit, "dirty": dirty }));
    let unmanaged: Vec<Value> = unmanaged.iter().map(|a| json!({ "address": a })).collect();
    let gaps: Vec<Value> = observed
        .gaps
        .iter()
        .map(|(gap, part)| {
            json!({ "part": part, "operation": gap.operation, "code": gap.code, "message": gap.message })
        })
        .collect();
    let excess: Vec<Value> = excess
        .iter()
        .map(
            |e| json!({ "kind": e.kind, "removals": e.removals, "live": e.live, "limit": e.limit }),
        )
        .collect();
    json!({
        "format_version": FORMAT_VERSION,
        "kind": KIND,
        "id": id(plan),
        "tool": { "name": "landgrant", "version": env!("CARGO_PKG_VERSION") },
        "scope": {
            "organization": scope.organization,
            "instance": scope.instance,
            "region": scope.region,
            "caller": scope.caller,
            "standing": scope.standing.name(),
            "only": only(plan),
        },
        "observed": {
            "started": observed.taken.started.to_string(),
            "ended": observed.taken.ended.to_string(),
            "complete": plan.is_complete(),
            "depth": observed.taken.reading.depth.name(),
            "strategy": observed.taken.reading.strategy(),
            "cannot_see": observed.taken.reading.cannot_see(),
            "gaps": gaps,
            "fingerprint": observed.fingerprint,
            "parts": observed.parts,
            "calls": observed.taken.calls,
            "control_tower": observed.control_tower.as_ref().map(governed),
        },
        "desired": {
            "fingerprint": desired_fingerprint,
            "definitions": context.definitions,
            "git": git,
        },
        "changes": changes.iter().map(|c| change(plan, c, files)).collect::<Vec<_>>(),
        "access": access::value(plan, files),
        "revert": reverts.as_ref().map(Revert::value),
        "held": held.iter().map(|h| held_json(h, files)).collect::<Vec<_>>(),
        "left_out": left_out,
        "ignored": ignored,
        "unmanaged": unmanaged,
        "newly_enforced": newly_enforced.iter().map(newly).collect::<Vec<_>>(),
        "findings": findings,
        "limits_exceeded": excess,
        "refused": refused.iter().map(|r| refusal(r, files)).collect::<Vec<_>>(),
        "summary": { "create": create, "update": update, "delete": delete },
        "digest": digest(plan),
        "expires": expires(plan).to_string(),
    })
}

fn newly((kind, places): (&Kind, &BTreeMap<String, usize>)) -> Value {
    let named: BTreeMap<&String, &usize> = places.iter().filter(|(p, _)| !p.is_empty()).collect();
    json!({ "kind": kind.name(), "removes": places.values().sum::<usize>(), "places": named })
}

fn change(plan: &Plan, change: &Change, files: &Files) -> Value {
    let Change {
        id,
        address,
        what,
        reason,
        origin,
        needs,
        after: ended,
        risk,
        until,
        ids,
        calls,
        along,
        people,
    } = change;
    let (before, after) = what.before_after();
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(id));
    out.insert("address".to_owned(), json!(address));
    out.insert("action".to_owned(), json!(what.action().name()));
    out.insert("before".to_owned(), before);
    out.insert("after".to_owned(), after);
    out.insert("ids".to_owned(), json!(ids));
    out.insert("reason".to_owned(), json!(reason.word));
    out.insert("origin".to_owned(), origin_json(origin.as_ref().map(|(s, _)| *s), files));
    out.insert("needs".to_owned(), json!(needs));
    out.insert("waits_for".to_owned(), json!(ended));
    out.insert("part".to_owned(), json!(what.part_name(&plan.labels)));
    out.insert("risk".to_owned(), json!(risk.name()));
    if let Some(people) = people.filter(|people| *people > 0 || plan.knows_people()) {
        out.insert("people".to_owned(), json!(people));
    }
    let operations: Vec<&str> = calls.iter().map(crate::call::Call::operation).collect();
    out.insert("calls".to_owned(), json!(operations));
    if !along.is_empty() {
        let along: Vec<String> = along.iter().map(|(g, u)| address::membership(g, u)).collect();
        out.insert("takes_along".to_owned(), json!(along));
    }
    if let Some((_, Some(selector))) = origin {
        out.insert("selector".to_owned(), json!(selector));
    }
    if !reason.detail.is_empty() {
        out.insert("because".to_owned(), json!(reason.detail));
    }
    if let Some(until) = until {
        out.insert("until".to_owned(), json!(until));
    }
    Value::Object(out)
}

/// A place as documents have it; null where there is none.
pub fn origin_json(span: Option<Span>, files: &Files) -> Value {
    span.map_or(Value::Null, |span| {
        let at = files.position(span);
        json!({ "file": at.file, "line": at.line, "column": at.column })
    })
}

fn refusal(refusal: &Refusal, files: &Files) -> Value {
    let Refusal { rule, message, help, origin, permission_set, accounts, to, changes } = refusal;
    json!({
        "rule": rule.name(),
        "message": message,
        "help": help,
        "origin": origin_json(*origin, files),
        "permission_set": permission_set.as_ref().map(crate::id::PermissionSetName::as_str),
        "accounts": accounts,
        "to": to,
        "changes": changes,
    })
}

fn held_json(held: &Held, files: &Files) -> Value {
    let Held { address, action, reason, detail, origin } = held;
    json!({
        "address": address,
        "action": action,
        "reason": reason.name(),
        "because": detail,
        "origin": origin_json(*origin, files),
    })
}

/// What was read of Control Tower; null where nobody asked.
fn governed(tower: &Governed) -> Value {
    let Governed { landing_zone, registered, controls } = tower;
    let zone = landing_zone
        .as_ref()
        .map(|zone| json!({ "version": zone.version, "status": zone.status, "drift": zone.drift }));
    json!({ "landing_zone": zone, "registered_ous": registered, "controls": controls })
}
