//! `drift --notify`: others are told, once a run. What fails here is a warning and changes no exit code.

use crate::aws;
use crate::aws::topic;
use crate::cli::args::drift_link;
use crate::cli::args::{DriftArgs, Global};
use crate::cli::env::Env;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::planning::{self, Connection};
use crate::drift::Drift;
use crate::drift::tell::Told;
use crate::notify::{self, Endpoint, Secrets};
use crate::render::drift::notice::{self, Notice, Source};
use crate::source::declared::Declared;
use crate::text::{plain_json, shorten, visible};

/// The longest error of AWS's, in characters.
const LONGEST: usize = 240;

/// Who is told, and where messages are from.
#[derive(Debug)]
pub(super) struct Tellers {
    targets: Vec<Target>,
    link: Option<String>,
    rehearsal: Option<&'static str>,
}

/// Somebody who is told.
#[derive(Clone, Debug)]
struct Target {
    /// As typed: the name of a variable, or an ARN.
    name: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// The variable that holds the URL.
    Slack(String),
    /// The same.
    Webhook(String),
    /// The topic's ARN.
    Sns(String),
}

impl Tellers {
    /// Reads what was typed. A text that could hold a secret is refused without being shown.
    pub(super) fn new(env: &Env, global: &Global, args: &DriftArgs) -> Result<Self, Failure> {
        let mut targets: Vec<Target> = Vec::new();
        for typed in &args.notify {
            let target = target(typed)?;
            if !targets.iter().any(|known| known.name == target.name) {
                targets.push(target);
            }
        }
        let rehearsal = match (global.sandbox, &global.live) {
            (true, _) => Some("sandbox"),
            (false, Some(_)) => Some("snapshot"),
            (false, None) => None,
        };
        let link = args.link.clone().or_else(|| job(env));
        Ok(Self { targets, link, rehearsal })
    }

    fn source(&self) -> Source<'_> {
        Source { link: self.link.as_deref(), rehearsal: self.rehearsal }
    }

    /// Tells of what a run found, and notes how that went.
    pub(super) async fn tell(
        &self,
        env: &Env,
        (global, args): (&Global, &DriftArgs),
        connection: Option<&Connection>,
        drift: &mut Drift,
    ) {
        let mut told = Vec::new();
        for target in &self.targets {
            let telling = drift.telling(&target.name, args.fail_on, args.heartbeat);
            let Some(telling) = telling else { continue };
            let notice = notice::notice(drift, &telling, self.source());
            let occasion = telling.occasion;
            let error = send(env, global, connection, target, &notice).await.err();
            warn(env, target, error.as_deref());
            told.push(Told { target: target.name.clone(), occasion, error });
        }
        for told in told {
            drift.told(told, args.fail_on);
        }
    }

    /// Tells that a run could not look at all.
    pub(super) async fn tell_failure(&self, env: &Env, global: &Global, failure: &Failure) {
        // Who types something wrong sees that, and who interrupts knows.
        if matches!(failure.exit, Exit::Usage | Exit::Interrupted) {
            return;
        }
        let because = match failure.message.as_str() {
            "" if failure.exit == Exit::Definitions => "the definitions are not valid",
            "" => "what it needs could not be read",
            message => message,
        };
        let notice = notice::failed(failure.exit.code(), because, self.source());
        for target in &self.targets {
            let error = send(env, global, None, target, &notice).await.err();
            warn(env, target, error.as_deref());
        }
    }
}

fn warn(env: &Env, target: &Target, error: Option<&str>) {
    if let Some(error) = error {
        env.err(&format!("warning: {} was not told: {}\n", target.name, visible(error)));
    }
}

/// Reads `slack=VARIABLE`, `webhook=VARIABLE` or `sns=ARN`. The text itself is in no error: it may be what must not be
/// seen.
fn target(typed: &str) -> Result<Target, Failure> {
    let refuse = |message: &str| Err(Failure::new(Exit::Usage, format!("--notify: {message}")));
    let forms = "write slack=VARIABLE, webhook=VARIABLE or sns=ARN";
    let Some((kind, value)) = typed.split_once('=') else { return refuse(forms) };
    let kind = match kind {
        "slack" | "webhook" if value.contains("://") => {
            let message = "a URL is a secret, and on the command line everybody sees it: in the list of processes, in \
                the log of the job";
            return refuse(message).map_err(|failure: Failure| {
                failure.hint(format!(
                    "put it into an environment variable, and write {kind}=NAME-OF-THE-VARIABLE"
                ))
            });
        }
        "slack" | "webhook" if !is_variable(value) => {
            return refuse(
                "what follows slack= and webhook= is the name of an environment variable",
            );
        }
        "slack" => Kind::Slack(value.to_owned()),
        "webhook" => Kind::Webhook(value.to_owned()),
        "sns" if topic::region_of(value).is_some() => Kind::Sns(value.to_owned()),
        "sns" => {
            return refuse(
                "what follows sns= is the ARN of a topic: arn:aws:sns:REGION:ACCOUNT:NAME",
            );
        }
        _ => return refuse(forms),
    };
    Ok(Target { name: typed.to_owned(), kind })
}

fn is_variable(name: &str) -> bool {
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    letters && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// The page of the job that this is, as GitHub and GitLab tell it.
fn job(env: &Env) -> Option<String> {
    let var = |name: &str| (env.var)(name).filter(|value| !value.is_empty());
    let github = || {
        let (server, repository) = (var("GITHUB_SERVER_URL")?, var("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", var("GITHUB_RUN_ID")?))
    };
    let found = github().or_else(|| var("CI_JOB_URL"))?;
    drift_link(&found).ok()
}

async fn send(
    env: &Env,
    global: &Global,
    connection: Option<&Connection>,
    target: &Target,
    notice: &Notice,
) -> Result<(), String> {
    match &target.kind {
        Kind::Slack(variable) => {
            let endpoint = endpoint(env, variable)?;
            notify::post(&endpoint, &Secrets::default(), &plain_json(&notice.slack.to_string()))
                .await
        }
        Kind::Webhook(variable) => {
            let endpoint = endpoint(env, variable)?;
            let secrets = Secrets {
                token: (env.var)(&format!("{variable}_TOKEN")),
                key: (env.var)(&format!("{variable}_SECRET")),
            };
            notify::post(&endpoint, &secrets, &plain_json(&notice.webhook.to_string())).await
        }
        Kind::Sns(arn) => Box::pin(publish(env, global, connection, arn, notice)).await,
    }
}

/// The address that a variable holds. Of a wrong one only the kind of mistake is told.
fn endpoint(env: &Env, variable: &str) -> Result<Endpoint, String> {
    let text = (env.var)(variable).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| format!("the variable {variable} is not set"))?;
    Endpoint::parse(&text).map_err(|error| format!("the variable {variable}: {error}"))
}

async fn publish(
    env: &Env,
    global: &Global,
    connection: Option<&Connection>,
    arn: &str,
    notice: &Notice,
) -> Result<(), String> {
    let shown = |error: &str| shorten(&visible(error), LONGEST);
    let own;
    let aws = if let Some(connection) = connection {
        &connection.aws
    } else {
        // A snapshot was looked at, or nothing could be: the topic is there all the same.
        let made = planning::connect(env, global, &Declared::default()).await;
        own = made.map_err(|failure| shown(&failure.message))?;
        &own.aws
    };
    let there = aws.in_region(topic::region_of(arn).unwrap_or_default());
    let sent = topic::publish(&there, arn, &notice.subject, &notice.text).await;
    sent.map_err(|error: aws::AwsError| shown(&error.to_string()))
}
