//! Whose access a plan changes, as the document has it.

use super::origin_json;
use crate::access::delta::{Delta, Edit, Loss, Piece, Reach};
use crate::access::level::Classified;
use crate::access::{Access, Via};
use crate::diag::Files;
use crate::id::{PermissionSetName, UserName};
use crate::model::policy::Listed;
use crate::plan::{Classes, Plan, grant_of, rows};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

pub(super) fn value(plan: &Plan, files: &Files) -> Value {
    let Delta { gain: gained, lose: lost, widen, narrow } = &plan.access;
    let edits = |edits: &std::collections::BTreeMap<PermissionSetName, Reach>| {
        edits.iter().map(|(name, reach)| edit(plan, name, reach)).collect::<Vec<_>>()
    };
    json!({
        "gain": gained.iter().map(|(a, via)| gain(plan, files, a, via)).collect::<Vec<_>>(),
        "lose": lost.iter().map(|(a, loss)| lose(plan, a, loss)).collect::<Vec<_>>(),
        "widen": edits(widen),
        "narrow": edits(narrow),
    })
}

fn level(classes: &Classes, set: &PermissionSetName) -> Value {
    classes.get(set).map_or(Value::Null, |Classified { level, reason: _ }| json!(level.name()))
}

fn row(plan: &Plan, classes: &Classes, access: &Access) -> Map<String, Value> {
    let Access { account, permission_set, person } = access;
    let mut out = Map::new();
    out.insert("person".to_owned(), json!(person.as_str()));
    out.insert("account".to_owned(), json!(plan.labels.of(account)));
    out.insert("account_id".to_owned(), json!(account.known()));
    out.insert("permission_set".to_owned(), json!(permission_set.as_str()));
    out.insert("level".to_owned(), level(classes, permission_set));
    out
}

fn gain(plan: &Plan, files: &Files, access: &Access, via: &BTreeSet<Via>) -> Value {
    let mut out = row(plan, &plan.levels.1, access);
    let texts: Vec<String> = via.iter().map(|v| v.text(&access.person)).collect();
    out.insert("via".to_owned(), json!(texts));
    // It lasts as long as its longest path.
    let causes: Vec<_> = via.iter().map(|v| plan.causes.get(&grant_of(access, v))).collect();
    let untils: Option<Vec<_>> =
        causes.iter().map(|c| c.and_then(|c| c.expires.as_ref())).collect();
    if let Some(last) = untils.and_then(|all| all.into_iter().max()) {
        out.insert("until".to_owned(), json!(last.text));
    }
    let origin = causes.iter().flatten().find_map(|c| c.origins.first());
    out.insert("origin".to_owned(), origin_json(origin.map(|o| o.span), files));
    Value::Object(out)
}

fn lose(plan: &Plan, access: &Access, loss: &Loss) -> Value {
    let Loss { via, keeps, session } = loss;
    let mut out = row(plan, &plan.levels.0, access);
    let via: Vec<String> = via.iter().map(|v| v.text(&access.person)).collect();
    let keeps: Vec<&str> = keeps.iter().map(PermissionSetName::as_str).collect();
    out.insert("via".to_owned(), json!(via));
    out.insert("keeps".to_owned(), json!(keeps));
    out.insert("open_sessions_may_live".to_owned(), json!(session.to_string()));
    Value::Object(out)
}

fn edit(plan: &Plan, set: &PermissionSetName, reach: &Reach) -> Value {
    let Reach { rows: reached, people, edit } = reach;
    let Edit { because, policies, pieces } = edit;
    let accounts: Vec<&str> = reached.keys().map(|a| plan.labels.of(a)).collect();
    let people: Vec<&str> = people.iter().map(UserName::as_str).collect();
    let (before, after) = &plan.levels;
    json!({
        "permission_set": set.as_str(),
        "accounts": accounts,
        "people": people,
        "because": because,
        "policies": policies,
        "statements": pieces.iter().map(piece).collect::<Vec<_>>(),
        "level": { "before": level(before, set), "after": level(after, set) },
        "reach": rows::reach(reach),
    })
}

/// In the words of a policy.
fn piece(piece: &Piece) -> Value {
    let Piece { allows, actions, resources, condition } = piece;
    let mut out = Map::new();
    out.insert("Effect".to_owned(), json!(if *allows { "Allow" } else { "Deny" }));
    for (listed, only, except) in
        [(actions, "Action", "NotAction"), (resources, "Resource", "NotResource")]
    {
        match listed {
            Listed::Only(texts) => drop(out.insert(only.to_owned(), json!(texts))),
            Listed::Except(texts) => drop(out.insert(except.to_owned(), json!(texts))),
            // Such statements are no pieces.
            Listed::Unreadable => {}
        }
    }
    if let Some(condition) = condition {
        let value = serde_json::from_str(condition).unwrap_or_else(|_| json!(condition));
        out.insert("Condition".to_owned(), value);
    }
    Value::Object(out)
}
