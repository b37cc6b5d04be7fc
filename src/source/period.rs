//! `starts` and `expires`: days or exact instants.

use super::decode::Node;
use crate::diag::{Code, Diagnostic, Spanned};
use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use toml::de::DeValue;
use toml::value::Datetime;

/// Which end of the period a day stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// From 00:00 UTC of that day.
    Start,
    /// Through the end of that day: until 00:00 UTC of the next.
    Close,
}

/// Reads one end of a period.
pub(super) fn read(
    node: Node<'_>,
    end: End,
    out: &mut Vec<Diagnostic>,
) -> Option<Spanned<Timestamp>> {
    let DeValue::Datetime(typed) = node.value else {
        let diagnostic = node.wrong_type("a date");
        out.push(match node.value {
            DeValue::String(_) => diagnostic.help("write it without quotes: 2026-12-31"),
            _ => diagnostic.help("write a day (2026-12-31) or an instant (2026-12-31T18:00:00Z)"),
        });
        return None;
    };
    match instant(typed, end) {
        Ok(instant) => Some(Spanned::new(instant, node.span)),
        Err(why) => {
            let message = format!("`{}` is not a day or an exact instant", node.key);
            out.push(Diagnostic::new(Code::InvalidPeriod, node.span, message).label(why).help(
                "write a day (2026-12-31) or an instant with its offset (2026-12-31T18:00:00Z)",
            ));
            None
        }
    }
}

/// The instant that a date means; the error says in a few words why it means none.
fn instant(typed: &Datetime, end: End) -> Result<Timestamp, &'static str> {
    const NO_DAY: &str = "the calendar has no such day or time";
    let date = typed.date.ok_or("a time without a day")?;
    let date = i16::try_from(date.year)
        .ok()
        .zip(i8::try_from(date.month).ok())
        .zip(i8::try_from(date.day).ok())
        .and_then(|((year, month), day)| civil::Date::new(year, month, day).ok())
        .ok_or(NO_DAY)?;
    let (moment, offset) = match (typed.time, typed.offset) {
        (None, _) => {
            let day = if end == End::Close { date.tomorrow() } else { Ok(date) };
            // The last day of the calendar has no end: it stands for "never".
            let Ok(day) = day else { return Ok(Timestamp::MAX) };
            (day.at(0, 0, 0, 0), Offset::UTC)
        }
        (Some(_), None) => return Err("the offset is missing"),
        (Some(time), Some(offset)) => {
            (date.to_datetime(clock(time).ok_or(NO_DAY)?), self::offset(offset).ok_or(NO_DAY)?)
        }
    };
    let zoned = TimeZone::fixed(offset).to_timestamp(moment);
    zoned.map_err(|_| NO_DAY)
}

fn clock(time: toml::value::Time) -> Option<civil::Time> {
    civil::Time::new(
        i8::try_from(time.hour).ok()?,
        i8::try_from(time.minute).ok()?,
        i8::try_from(time.second.unwrap_or(0)).ok()?,
        i32::try_from(time.nanosecond.unwrap_or(0)).ok()?,
    )
    .ok()
}

fn offset(offset: toml::value::Offset) -> Option<Offset> {
    match offset {
        toml::value::Offset::Z => Some(Offset::UTC),
        toml::value::Offset::Custom { minutes } => {
            Offset::from_seconds(i32::from(minutes) * 60).ok()
        }
    }
}

/// Reports a period that ends before it begins.
pub(super) fn order(
    starts: Option<&Spanned<Timestamp>>,
    expires: Option<&Spanned<Timestamp>>,
    out: &mut Vec<Diagnostic>,
) {
    let (Some(starts), Some(expires)) = (starts, expires) else { return };
    if starts.value >= expires.value {
        out.push(
            Diagnostic::new(Code::InvalidPeriod, expires.span, "the period ends before it begins")
                .label("not after `starts`")
                .related(starts.span, "begins here")
                .help("let `expires` lie after `starts`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_days_in_utc() {
        for (typed, end, meant) in [
            ("2026-10-01", End::Start, "2026-10-01T00:00:00Z"),
            ("2026-12-31", End::Close, "2027-01-01T00:00:00Z"),
            ("2028-02-28", End::Close, "2028-02-29T00:00:00Z"),
            ("9999-12-31", End::Close, "9999-12-30T22:00:00.999999999Z"),
            ("2026-12-31T18:00:00+07:00", End::Close, "2026-12-31T11:00:00Z"),
            ("2026-12-31 18:00:00.5Z", End::Start, "2026-12-31T18:00:00.5Z"),
        ] {
            let datetime: Datetime = typed.parse().unwrap();
            assert_eq!(instant(&datetime, end).unwrap().to_string(), meant, "{typed}");
        }
    }

    #[test]
    fn what_is_no_exact_instant_says_why() {
        for (typed, why) in
            [("2026-12-31T18:00:00", "the offset is missing"), ("18:00:00", "a time without a day")]
        {
            let datetime: Datetime = typed.parse().unwrap();
            assert_eq!(instant(&datetime, End::Close).unwrap_err(), why, "{typed}");
        }
    }
}
