//! Laws: what holds of any organization and any definitions.

mod denials;
mod drift;
mod faults;
mod matrix;
mod only;
pub(crate) mod oracle;
mod sketch;
mod steps;
mod undo;

use crate::support::{self, NOW, Repository};
use jiff::Timestamp;
use landgrant::aws::read::{Needed, Silent, Wanted, read, read_grants};
use landgrant::aws::{self, Aws};
use landgrant::cli::exit::Exit;
use landgrant::diff::diff;
use landgrant::live::project::{Labels, Projection, project};
use landgrant::live::reading::Depth;
use landgrant::live::{Live, Organization};
use landgrant::model::{Grant, Principal, State, address};
use landgrant::plan::change::What;
use landgrant::plan::{self, Plan, document, predict};
use landgrant::resolve::reading::{Questions, Removals, questions, removals};
use landgrant::resolve::{Desired, Only, Rules, needing_tags, resolve};
use landgrant::sandbox::{Effect, Fault, Options, Sandbox};
use landgrant::source::declared::Declared;
use landgrant::source::{self, Input, Tree};
use landgrant::{diag, render};
use oracle::{Row, addresses, is_on, patch, reach, row};
use proptest::prelude::*;
use sketch::{Modes, Sketch, modes, policy_files, sketch};
use std::collections::BTreeSet;

/// Everything that a command knows at its end.
struct Run {
    live: Live,
    projection: Projection,
    desired: Desired,
    plan: Plan,
    declared: Declared,
}

impl Run {
    fn labels(&self) -> &Labels {
        &self.projection.labels
    }

    /// The plan's document without what a reading costs.
    fn json(&self) -> String {
        let mut json = self.document();
        json["observed"]["calls"] = serde_json::Value::Null;
        json["seal"] = serde_json::Value::Null;
        format!("{json:#}")
    }

    /// The plan's document without what was read and how: members of groups that matter to nobody are
    /// in the fingerprints of a full reading alone.
    fn decided(&self) -> String {
        let mut json = self.document();
        json["observed"] = serde_json::Value::Null;
        json["seal"] = serde_json::Value::Null;
        json["id"] = serde_json::Value::Null;
        json["desired"]["fingerprint"] = serde_json::Value::Null;
        format!("{json:#}")
    }

    fn document(&self) -> serde_json::Value {
        document::document(&self.plan, &self.declared.files, &document::Context::default())
    }

    /// The plan as text, without what a reading costs.
    fn text(&self) -> String {
        let text = render::plan::text(
            &self.plan,
            &self.declared.files,
            &render::plan::Options { color: false, apply_with: String::new() },
        );
        let cost = |line: &&str| !line.contains(" calls in ");
        text.lines().filter(cost).collect::<Vec<_>>().join("\n")
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(future)
}

/// The files of a repository, the tables in one file each or all in one.
fn files(modes: &Modes, tables: &[String], one_each: bool) -> Vec<(String, String)> {
    let mut files = vec![("landgrant.toml".to_owned(), modes.settings())];
    files.extend(policy_files().map(|(name, text)| (name, text.to_owned())));
    if one_each {
        let each = tables.iter().enumerate();
        files.extend(each.map(|(n, table)| (format!("t{n:02}.toml"), table.clone())));
    } else {
        files.push(("all.toml".to_owned(), tables.join("\n")));
    }
    files
}

fn tree(files: Vec<(String, String)>) -> Tree {
    let input = |(path, text): (String, String)| Input { path, bytes: text.into_bytes() };
    Tree { files: files.into_iter().map(input).collect(), ..Tree::default() }
}

/// The SDK's clients of a sandbox.
async fn connect(sandbox: &Sandbox) -> Aws {
    let http_client = Some(sandbox.http_client());
    let region = Some("ap-southeast-1".to_owned());
    aws::connect(aws::Options { region, http_client, ..aws::Options::default() }).await
}

/// Reads all of the world through the SDK and plans. `None` where a diagnostic is an error, as gaps make.
fn run(world: &str, tree: &Tree, options: Options) -> Option<Run> {
    run_at(Depth::Full, world, tree, options)
}

/// The same, at any depth.
fn run_at(depth: Depth, world: &str, tree: &Tree, options: Options) -> Option<Run> {
    let now: Timestamp = NOW.parse().unwrap();
    let (declared, files, diagnostics) = source::load(tree);
    let errors = diag::emit::text(&files, &diagnostics, false);
    assert!(!diag::has_errors(&diagnostics), "{errors}");
    let sandbox = Sandbox::from_json(world.as_bytes(), options).unwrap();
    let live = block_on(async {
        let aws = connect(&sandbox).await;
        let now = move || now;
        let Questions { users, members_of, controls } = questions(&declared);
        let wanted = Wanted { depth, users, members_of, controls, ..Wanted::default() };
        let tags_of =
            |organization: &Organization| needing_tags(&declared, &Only::default(), organization);
        let mut live = read(&aws, &wanted, &tags_of, &now, &Silent).await.unwrap();
        let Removals { users, sets, groups } = removals(&declared, &live);
        let needed = Needed { users, sets, groups, ..Needed::default() };
        read_grants(&aws, &mut live, needed, &now, &Silent).await.unwrap();
        live
    });
    let projection = project(&live);
    let (desired, diagnostics) = resolve(&declared, &live, &projection, now);
    if diag::has_errors(&diagnostics) {
        assert!(
            !live.gaps.is_empty(),
            "{}",
            diag::emit::text(&declared.files, &diagnostics, false)
        );
        return None;
    }
    let plan = plan::make(&live, &projection, &desired, &Rules::of(&declared));
    Some(Run { live, projection, desired, plan, declared })
}

/// A state that a sketch makes: read back, to be like any other.
fn state(sketch: &Sketch) -> State {
    let tree = tree(vec![("landgrant.toml".to_owned(), Modes::ADOPT.settings())]);
    run(&sketch.world(), &tree, Options::default()).unwrap().projection.state
}

/// What was planned, by address and verb.
fn verbs(plan: &Plan) -> BTreeSet<(String, &'static str)> {
    plan.changes.iter().map(|c| (c.address.clone(), c.what.action().name())).collect()
}

/// The same with what goes along: a user who is deleted leaves every group.
fn effects(run: &Run) -> BTreeSet<(String, &'static str)> {
    let mut all = verbs(&run.plan);
    for change in &run.plan.changes {
        let What::DeleteUser(user, _) = &change.what else { continue };
        let groups = run.projection.state.memberships.iter().filter(|(_, m)| m.contains(user));
        all.extend(groups.map(|(group, _)| (address::membership(group, user), "delete")));
    }
    all
}

/// Operations that may be denied without leaving nothing to work with.
const LISTINGS: [&str; 15] = [
    "ListOrganizationalUnitsForParent",
    "ListAccounts",
    "ListAccountsForParent",
    "ListTagsForResource",
    "ListPermissionSets",
    "DescribePermissionSet",
    "ListManagedPoliciesInPermissionSet",
    "GetInlinePolicyForPermissionSet",
    "ListAccountsForProvisionedPermissionSet",
    "ListUsers",
    "ListGroups",
    "ListGroupMemberships",
    "ListAccountAssignments",
    "ListAccountAssignmentsForPrincipal",
    "ListPermissionSetsProvisionedToAccount",
];

fn depths() -> impl Strategy<Value = Depth> {
    prop::sample::select(vec![Depth::Quick, Depth::Full])
}

fn denials() -> impl Strategy<Value = Vec<Fault>> {
    let one = (0..LISTINGS.len(), 0..3_usize)
        .prop_map(|(which, nth)| Fault::new(LISTINGS[which], nth, Effect::Deny));
    prop::collection::vec(one, 1..3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn a_difference_is_what_it_takes(a in sketch(), b in sketch()) {
        let (a, mut b) = (state(&a), state(&b));
        // Accounts come and go by other means.
        b.accounts.retain(|id, _| a.accounts.contains_key(id));
        prop_assert!(diff(&a, &a).is_empty());
        b.stale.clear();
        let there = patch(&a, &diff(&a, &b));
        prop_assert!(diff(&there, &b).is_empty());
    }

    #[test]
    fn a_plan_is_sound(live in sketch(), wanted in sketch(), modes in modes()) {
        let tree = tree(files(&modes, &wanted.tables(), false));
        let run = run(&live.world(), &tree, Options::default()).unwrap();
        let Run { projection, desired, plan, .. } = &run;
        let whats: Vec<&What> = plan.changes.iter().map(|change| &change.what).collect();
        let predicted = predict::predict(&projection.state, whats.iter().copied());

        // What differs after it is what is held, and nothing else.
        let held: BTreeSet<String> = plan.held.iter().map(|held| held.address.clone()).collect();
        let left = addresses(&diff(&predicted, &desired.state), run.labels());
        prop_assert!(left.is_subset(&held), "{left:?} left, {held:?} held");

        // Whatever a change waits for stands before it.
        let mut before = BTreeSet::new();
        for change in &plan.changes {
            for wanted in change.needs.iter().chain(&change.after) {
                prop_assert!(before.contains(wanted), "{} waits for {wanted}", change.id);
            }
            before.insert(change.id.clone());
        }

        // The ledger of people is the difference of what everybody reaches.
        let (had, has) = (reach(&projection.state), reach(&predicted));
        let gain: BTreeSet<Row> = plan.access.gain.keys().map(row).collect();
        let lose: BTreeSet<Row> = plan.access.lose.keys().map(row).collect();
        prop_assert_eq!(gain, has.difference(&had).cloned().collect());
        prop_assert_eq!(lose, had.difference(&has).cloned().collect());
    }

    #[test]
    fn the_order_of_files_tables_and_pages_never_shows(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        page in 1..3_usize,
        empty_first_page in any::<bool>(),
        seed in any::<prop::sample::Index>(),
    ) {
        let tables = wanted.tables();
        let each = files(&modes, &tables, true);
        let plain = run(&live.world(), &tree(each.clone()), Options::default()).unwrap();

        // The same files, found in another order, and the same world in other pages.
        let mut turned = each;
        let middle = seed.index(turned.len());
        turned.rotate_left(middle);
        turned.reverse();
        let options = Options { page_limit: Some(page), empty_first_page, ..Options::default() };
        let other = run(&live.world(), &tree(turned), options).unwrap();
        prop_assert_eq!(plain.json(), other.json());
        prop_assert_eq!(plain.text(), other.text());

        // The same tables in another order, all in one file: only places differ.
        let mut tables = tables;
        tables.reverse();
        let other = run(&live.world(), &tree(files(&modes, &tables, false)), Options::default());
        let other = other.unwrap();
        prop_assert_eq!(document::digest(&plain.plan), document::digest(&other.plan));
        prop_assert_eq!(&plain.plan.access, &other.plan.access);
        prop_assert_eq!(document::id(&plain.plan), document::id(&other.plan));
    }

    #[test]
    fn what_is_denied_is_never_taken_for_absent(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        faults in denials(),
        depth in depths(),
    ) {
        let tree = tree(files(&modes, &wanted.tables(), false));
        let whole = run(&live.world(), &tree, Options::default()).unwrap();
        let options = Options { faults, ..Options::default() };
        let Some(part) = run_at(depth, &live.world(), &tree, options) else { return Ok(()) };
        for gap in &part.live.gaps {
            for change in &part.plan.changes {
                prop_assert!(!is_on(&change.what, &gap.part, &part.projection.ids), "{change:?} on {gap:?}");
            }
        }
        // Who sees less plans less, never something else.
        let (known, planned) = (effects(&whole), verbs(&part.plan));
        let invented: Vec<_> = planned.difference(&known).collect();
        prop_assert!(invented.is_empty(), "{invented:?} for {:?}", part.live.gaps);
        // Whoever gains by it in truth is in its ledger, whatever could not be read.
        let whats = part.plan.changes.iter().map(|change| &change.what);
        let before = &whole.projection.state;
        let (had, has) = (reach(before), reach(&predict::predict(before, whats)));
        let shown: BTreeSet<Row> = part.plan.access.gain.keys().map(row).collect();
        let unsaid: Vec<_> = has.difference(&had).filter(|row| !shown.contains(*row)).collect();
        prop_assert!(unsaid.is_empty(), "{unsaid:?} for {:?}", part.live.gaps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_quick_reading_plans_what_a_full_one_does_where_nothing_is_hidden(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        page in prop::option::of(1..3_usize),
        empty_first_page in any::<bool>(),
    ) {
        let tree = tree(files(&modes, &wanted.tables(), false));
        let options = Options { page_limit: page, empty_first_page, ..Options::default() };
        let world = live.without_hidden_grants(&wanted).world();
        let full = run(&world, &tree, options.clone()).unwrap();
        let quick = run_at(Depth::Quick, &world, &tree, options).unwrap();
        prop_assert!(quick.live.is_complete(), "{:?}", quick.live.gaps);
        prop_assert_eq!(full.decided(), quick.decided());
        prop_assert_eq!(&full.projection.state.grants, &quick.projection.state.grants);
    }

    #[test]
    fn a_quick_reading_removes_nothing_on_a_guess(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
    ) {
        let tree = tree(files(&modes, &wanted.tables(), false));
        let full = run(&live.world(), &tree, Options::default()).unwrap();
        let quick = run_at(Depth::Quick, &live.world(), &tree, Options::default()).unwrap();
        let (known, planned) = (effects(&full), verbs(&quick.plan));
        let invented: Vec<_> = planned.difference(&known).collect();
        prop_assert!(invented.is_empty(), "{invented:?}");
        let seen = &quick.projection.state.grants;
        prop_assert!(seen.iter().all(|grant| full.projection.state.grants.contains(grant)));
        // Users and sets go only when everybody who has them is known, and nobody has them any more.
        for change in &quick.plan.changes {
            let gone = |grant: &&Grant| match &change.what {
                What::DeleteUser(name, _) => grant.principal == Principal::User(name.clone()),
                What::DeleteSet(name, _) => grant.permission_set == *name,
                _ => false,
            };
            for grant in full.projection.state.grants.iter().filter(gone) {
                prop_assert!(seen.contains(grant), "{grant:?} is not seen, and {} goes", change.address);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn what_was_applied_is_what_was_planned(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        depth in depths(),
    ) {
        let live = match depth {
            Depth::Quick => live.without_hidden_grants(&wanted),
            Depth::Full => live,
        };
        let read = depth.name();
        let texts = files(&modes, &wanted.tables(), false);
        let planned = run(&live.world(), &tree(texts.clone()), Options::default()).unwrap();
        prop_assume!(planned.plan.refused.is_empty());
        let whats = planned.plan.changes.iter().map(|change| &change.what);
        let predicted = predict::predict(&planned.projection.state, whats);

        let repository = Repository::new();
        for (path, text) in &texts {
            support::write(&repository.path().join(path), text);
        }
        support::write(&repository.path().join("sandbox.json"), &live.world());
        let removals = planned.plan.removals.0.to_string();
        let words = ["apply", "--read", read, "--yes", "--accept-removals", removals.as_str()];
        let applied = block_on(repository.run(&words));
        prop_assert_eq!(applied.exit, Exit::Done, "{}{}", applied.stdout, applied.stderr);
        let again = block_on(repository.run(&["plan", "--read", read, "--detailed-exitcode"]));
        prop_assert_eq!(again.exit, Exit::Done, "{}", again.stdout);

        let after = support::read(&repository.path().join(".landgrant/sandbox/world.json"));
        let mut found = run(&after, &tree(texts), Options::default()).unwrap().projection.state;
        found.memberships.retain(|_, members| !members.is_empty());
        prop_assert_eq!(found, predicted);
    }
}
