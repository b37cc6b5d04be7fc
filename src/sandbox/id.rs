//! Ids that look like AWS's and follow from their input alone, so that a run can be repeated to the byte.

use sha2::{Digest, Sha256};

/// The first `length` hexadecimal digits of a text's SHA-256 (at most 64).
pub(super) fn hex(of: &str, length: usize) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hash = Sha256::digest(of.as_bytes());
    hash.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .take(length)
        .collect()
}

/// Decimal digits that follow from a text (at most 32).
pub(super) fn digits(of: &str, length: usize) -> String {
    let hash = Sha256::digest(of.as_bytes());
    hash.iter().map(|byte| char::from(b'0' + byte % 10)).take(length).collect()
}

/// A UUID: `8-4-4-4-12`.
pub(super) fn uuid(of: &str) -> String {
    let digits = hex(of, 32);
    let ends = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    ends.map(|(from, to)| digits.get(from..to).unwrap_or_default()).join("-")
}

/// The identity store's form: ten digits, then a UUID.
pub(super) fn uuid_like(of: &str) -> String {
    format!("{}-{}", hex(&format!("store/{of}"), 10), uuid(of))
}
