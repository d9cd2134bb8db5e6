//! The file of what failed again: one message or event a line, as it came, for the next `redrive`.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Failure;

pub(crate) struct Kept {
    path: PathBuf,
    file: File,
    count: usize,
}

impl Kept {
    /// Makes the file before anything is sent: an event that fails then has a place to go to.
    pub(crate) fn new(path: &Path) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // The event of a job holds credentials.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| {
            Failure::new(
                format!(
                    "`{}`, where failed events are kept, cannot be made: {error}; nothing was sent",
                    path.display()
                ),
                "name another file with `--failed`, or redrive what this one holds first",
            )
        })?;
        Ok(Self { path: path.to_owned(), file, count: 0 })
    }

    pub(crate) fn keep(&mut self, original: &Value) -> Result<(), Failure> {
        self.count += 1;
        writeln!(self.file, "{original}").and_then(|()| self.file.flush()).map_err(|error| {
            let message = format!("`{}` cannot be written: {error}", self.path.display());
            Failure::new(message, "nothing is lost: the input still holds every event")
        })
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.count == 0 {
            // An empty file that stays does no harm.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
