//! Dates of the sandbox: a base that the caller gives, plus what has passed on tokio's clock.
//!
//! Tests that pause tokio's clock so get virtual dates, and no module here reads the wall clock.

use std::time::Duration;
use tokio::time::Instant;

/// The clock of one sandbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    base: i64,
    started: Instant,
}

impl Clock {
    /// A clock that shows `base` (seconds since 1970) now.
    pub(super) fn new(base: i64) -> Self {
        Self { base, started: Instant::now() }
    }

    /// The date it was started at.
    pub(super) fn base(self) -> i64 {
        self.base
    }

    /// Seconds since 1970.
    pub(super) fn now(self) -> i64 {
        self.at(Instant::now())
    }

    /// What it shows at an instant, in seconds since 1970; at one before its start, what it shows then.
    pub(super) fn at(self, instant: Instant) -> i64 {
        let passed = instant.saturating_duration_since(self.started).as_secs();
        self.base.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX))
    }
}

/// What is left until an instant.
pub(super) fn remaining(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}

/// Reads an RFC 3339 date-time as seconds since 1970; fractions are dropped.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let (time, offset) = match rest.strip_suffix(['Z', 'z']) {
        Some(time) => (time, 0),
        None => split_offset(rest)?,
    };
    let mut time = time.splitn(3, ':');
    let hour: i64 = time.next()?.parse().ok()?;
    let minute: i64 = time.next()?.parse().ok()?;
    let second: i64 = time.next()?.split('.').next()?.parse().ok()?;
    let valid = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    valid.then(|| days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

/// Splits `09:30:00+07:00` into the time and the offset in seconds.
fn split_offset(rest: &str) -> Option<(&str, i64)> {
    let at = rest.rfind(['+', '-'])?;
    let (time, offset) = rest.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some((time, sign * (hours * 3600 + minutes * 60)))
}

/// Days from 1970-01-01, by Howard Hinnant's `days_from_civil`.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Writes seconds since 1970 as an RFC 3339 date-time.
pub(super) fn text(seconds: i64) -> String {
    let (day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(day);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The date of a day since 1970-01-01, by Howard Hinnant's `civil_from_days`.
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::{seconds, text};

    #[test]
    fn seconds_are_written_as_they_are_read() {
        for date in ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2026-11-23T01:30:07Z"] {
            assert_eq!(text(seconds(date).unwrap()), date);
        }
    }

    #[test]
    fn dates_are_seconds_since_1970() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2026-11-23T01:30:00Z"), Some(1_795_397_400));
        assert_eq!(seconds("2026-11-23T08:30:00.25+07:00"), Some(1_795_397_400));
        assert_eq!(seconds("2026-13-01T00:00:00Z"), None);
        assert_eq!(seconds("yesterday"), None);
    }
}
