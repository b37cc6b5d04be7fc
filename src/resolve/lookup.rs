//! Finding the names that definitions use, and saying so where they are not to be found.

use super::{Context, scope};
use crate::diag::{Code, Diagnostic, Span};
use crate::id::{GroupName, PermissionSetName, UserName};
use crate::live::{Live, Part};
use crate::source::declared::Mode;
use crate::text::Names;
use std::cell::OnceCell;

/// What a used name turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Declared, or live and here to stay.
    Yes,
    /// Neither; the diagnostic has been made.
    No,
    /// Nobody knows: the listing that would tell could not be read.
    Unknown,
}

/// What every look-up needs, found once: rules are many, and so are names and gaps.
#[derive(Default)]
pub(super) struct Known {
    groups: OnceCell<Names>,
    users: OnceCell<Names>,
    permission_sets: OnceCell<Names>,
    group_gap: bool,
    user_gap: bool,
    set_gap: bool,
}

impl Known {
    /// Looks through the gaps.
    pub(super) fn new(live: &Live) -> Self {
        let gap = |hides: fn(&Part) -> bool| live.gaps.iter().any(|gap| hides(&gap.part));
        Self {
            group_gap: gap(|part| matches!(part, Part::Groups | Part::Other(_))),
            user_gap: gap(|part| matches!(part, Part::Users | Part::Other(_))),
            // A set that could not be described has a name that nobody knows: it may be any.
            set_gap: live.gaps.iter().any(|gap| match &gap.part {
                Part::PermissionSets | Part::Other(_) => true,
                Part::PermissionSet(arn) => !live.identity_center.permission_sets.contains_key(arn),
                _ => false,
            }),
            ..Self::default()
        }
    }
}

/// One use of a name.
#[expect(clippy::struct_excessive_bools, reason = "four facts about one name, all independent")]
struct Use<'a> {
    /// `group`, for messages.
    kind: &'static str,
    name: &'a str,
    span: Span,
    declared: bool,
    live: bool,
    /// Whether an undeclared one is about to be removed.
    enforced: bool,
    /// Whether the listing that would tell is incomplete, or the name stands in what could not be read.
    gap: bool,
    candidates: &'a OnceCell<Names>,
    /// What they are, where it comes to that.
    sorted: &'a dyn Fn() -> Names,
    /// How one is declared, for the help line.
    table: String,
}

fn judge(usage: &Use<'_>, out: &mut Vec<Diagnostic>) -> Found {
    let Use { kind, name, span, declared, live, enforced, gap, candidates, sorted, table } = usage;
    if *declared || (*live && !enforced) {
        return Found::Yes;
    }
    // What is live is known to be live, whatever else could not be read.
    if *gap && !live {
        return Found::Unknown;
    }
    let diagnostic = if *live {
        let message = format!("{kind} `{name}` is live but not declared, and would be removed");
        Diagnostic::new(Code::UnknownName, *span, message)
            .label(format!("undeclared {kind}s are removed here"))
            .help(format!("declare it: `{table}`, or manage {kind}s with \"adopt\""))
    } else {
        let message = format!("{kind} `{name}` is neither declared nor live");
        let help = match candidates.get_or_init(sorted).nearest(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it: `{table}`"),
        };
        Diagnostic::new(Code::UnknownName, *span, message).label("not found").help(help)
    };
    out.push(diagnostic);
    Found::No
}

/// Finds a group that a grant uses.
pub(super) fn group(
    context: &Context<'_>,
    name: &GroupName,
    span: Span,
    out: &mut Vec<Diagnostic>,
) -> Found {
    if let Some(by) = context.scope.group(name) {
        out.push(scope::ignored(span, &format!("group `{name}`"), by));
        return Found::No;
    }
    let declared = &context.declared.groups;
    let live = &context.projection.state.groups;
    let usage = Use {
        kind: "group",
        name: name.as_str(),
        span,
        declared: declared.contains_key(name),
        // A name that a group is about to lose is as good as gone.
        live: live.contains_key(name) && !context.renamed_groups.contains_key(name),
        enforced: context.directory_mode(context.manage().groups) == Mode::Enforce,
        gap: context.known.group_gap || context.declared.lost.may_define(name.as_str()),
        candidates: &context.known.groups,
        sorted: &|| Names::new(declared.keys().chain(live.keys()).map(GroupName::as_str)),
        table: format!("[group.{name:?}]", name = name.as_str()),
    };
    judge(&usage, out)
}

/// Finds a user that a grant or a group uses.
pub(super) fn user(
    context: &Context<'_>,
    name: &UserName,
    span: Span,
    out: &mut Vec<Diagnostic>,
) -> Found {
    let declared = &context.declared.users;
    let live = &context.projection.state.users;
    let usage = Use {
        kind: "user",
        name: name.as_str(),
        span,
        declared: declared.contains_key(name),
        live: live.contains_key(name),
        enforced: context.directory_mode(context.manage().users) == Mode::Enforce,
        gap: context.known.user_gap || context.declared.lost.may_define(name.as_str()),
        candidates: &context.known.users,
        sorted: &|| Names::new(declared.keys().chain(live.keys()).map(UserName::as_str)),
        table: format!("[user.{name:?}]", name = name.as_str()),
    };
    judge(&usage, out)
}

/// Finds a permission set that a grant uses.
pub(super) fn permission_set(
    context: &Context<'_>,
    name: &PermissionSetName,
    span: Span,
    out: &mut Vec<Diagnostic>,
) -> Found {
    if let Some(by) = context.scope.set(name) {
        out.push(scope::ignored(span, &format!("permission set `{name}`"), by));
        return Found::No;
    }
    let declared = &context.declared.permission_sets;
    let live = &context.projection.state.permission_sets;
    let usage = Use {
        kind: "permission set",
        name: name.as_str(),
        span,
        declared: declared.contains_key(name),
        live: live.contains_key(name),
        enforced: context.manage().permission_sets == Mode::Enforce,
        gap: context.known.set_gap || context.declared.lost.may_define(name.as_str()),
        candidates: &context.known.permission_sets,
        sorted: &|| Names::new(declared.keys().chain(live.keys()).map(PermissionSetName::as_str)),
        table: format!("[permission_set.{name}]"),
    };
    judge(&usage, out)
}
