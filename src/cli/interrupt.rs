//! Ctrl-C and SIGTERM during an apply: the first stops new work, the second leaves at once.

use super::exit::Exit;
use crate::apply::Stop;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

/// Listens until it is dropped. From then on signals go unheard, because the process has handlers
/// of its own: it must live as long as there is anything to interrupt.
#[derive(Debug)]
#[must_use]
pub struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Begins to listen.
pub fn listen(stop: Arc<Stop>) -> Listening {
    Listening(tokio::spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        either(&mut interrupt, &mut terminate).await;
        stop.interrupt();
        either(&mut interrupt, &mut terminate).await;
        leave();
    }))
}

/// Resolves at the first Ctrl-C or SIGTERM.
pub async fn asked() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    either(&mut interrupt, &mut terminate).await;
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[expect(clippy::exit, reason = "a second Ctrl-C means now")]
fn leave() {
    std::process::exit(i32::from(Exit::Interrupted.code()));
}
