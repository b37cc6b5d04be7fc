//! The landing zone on one screen: as JSON.

use crate::id::OuPath;
use crate::render::matrix::{Head, Missing};
use crate::status::{Account, Ending, Ou, Reached, Status, Tower, Zone};
use crate::text::plain_json;
use serde_json::{Value, json};

const KIND: &str = "landgrant.status";
const FORMAT_VERSION: &str = "1.0";

/// One document, keys sorted. What is not known is null.
pub fn document(head: &Head, status: &Status) -> String {
    let Status { tower, ous, people, ending } = status;
    let accounts =
        ous.iter().flat_map(|(path, ou)| ou.accounts.iter().map(move |a| account(path, a)));
    let gaps = head.gaps.iter().map(|gap| {
        let Missing { part, operation, code, message } = gap;
        json!({ "part": part, "operation": operation, "code": code, "message": message })
    });
    let document = json!({
        "format_version": FORMAT_VERSION,
        "kind": KIND,
        "organization": head.organization,
        "instance": head.instance,
        "region": head.region,
        "started": head.started.to_string(),
        "ended": head.ended.to_string(),
        "complete": head.complete,
        "gaps": gaps.collect::<Vec<_>>(),
        "control_tower": self::tower(tower),
        "ous": ous.iter().map(|(path, ou)| self::ou(path, ou)).collect::<Vec<_>>(),
        "accounts": accounts.collect::<Vec<_>>(),
        "people": reached(*people),
        "ending": ending.iter().map(self::ending).collect::<Vec<_>>(),
    });
    let mut text = plain_json(&format!("{document:#}"));
    text.push('\n');
    text
}

fn tower(tower: &Tower) -> Value {
    match tower {
        Tower::Unknown => json!({ "known": false, "landing_zone": null }),
        Tower::None => json!({ "known": true, "landing_zone": null }),
        Tower::Zone(zone) => {
            let Zone { zone, auto_enrols, controls: (controls, drifted) } = &**zone;
            json!({
                "known": true,
                "landing_zone": {
                    "arn": zone.arn.as_str(),
                    "version": zone.version,
                    "latest_version": zone.latest_version,
                    "status": zone.status,
                    "drift": zone.drift,
                    "auto_enrols": auto_enrols,
                },
                "controls": { "enabled": controls, "drifted": drifted },
            })
        }
    }
}

fn ou(path: &OuPath, ou: &Ou) -> Value {
    let Ou { registered, drifted, controls, accounts } = ou;
    json!({
        "path": path.to_string(),
        "registered": registered,
        "drifted": drifted,
        "controls": controls,
        "accounts": accounts.len(),
    })
}

fn account(path: &OuPath, account: &Account) -> Value {
    let Account {
        id,
        name,
        state,
        management,
        enrolled,
        drifted,
        owner,
        declared,
        people,
        ending,
        incomplete,
    } = account;
    json!({
        "id": id.as_str(),
        "name": name,
        "ou": path.to_string(),
        "state": state.as_str(),
        "management": management,
        "enrolled": enrolled,
        "drifted": drifted,
        "owner": owner,
        "declared": declared,
        "people": reached(*people),
        "ending": ending,
        "complete": !incomplete,
    })
}

fn reached(reached: Reached) -> Value {
    let Reached { all, privileged, unknown } = reached;
    json!({ "all": all, "privileged": privileged, "unknown": unknown })
}

fn ending(ending: &Ending) -> Value {
    let Ending { over, at, until, account, permission_set, principal, people } = ending;
    json!({
        "over": over,
        "at": at.map(|at| at.to_string()),
        "until": until,
        "account": account,
        "permission_set": permission_set,
        "principal": principal,
        "people": people,
    })
}
