//! A token bucket that learns: it gives way at once where AWS throttles, and comes back slowly.
//!
//! No clock and no waiting in here: instants come from outside.

use super::quota::Quota;
use std::time::Duration;
use tokio::time::Instant;

/// What is left of the rate when AWS throttles: several tools share a quota, and each gives way.
const CUT: f64 = 0.7;
/// What comes back each second without throttling, of the full rate.
const RAISE: f64 = 0.03;
/// The rate never falls below this share of the full one.
const FLOOR: f64 = 0.05;
/// Between two steps of the rate. Calls that were under way when it was cut say nothing new.
const STEP: Duration = Duration::from_secs(1);

/// When the next call may start, as the "theoretical arrival time" of the generic cell rate algorithm
/// (ITU-T I.371): it needs no tick, and its rate does not drift however late a sleeper wakes.
#[derive(Debug)]
pub(super) struct Bucket {
    quota: Quota,
    /// Calls a second, now.
    rate: f64,
    /// When the bucket is full again.
    full: Instant,
    /// When AWS throttled last, and when that last cut the rate.
    throttled: Option<Instant>,
    cut: Option<Instant>,
    /// When the rate was raised last.
    raised: Instant,
}

impl Bucket {
    pub(super) fn new(quota: Quota, now: Instant) -> Self {
        Self { quota, rate: quota.rate, full: now, throttled: None, cut: None, raised: now }
    }

    /// Calls a second, now.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// Between two calls.
    fn interval(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.rate)
    }

    /// How long before it is full a bucket gives its last token but one.
    fn slack(&self) -> Duration {
        self.interval().mul_f64(self.quota.burst - 1.0)
    }

    /// When the next call may start.
    pub(super) fn due(&self, now: Instant) -> Instant {
        self.full.checked_sub(self.slack()).unwrap_or(now).max(now)
    }

    /// A call starts.
    pub(super) fn take(&mut self, now: Instant) {
        self.full = self.full.max(now) + self.interval();
    }

    /// A call was answered, and not by throttling.
    pub(super) fn answered(&mut self, now: Instant) {
        let rested = |since: Instant| now >= since + STEP;
        if self.rate < self.quota.rate && self.throttled.is_none_or(rested) && rested(self.raised) {
            self.rate = (self.rate + self.quota.rate * RAISE).min(self.quota.rate);
            self.raised = now;
        }
    }

    /// AWS throttled a call, and may have said for how long.
    pub(super) fn throttled(&mut self, now: Instant, retry_after: Option<Duration>) {
        self.throttled = Some(now);
        if self.cut.is_none_or(|cut| now >= cut + STEP) {
            self.rate = (self.rate * CUT).max(self.quota.rate * FLOOR);
            self.cut = Some(now);
        }
        // AWS's own bucket is empty: one token in ours would be one too many.
        let pause = retry_after.unwrap_or_else(|| self.interval());
        self.full = self.full.max(now + pause + self.slack());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Takes all that is due up to an instant, and tells how many that were.
    fn drain(bucket: &mut Bucket, mut now: Instant, end: Instant) -> usize {
        let mut taken = 0;
        loop {
            now = bucket.due(now);
            if now >= end {
                return taken;
            }
            bucket.take(now);
            taken += 1;
        }
    }

    #[test]
    fn a_burst_and_then_the_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Quota { rate: 20.0, burst: 5.0 }, start);
        assert_eq!(drain(&mut bucket, start, start + second(0.001)), 5);
        assert_eq!(drain(&mut bucket, start, start + second(10.0)), 199);
        // Rest fills it up to the burst and no further.
        let later = start + second(100.0);
        assert_eq!(drain(&mut bucket, later, later + second(0.001)), 5);
    }

    #[test]
    fn throttling_cuts_once_for_what_is_under_way_and_the_rate_comes_back() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Quota { rate: 20.0, burst: 1.0 }, start);
        for _ in 0..10 {
            bucket.throttled(start, None);
        }
        assert!((bucket.rate - 14.0).abs() < 1e-9, "{}", bucket.rate);
        for tenth in 1..150 {
            bucket.answered(start + second(f64::from(tenth) / 10.0));
        }
        assert!((bucket.rate - 20.0).abs() < 1e-9, "{}", bucket.rate);
    }

    #[test]
    fn a_raise_does_not_keep_the_rate_from_being_cut() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Quota { rate: 20.0, burst: 1.0 }, start);
        bucket.throttled(start, None);
        bucket.answered(start + second(1.5));
        assert!((bucket.rate - 14.6).abs() < 1e-9, "{}", bucket.rate);
        bucket.throttled(start + second(1.6), None);
        assert!((bucket.rate - 10.22).abs() < 1e-9, "{}", bucket.rate);
    }

    #[test]
    fn a_rate_that_is_cut_again_and_again_stays_above_its_floor() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Quota { rate: 20.0, burst: 2.0 }, start);
        for n in 0..100 {
            bucket.throttled(start + second(f64::from(n)), None);
        }
        assert!((bucket.rate - 1.0).abs() < 1e-9, "{}", bucket.rate);
    }

    #[test]
    fn nothing_starts_before_aws_said_so() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Quota { rate: 20.0, burst: 5.0 }, start);
        bucket.throttled(start, Some(second(7.0)));
        assert!(bucket.due(start) >= start + second(7.0));
        assert_eq!(drain(&mut bucket, start, start + second(7.001)), 1, "no burst after a pause");
    }
}
