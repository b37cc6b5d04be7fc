//! Data, written piece by piece.

use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use crate::store;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes to a file, at once or not at all, or to stdout.
pub fn output(
    env: &Env,
    path: Option<&Path>,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<(), Failure> {
    if let Some(path) = path {
        let written = store::write_with(path, |file| {
            let mut out = BufWriter::with_capacity(PIECE, file);
            write(&mut out)?;
            out.flush()
        });
        return written.map_err(|e| Failure::file("writing", path, &e));
    }
    let mut out = BufWriter::with_capacity(PIECE, Stdout(env));
    let written = write(&mut out).and_then(|()| out.flush());
    written.map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))
}

/// Bytes that are written at once.
const PIECE: usize = 1 << 16;

/// Standard output.
struct Stdout<'e>(&'e Env);

impl Write for Stdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.out_bytes(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
