//! What the catalog says of controls: which names mean the same one, and what it is.

use super::super::question::Question;
use super::super::{Gaps, Progress, ReadError};
use crate::aws::Aws;
use crate::aws::error::{AwsError, Kind};
use crate::aws::page::{each, pages};
use crate::id::{ControlForm as Form, ControlId};
use crate::live::Part;
use crate::live::control_tower::{Control, LandingZone};
use std::collections::BTreeSet;

const GET: &str = "controlcatalog:GetControl";
const LIST: &str = "controlcatalog:ListControls";

/// What a control is asked as.
struct Asked {
    id: ControlId,
    arn: String,
}

/// Asks for every control once. The first goes ahead: who may not ask for one may ask for none.
pub(super) async fn read(
    aws: &Aws,
    zone: &LandingZone,
    ids: BTreeSet<ControlId>,
    gaps: &mut Gaps,
    progress: &dyn Progress,
) -> Result<Vec<Control>, ReadError> {
    let region = zone.region().or(aws.region()).unwrap_or_default();
    // Control Tower's own ARN of such a control ends in another id, which only the catalog knows.
    let (dotted, direct): (Vec<_>, Vec<_>) =
        ids.into_iter().partition(|id| id.form() == Form::Tower && id.id().contains('.'));
    let mut ask: Vec<Asked> = direct
        .into_iter()
        .map(|id| Asked { arn: id.arn(zone.partition(), region), id })
        .rev()
        .collect();
    let mut found: Vec<Control> = Vec::new();
    let (mut done, mut total) = (0, ask.len());
    if let Some(first) = ask.pop() {
        match get(aws, &first.arn).await {
            Err(error) if error.kind == Kind::Denied => {
                gaps.note(Part::ControlCatalog, error)?;
                return Ok(found);
            }
            answer => take(&first.id, answer, &mut found, gaps)?,
        }
        done += 1;
        progress.step(Question::Controls, done, total);
    }
    let work = |asked: Asked| async move { (get(aws, &asked.arn).await, asked.id) };
    each(ask, work, |(answer, id)| {
        done += 1;
        progress.step(Question::Controls, done, total);
        take(&id, answer, &mut found, gaps)
    })
    .await?;
    let missing = |id: &&ControlId| !found.iter().any(|control| control.is(id));
    let dotted: Vec<ControlId> = dotted.iter().filter(missing).cloned().collect();
    if !dotted.is_empty() {
        let listed = match list(aws).await {
            Ok(listed) => listed,
            Err(error) => {
                gaps.note(Part::ControlCatalog, error)?;
                return Ok(finish(found));
            }
        };
        total = dotted.len();
        for (done, id) in dotted.into_iter().enumerate() {
            let known = listed.iter().find(|(arn, aliases)| {
                let names = aliases.iter().chain([arn]).filter_map(|name| ControlId::parse(name));
                names.into_iter().any(|name| name == id)
            });
            match known {
                Some((arn, _)) => take(&id, get(aws, arn).await, &mut found, gaps)?,
                None => found.push(unknown(&id)),
            }
            progress.step(Question::Controls, done + 1, total);
        }
    }
    Ok(finish(found))
}

/// In order, each once.
fn finish(mut found: Vec<Control>) -> Vec<Control> {
    found.sort();
    found.dedup();
    found
}

/// Takes an answer. What the catalog does not have is known to be none of its own.
fn take(
    id: &ControlId,
    answer: Result<Control, AwsError>,
    found: &mut Vec<Control>,
    gaps: &mut Gaps,
) -> Result<(), ReadError> {
    match answer {
        Ok(mut control) => {
            // AWS tells readable ids alone, so the name that it was found by is one more.
            if !control.is(id) {
                control.aliases.push(id.id().to_owned());
                control.aliases.sort();
            }
            // Two names that were asked for one control.
            match found.iter_mut().find(|known| known.arn == control.arn) {
                Some(known) => {
                    known.aliases.append(&mut control.aliases);
                    known.aliases.sort();
                    known.aliases.dedup();
                }
                None => found.push(control),
            }
            Ok(())
        }
        Err(error) if error.kind == Kind::NotFound => {
            found.push(unknown(id));
            Ok(())
        }
        Err(error) => gaps.note(Part::Control(id.to_string()), error),
    }
}

/// A control that the catalog does not have.
fn unknown(id: &ControlId) -> Control {
    Control {
        arn: None,
        aliases: vec![id.to_string()],
        name: String::new(),
        behavior: String::new(),
        severity: None,
        implementation: None,
        parameters: None,
        mandatory: false,
    }
}

async fn get(aws: &Aws, arn: &str) -> Result<Control, AwsError> {
    let request = aws.control_catalog.get_control().control_arn(arn);
    let out = aws.call(GET, || request.clone().send()).await?;
    if out.arn.is_empty() {
        return Err(AwsError::malformed(GET, "a control without Arn"));
    }
    let keys = out.parameters.unwrap_or_default().into_iter().map(|parameter| parameter.name);
    let mut aliases = out.aliases.unwrap_or_default();
    aliases.sort();
    let mut control = Control {
        arn: Some(out.arn),
        aliases,
        name: out.name,
        behavior: out.behavior.as_str().to_owned(),
        severity: out.severity.map(|word| word.as_str().to_owned()),
        implementation: out.implementation.map(|how| how.r#type),
        parameters: Some(keys.collect()),
        mandatory: false,
    };
    let mandatory = control.ids().any(|id| id.is_mandatory());
    control.mandatory = mandatory;
    Ok(control)
}

/// ARNs and readable ids of the whole catalog.
async fn list(aws: &Aws) -> Result<Vec<(String, Vec<String>)>, AwsError> {
    pages(LIST, |token| async move {
        let request = aws.control_catalog.list_controls().max_results(100).set_next_token(token);
        let out = aws.call(LIST, || request.clone().send()).await?;
        let rows = out.controls.into_iter().map(|row| (row.arn, row.aliases.unwrap_or_default()));
        Ok((rows.collect(), out.next_token))
    })
    .await
    .complete()
}
