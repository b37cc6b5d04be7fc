//! The access ledger: who gains, who loses, what widens or narrows, in people.

#[cfg(test)]
mod tests;

use super::{Page, Tone, counted};
use crate::access::delta::{Delta, Loss, Reach};
use crate::access::level::Level;
use crate::access::{Access, Via};
use crate::diag::{Files, Span};
use crate::id::{AccountId, PermissionSetName, UserName};
use crate::plan::change::What;
use crate::plan::{Classes, Plan, grant_of};
use std::collections::{BTreeMap, BTreeSet};

/// What a reviewer has to see, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Admin,
    Privileged,
    /// Whatever it is, it is in the management account.
    Management,
    Unknown,
    Usual,
}

impl Class {
    fn of(level: Level, management: bool) -> Self {
        match level {
            Level::Admin => Self::Admin,
            Level::Privileged => Self::Privileged,
            _ if management => Self::Management,
            Level::Unknown => Self::Unknown,
            Level::None | Level::Read | Level::Write => Self::Usual,
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Admin => "  ! administrator access",
            Self::Privileged => "  ! privileged access",
            Self::Management => "  ! management account",
            Self::Unknown | Self::Usual => "",
        }
    }

    fn is_danger(self) -> bool {
        self <= Self::Management
    }
}

/// People who share a set, accounts, and the line below them.
struct Entry<'a> {
    class: Class,
    level: Level,
    accounts: Vec<&'a AccountId>,
    set: &'a PermissionSetName,
    /// How it is reached and what else there is to say: equal for everyone in the entry.
    how: String,
    people: Vec<&'a UserName>,
}

/// Names that are listed before the rest is only counted, where that hides nothing.
const NAMED: usize = 20;

fn names<'a>(page: &mut Page, fold: bool, names: impl ExactSizeIterator<Item = &'a str>) {
    let all = names.len();
    if !fold || all <= NAMED {
        page.list(8, Tone::Plain, names);
        return;
    }
    page.list(8, Tone::Plain, names.take(NAMED));
    page.row(8, Tone::Plain, &format!("and {} more (--format json names all)", all - NAMED));
}

fn words(level: Level) -> &'static str {
    match level {
        Level::None => "allows nothing",
        Level::Unknown => "level unknown",
        level => level.name(),
    }
}

fn level_of(classes: &Classes, set: &PermissionSetName) -> Level {
    classes.get(set).map_or(Level::Unknown, |class| class.level)
}

pub(super) fn section(page: &mut Page, plan: &Plan, files: &Files) {
    let Delta { gain, lose, widen, narrow } = &plan.access;
    let rows = || gain.keys().chain(lose.keys());
    let reaches = || widen.values().chain(narrow.values());
    let accounts = rows().map(|a| &a.account).chain(reaches().flat_map(|r| r.rows.keys()));
    let accounts: BTreeSet<&AccountId> = accounts.collect();
    let people = rows().map(|a| &a.person).chain(reaches().flat_map(|r| &r.people));
    let people: BTreeSet<&UserName> = people.collect();
    if people.is_empty() {
        let nobody = if plan.knows_people() {
            "+0 people: nobody gains or loses anything"
        } else {
            "nobody is seen to gain or lose anything, and not everybody could be read"
        };
        page.heading("access", nobody);
        return;
    }
    let (before, after) = &plan.levels;
    let gains = gain.iter().map(|(a, via)| (a, gained_by(plan, files, a, via)));
    let gains = entries(plan, after, gains);
    let losses = lose.iter().map(|(a, loss)| (a, lost_with(plan, a, loss)));
    let losses = entries(plan, before, losses);
    let rows = |entries: &[Entry<'_>]| {
        let rows = |e: &Entry<'_>| e.people.len() * e.accounts.len();
        let danger = entries.iter().filter(|e| e.class.is_danger()).map(rows).sum();
        (entries.iter().map(rows).sum(), danger)
    };
    let edited = |edits: &BTreeMap<_, _>| {
        let danger = |set| edit_class(plan, set).is_danger();
        (edits.len(), edits.iter().filter(|(set, reach)| danger((*set, *reach))).count())
    };
    let numbers = [
        (rows(&gains), "gained"),
        (rows(&losses), "lost"),
        (edited(widen), "widened"),
        (edited(narrow), "narrowed"),
    ];
    let numbers = numbers.iter().filter(|((n, _), _)| *n > 0).map(|((n, danger), what)| {
        if *danger > 0 { format!("{n} {what} ({danger} dangerous)") } else { format!("{n} {what}") }
    });
    let numbers = numbers.collect::<Vec<_>>().join(", ");
    let (people, accounts) = (counted(people.len(), "person"), counted(accounts.len(), "account"));
    let rest = if plan.knows_people() { "" } else { " · not everybody could be read" };
    page.heading("access", &format!("{numbers} · {people} · {accounts}{rest}"));
    block(page, plan, ("gain", '+', Tone::Add), &gains);
    block(page, plan, ("lose", '-', Tone::Remove), &losses);
    edits(page, plan, files, "widen", widen);
    edits(page, plan, files, "narrow", narrow);
}

/// Folds rows that say the same: first people who share an account, then accounts that share the
/// people. Danger first, then account, then set.
fn entries<'a>(
    plan: &'a Plan,
    classes: &Classes,
    rows: impl Iterator<Item = (&'a Access, String)>,
) -> Vec<Entry<'a>> {
    let mut by_account: BTreeMap<(&AccountId, &PermissionSetName, String), Vec<&UserName>> =
        BTreeMap::new();
    for (access, how) in rows {
        let Access { account, permission_set, person } = access;
        by_account.entry((account, permission_set, how)).or_default().push(person);
    }
    // What is of the management account stands for itself.
    let management = &plan.scope.management;
    let mut by_people: BTreeMap<_, Vec<&AccountId>> = BTreeMap::new();
    for ((account, set, how), people) in by_account {
        by_people.entry((set, how, people, account == management)).or_default().push(account);
    }
    let mut entries: Vec<Entry<'a>> = by_people
        .into_iter()
        .map(|((set, how, people, management), mut accounts)| {
            accounts.sort_by_key(|a| (plan.labels.of(a), *a));
            let level = level_of(classes, set);
            Entry { class: Class::of(level, management), level, accounts, set, how, people }
        })
        .collect();
    entries.sort_by(|a, b| {
        let labels =
            |e: &Entry<'a>| e.accounts.iter().map(|a| plan.labels.of(a)).collect::<Vec<_>>();
        (a.class, labels(a), a.set, &a.how).cmp(&(b.class, labels(b), b.set, &b.how))
    });
    entries
}

fn block(
    page: &mut Page,
    plan: &Plan,
    (word, sign, tone): (&str, char, Tone),
    entries: &[Entry<'_>],
) {
    if entries.is_empty() {
        return;
    }
    page.gap();
    page.row(2, Tone::Strong, word);
    for Entry { class, level, accounts, set, how, people } in entries {
        // Nobody loses anything unseen.
        let fold = *class == Class::Usual && sign != '-';
        let count = counted(people.len(), "person");
        let place = match accounts.as_slice() {
            [one] if one.is_to_come() => format!("{} (new)", plan.labels.of(one)),
            [one] if plan.labels.of(one).contains(one.as_str()) => plan.labels.of(one).to_owned(),
            [one] => format!("{} ({one})", plan.labels.of(one)),
            several => counted(several.len(), "account"),
        };
        let said = match class {
            Class::Admin | Class::Privileged => class.mark().to_owned(),
            _ => format!(" · {}{}", words(*level), class.mark()),
        };
        page.row(2, tone, &format!("{sign} {set} on {place}: {count}{said}"));
        if accounts.len() > 1 {
            names(page, fold, accounts.iter().map(|a| plan.labels.of(a)));
        }
        names(page, fold, people.iter().map(|p| p.as_str()));
        page.row(8, Tone::Quiet, how);
    }
}

fn gained_by(plan: &Plan, files: &Files, access: &Access, via: &BTreeSet<Via>) -> String {
    let paths: Vec<String> = via.iter().map(|v| v.text(&access.person)).collect();
    let paths = match via.iter().next() {
        // Who is granted directly is named just above.
        Some(Via::Direct) if via.len() == 1 => "a direct grant".to_owned(),
        _ => paths.join(" and "),
    };
    let mut parts = vec![format!("via {paths}")];
    let causes: Vec<_> = via.iter().map(|v| plan.causes.get(&grant_of(access, v))).collect();
    let untils: Option<Vec<_>> =
        causes.iter().map(|c| c.and_then(|c| c.expires.as_ref())).collect();
    if let Some(until) = untils.and_then(|all| all.into_iter().max()) {
        parts.push(format!("until {}", until.text));
    }
    if let Some(origin) = causes.into_iter().flatten().find_map(|c| c.origins.first()) {
        parts.push(place(files, origin.span, origin.selector.as_deref()));
    }
    parts.join(" · ")
}

fn lost_with(plan: &Plan, access: &Access, loss: &Loss) -> String {
    let Loss { via, keeps, session } = loss;
    let paths: Vec<String> = via
        .iter()
        .map(|v| match v {
            Via::Direct => "a direct grant".to_owned(),
            Via::Group(_) => v.text(&access.person),
        })
        .collect();
    let keeps: Vec<&str> = keeps.iter().map(PermissionSetName::as_str).collect();
    let keeps = match keeps.as_slice() {
        [] if sees_all(plan) => "keeps nothing there".to_owned(),
        [] => "keeps nothing there that was read".to_owned(),
        some => format!("keeps {}", some.join(", ")),
    };
    let paths = paths.join(" and ");
    format!("was via {paths} · {keeps} · open sessions may live up to {session}")
}

/// Whether nobody can have an access that the reading did not see.
fn sees_all(plan: &Plan) -> bool {
    plan.knows_people() && plan.observed.taken.reading.cannot_see().is_empty()
}

/// `file:line (selector)`.
pub(super) fn place(files: &Files, span: Span, selector: Option<&str>) -> String {
    let at = files.position(span);
    match selector {
        Some(selector) => format!("{}:{} ({selector})", at.file, at.line),
        None => format!("{}:{}", at.file, at.line),
    }
}

/// An edit is as dangerous as what it makes of the set or what it was.
fn edit_class(plan: &Plan, (set, reach): (&PermissionSetName, &Reach)) -> Class {
    let (before, after) = &plan.levels;
    let level = level_of(before, set).max(level_of(after, set));
    Class::of(level, reach.rows.contains_key(&plan.scope.management))
}

fn edits(
    page: &mut Page,
    plan: &Plan,
    files: &Files,
    word: &str,
    edits: &BTreeMap<PermissionSetName, Reach>,
) {
    if edits.is_empty() {
        return;
    }
    page.gap();
    page.row(2, Tone::Strong, word);
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|edit| edit_class(plan, *edit));
    for (set, reach) in edits {
        let class = edit_class(plan, (set, reach));
        let Reach { rows, people, edit } = reach;
        let (n, on) = (counted(people.len(), "person"), counted(rows.len(), "account"));
        let (before, after) = (level_of(&plan.levels.0, set), level_of(&plan.levels.1, set));
        let level = if before == after {
            words(after).to_owned()
        } else {
            format!("{} -> {}", words(before), words(after))
        };
        let (mark, fold) = (class.mark(), class == Class::Usual && word == "widen");
        page.row(2, Tone::Change, &format!("~ {set}: {n} on {on} · {level}{mark}"));
        let mut accounts: Vec<&str> = rows.keys().map(|account| plan.labels.of(account)).collect();
        accounts.sort_unstable();
        names(page, fold, accounts.into_iter());
        names(page, fold, people.iter().map(UserName::as_str));
        for what in &edit.because {
            page.row(8, Tone::Plain, what);
        }
        let origin = plan.changes.iter().find_map(|c| match &c.what {
            What::UpdateSet { name, .. } if name == set => c.origin.as_ref(),
            _ => None,
        });
        if let Some((span, _)) = origin {
            page.row(8, Tone::Quiet, &place(files, *span, None));
        }
    }
}
