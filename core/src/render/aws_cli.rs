//! A plan as commands of the AWS CLI, for a POSIX shell.

use alloc::{format, string::String, vec::Vec};

use super::{count, plain, text::source};
use crate::answer::PlanAnswer;

/// Most bytes of paths in one command; systems allow 128 KiB and more for all arguments.
const MOST: usize = 64 * 1024;

/// One command a batch, or several for a batch of long paths; each runs only after the one before succeeded, so that
/// the text can be pasted as well as run.
///
/// `--paths` gives each run a caller reference of its own: who runs the commands again wants the paths purged again.
pub(super) fn plan(answer: &PlanAnswer<'_>) -> String {
    let mut head = format!("# {} to invalidate, decided by {}.\n", count(answer.billed_paths, "path"), source(answer));
    for diagnostic in answer.diagnostics {
        head += &format!("# {}: {} [{}]\n", diagnostic.severity.name(), plain(&diagnostic.message), diagnostic.code);
    }
    let mut commands = Vec::new();
    for distribution in &answer.distributions {
        let id = distribution_id(distribution.id);
        for (index, batch) in distribution.batches.iter().enumerate() {
            let waits = index + 1 < distribution.batches.len();
            let mut rest = &*batch.paths;
            while !rest.is_empty() {
                let mut bytes = 0;
                let fits = rest.iter().take_while(|path| {
                    bytes += path.len();
                    bytes <= MOST
                });
                // A path alone is far shorter than a command.
                let (now, later) = rest.split_at(fits.count());
                rest = later;
                commands.push(command(&id, now, waits && rest.is_empty()));
            }
        }
    }
    head + &commands.join(" &&\n") + if commands.is_empty() { "" } else { "\n" }
}

/// `waits`: until the batch is complete, because the next one would pass what CloudFront works on at a time.
fn command(id: &str, paths: &[&str], waits: bool) -> String {
    let paths: Vec<String> = paths.iter().map(|path| quoted(path)).collect();
    let paths = paths.join(" \\\n  ");
    let create = format!("aws cloudfront create-invalidation --distribution-id {id}");
    if waits {
        format!(
            "batch=$({create} --query Invalidation.Id --output text --paths \\\n  {paths}) &&\naws cloudfront wait invalidation-completed --distribution-id {id} --id \"$batch\""
        )
    } else {
        format!("{create} --paths \\\n  {paths}")
    }
}

fn distribution_id(id: &str) -> String {
    if id.is_empty() {
        String::from("\"${DISTRIBUTION_ID:?set it to the id of the distribution}\"")
    } else {
        quoted(id)
    }
}

/// One word of a POSIX shell.
fn quoted(word: &str) -> String {
    let pieces: Vec<&str> = word.split('\'').collect();
    format!("'{}'", pieces.join(r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_one_word() {
        assert_eq!(quoted("/a b*"), "'/a b*'");
        assert_eq!(quoted("'; rm -rf /"), r"''\''; rm -rf /'");
    }
}
