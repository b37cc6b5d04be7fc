//! Laws of the matrix: what its rows say is what everybody reaches, and no grant is left out.

use super::oracle::{Row, reach};
use super::{Modes, Run, denials, files, modes, run, sketch, tree};
use landgrant::access::matrix::filter::{Chosen, Filter};
use landgrant::access::matrix::{Definitions, Kind, Matrix, Source, of_live, of_state};
use landgrant::id::{AccountId, PermissionSetName, UserName};
use landgrant::model::State;
use landgrant::plan::predict::predict;
use landgrant::plan::{renamed, renamed_ids};
use landgrant::resolve::scope::Scope;
use landgrant::sandbox::Options;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A person, an account, a set, a path.
type Path = (String, String, String, String);

/// The paths that a matrix tells, and its other rows by kind. None may come twice.
fn told(matrix: &Matrix<'_>) -> (BTreeSet<Path>, Vec<Kind>) {
    let (mut paths, mut others) = (BTreeSet::new(), Vec::new());
    let all = Chosen::of(&Filter::default(), matrix).unwrap();
    let done: Result<(), ()> = matrix.each_path(&all, |row| {
        if row.kind != Kind::Access {
            others.push(row.kind);
            return Ok(());
        }
        let path = (
            row.person.unwrap().shown().to_owned(),
            row.account.unwrap().id.to_string(),
            row.set.unwrap().shown().to_owned(),
            row.via.unwrap().text(),
        );
        assert!(paths.insert(path), "a row twice");
        Ok(())
    });
    done.unwrap();
    (paths, others)
}

/// What they reach, whatever the path.
fn reached(paths: &BTreeSet<Path>) -> BTreeSet<Row> {
    let row = |(person, account, set, _): &Path| {
        (UserName::new(person), AccountId::parse(account).unwrap(), PermissionSetName::new(set))
    };
    paths.iter().map(row).collect()
}

/// How many rows there are for grants.
fn grants(matrix: &Matrix<'_>) -> usize {
    let all = Chosen::of(&Filter::default(), matrix).unwrap();
    let mut count = 0;
    let done: Result<(), ()> = matrix.each_grant(&all, |row| {
        count += usize::from(row.granted.is_some());
        Ok(())
    });
    done.unwrap();
    count
}

/// The same as told by the document of the world alone, without any type of ours.
fn brute_force(world: &str) -> (BTreeSet<Path>, usize) {
    let world: Value = serde_json::from_str(world).unwrap();
    let center = &world["identity_center"];
    let list = |value: &Value| value.as_array().unwrap().clone();
    let texts = |value: &Value| -> Vec<String> {
        list(value).iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let named = |kind: &str, id: &str, name: &str| -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        list(&center[kind]).iter().map(|thing| (text(&thing[id]), text(&thing[name]))).collect()
    };
    let (users, groups) = (named("users", "id", "user_name"), named("groups", "id", "name"));
    let sets = named("permission_sets", "arn", "name");
    let (mut paths, mut nobody) = (BTreeSet::new(), 0);
    for assignment in list(&center["assignments"]) {
        let account = assignment["account"].as_str().unwrap();
        let set = &sets[assignment["permission_set"].as_str().unwrap()];
        let path =
            |person: &str, via: String| (person.to_owned(), account.to_owned(), set.clone(), via);
        for id in texts(&assignment["groups"]) {
            let members: Vec<String> = list(&center["memberships"])
                .iter()
                .filter(|membership| membership["group"] == id.as_str())
                .flat_map(|membership| texts(&membership["users"]))
                .collect();
            nobody += usize::from(members.is_empty());
            for member in members {
                paths.insert(path(&users[&member], format!("group:{}", groups[&id])));
            }
        }
        for id in texts(&assignment["users"]) {
            match users.get(&id) {
                Some(name) => drop(paths.insert(path(name, format!("user:{name}")))),
                None => nobody += 1,
            }
        }
    }
    (paths, nobody)
}

fn compare(matrix: &Matrix<'_>, state: &State) -> Result<(), TestCaseError> {
    let (paths, others) = told(matrix);
    prop_assert_eq!(reached(&paths), reach(state));
    prop_assert_eq!(grants(matrix), state.grants.len());
    let nobody = |grant: &&landgrant::model::Grant| {
        landgrant::access::people(state, &grant.principal).next().is_none()
    };
    prop_assert_eq!(others.len(), state.grants.iter().filter(nobody).count());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn it_is_what_everybody_reaches(live in sketch(), wanted in sketch(), modes in modes()) {
        let tree = tree(files(&modes, &wanted.tables(), false));
        let Run { live: read, projection, desired, plan, declared } =
            &run(&live.world(), &tree, Options::default()).unwrap();
        let scope = Scope::new(declared, read, projection);
        let definitions = Definitions { declared, desired, scope: &scope, whole: true };

        let matrix = of_live(read, projection, Some(definitions));
        compare(&matrix, &projection.state)?;
        let (paths, others) = told(&matrix);
        prop_assert_eq!((paths, others.len()), brute_force(&live.world()));
        // Whether anything is declared changes no row.
        prop_assert_eq!(told(&of_live(read, projection, None)), told(&matrix));

        let ids = renamed_ids(&projection.ids, &desired.renames);
        let gaps = &[];
        let source = Source { state: &desired.state, ids: &ids, live: read, projection, gaps };
        compare(&of_state(&source, definitions), &desired.state)?;

        let before = renamed(&projection.state, &desired.renames);
        let after = predict(&before, plan.changes.iter().map(|change| &change.what));
        let source = Source { state: &after, ids: &ids, live: read, projection, gaps };
        compare(&of_state(&source, definitions), &after)?;
    }

    #[test]
    fn what_is_denied_is_told_or_said_to_be_unread(live in sketch(), faults in denials()) {
        let tree = tree(vec![("landgrant.toml".to_owned(), Modes::ADOPT.settings())]);
        let whole = brute_force(&live.world()).0;
        let Some(part) = run(&live.world(), &tree, Options { faults, ..Options::default() }) else {
            return Ok(());
        };
        let matrix = of_live(&part.live, &part.projection, None);
        let all = Chosen::of(&Filter::default(), &matrix).unwrap();
        let mut incomplete = 0;
        let done: Result<(), ()> = matrix.each_path(&all, |row| {
            incomplete += usize::from(!row.missing().is_empty());
            Ok(())
        });
        done.unwrap();
        prop_assert_eq!(incomplete > 0, !part.live.is_complete(), "{:?}", part.live.gaps);
        // Nobody is told to reach what they do not.
        let (paths, _) = told(&matrix);
        let invented: Vec<_> = paths.iter().filter(|(person, account, set, via)| {
            // A group or set without a name stands by its id.
            !set.starts_with("arn:") && !via.contains("1234567890-")
                && !whole.contains(&(person.clone(), account.clone(), set.clone(), via.clone()))
        }).collect();
        prop_assert!(invented.is_empty(), "{invented:?}");
    }
}
