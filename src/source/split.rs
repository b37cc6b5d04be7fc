//! Work on files that need nothing of each other, shared among the cores.

use std::num::NonZero;
use std::thread;

/// Files that are worth a thread: one takes about as long to start as a few files to read.
const FILES_PER_THREAD: usize = 32;

/// What `work` makes of each, in their order.
pub(super) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(items.len().div_ceil(FILES_PER_THREAD)).max(1);
    let (first, rest) = items.split_at(items.len().div_ceil(threads));
    let work = &work;
    let all = |part: &[T]| part.iter().map(work).collect::<Vec<R>>();
    thread::scope(|scope| {
        let parts = rest.chunks(first.len().max(1));
        let others: Vec<_> = parts.map(|part| (part, scope.spawn(move || all(part)))).collect();
        let mut out = all(first);
        for (part, other) in others {
            // A thread that could not finish is no reason to lose its files.
            out.extend(other.join().unwrap_or_else(|_| all(part)));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_is_kept() {
        for n in [0, 1, 31, 32, 33, 1000] {
            let items: Vec<usize> = (0..n).collect();
            assert_eq!(
                super::map(&items, |item| item * 2),
                (0..n).map(|i| i * 2).collect::<Vec<_>>()
            );
        }
    }
}
