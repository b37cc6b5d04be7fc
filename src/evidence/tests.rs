use super::*;

fn about() -> Map<String, Value> {
    let about = json!({
        "complete": true, "scope": { "organization": "o-abcde12345" },
        "observed": { "started": "2026-11-23T09:00:00Z", "ended": "2026-11-23T09:00:09Z" },
    });
    about.as_object().unwrap().clone()
}

/// The files of a pack, by name.
fn pack() -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<String, Vec<u8>> = [
        ("access.csv".to_owned(), b"person\nan\n".to_vec()),
        ("completeness.json".to_owned(), b"{}\n".to_vec()),
    ]
    .into();
    let entries: Vec<Entry> = files
        .iter()
        .map(|(name, bytes)| Entry {
            name: name.clone(),
            sha256: hash(bytes),
            bytes: bytes.len() as u64,
            rows: Some(1),
            about: String::new(),
        })
        .collect();
    let text = manifest(&about(), &entries);
    files.insert(SUMS.to_owned(), sums(&entries, &hash(text.as_bytes())).into_bytes());
    files.insert(MANIFEST.to_owned(), text.into_bytes());
    files
}

fn judged(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Finding>, ManifestError> {
    let manifest = read(&files[MANIFEST])?;
    let found = files.iter().map(|(name, bytes)| {
        (name.clone(), Found { sha256: Some(hash(bytes)), bytes: bytes.len() as u64 })
    });
    Ok(judge(&manifest, files.get(SUMS).map(Vec::as_slice), &found.collect()))
}

#[test]
fn a_pack_as_it_was_written_is_whole() {
    assert_eq!(judged(&pack()), Ok(Vec::new()));
}

#[test]
fn every_changed_byte_is_found_and_its_file_is_named() {
    let whole = pack();
    for (name, bytes) in &whole {
        for at in 0..bytes.len() {
            let mut files = whole.clone();
            files.get_mut(name).unwrap()[at] ^= 1;
            match judged(&files) {
                // The manifest may be none any more.
                Err(_) => assert_eq!(name, MANIFEST),
                Ok(found) => {
                    let named = |finding: &Finding| *finding == Finding::Changed(name.clone());
                    assert!(found.iter().any(named), "{name} byte {at}: {found:?}");
                }
            }
        }
    }
}

#[test]
fn what_is_missing_and_what_is_foreign_is_named() {
    for name in ["access.csv", SUMS] {
        let mut files = pack();
        files.remove(name);
        assert_eq!(judged(&files), Ok(vec![Finding::Missing(name.to_owned())]));
    }
    let mut files = pack();
    files.insert("access-2.csv".to_owned(), Vec::new());
    assert_eq!(judged(&files), Ok(vec![Finding::Foreign("access-2.csv".to_owned())]));
}

#[test]
fn no_manifest_leads_out_of_its_folder() {
    let of = |change: &dyn Fn(&mut Value)| {
        let mut document: Value = serde_json::from_slice(&pack()[MANIFEST]).unwrap();
        change(&mut document);
        read(document.to_string().as_bytes()).map(|_| ())
    };
    for name in ["../access.csv", "/etc/passwd", ".hidden", "", "a/b", "a\\b"] {
        let renamed = of(&|document| document["files"][0]["name"] = name.into());
        assert_eq!(renamed, Err(ManifestError::Malformed("files")), "{name}");
    }
    let twice = of(&|document| document["files"][0]["name"] = "completeness.json".into());
    assert_eq!(twice, Err(ManifestError::Malformed("files")));
    let newer = of(&|document| document["format_version"] = "2.0".into());
    assert_eq!(newer, Err(ManifestError::Version("2.0".to_owned())));
    let other = of(&|document| document["kind"] = "landgrant.plan".into());
    assert_eq!(other, Err(ManifestError::Kind));
}
