//! A plan as commands of the AWS CLI, for a POSIX shell.

use super::{Text, text::source};
use crate::answer::PlanAnswer;

/// Most bytes of paths in one command; systems allow 128 KiB and more for all arguments.
const MOST: usize = 64 * 1024;

/// One command a batch, or several for a batch of long paths; each runs only after the one before succeeded, so that
/// the text can be pasted as well as run.
///
/// `--paths` gives each run a caller reference of its own: who runs the commands again wants the paths purged again.
pub(super) fn plan(answer: &PlanAnswer<'_>, text: &mut Text) {
    text.say("# ").count(answer.billed_paths, "path");
    source(answer, " to invalidate, decided by ", text);
    for diagnostic in answer.diagnostics {
        text.say("# ").say(diagnostic.severity.name()).say(": ").name(&diagnostic.message);
        text.say(" [").say(diagnostic.code).say("]\n");
    }
    let (mut before, mut after) = ("", "");
    for distribution in &answer.distributions {
        for (index, batch) in distribution.batches.iter().enumerate() {
            let waits = index + 1 < distribution.batches.len();
            let mut rest = &*batch.paths;
            while !rest.is_empty() {
                // A path alone is far shorter than a command.
                let (now, later) = rest.split_at(fitting(rest));
                rest = later;
                command(distribution.id, now, waits && rest.is_empty(), text.say(before));
                (before, after) = (" &&\n", "\n");
            }
        }
    }
    text.say(after);
}

/// How many of the paths one command takes.
fn fitting(paths: &[&str]) -> usize {
    let mut bytes = 0;
    for (index, path) in paths.iter().enumerate() {
        bytes += path.len();
        if bytes > MOST {
            return index;
        }
    }
    paths.len()
}

/// `waits`: until the batch is complete, because the next one would pass what CloudFront works on at a time.
fn command(id: &str, paths: &[&str], waits: bool, text: &mut Text) {
    text.say(if waits { "batch=$(" } else { "" });
    distribution_id(id, text.say("aws cloudfront create-invalidation --distribution-id "));
    text.say(if waits { " --query Invalidation.Id --output text" } else { "" }).say(" --paths");
    for path in paths {
        quoted(path, text.say(" \\\n  "));
    }
    if waits {
        text.say(") &&\naws cloudfront wait invalidation-completed --distribution-id ");
        distribution_id(id, text);
        text.say(" --id \"$batch\"");
    }
}

fn distribution_id(id: &str, text: &mut Text) {
    if id.is_empty() {
        text.say("\"${DISTRIBUTION_ID:?set it to the id of the distribution}\"");
    } else {
        quoted(id, text);
    }
}

/// One word of a POSIX shell.
fn quoted(word: &str, text: &mut Text) {
    text.say("'");
    for (index, piece) in word.split('\'').enumerate() {
        text.say(if index == 0 { "" } else { r"'\''" }).say(piece);
    }
    text.say("'");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_one_word() {
        let quoted = |word: &str| {
            let mut text = Text::default();
            quoted(word, &mut text);
            text.shown
        };
        assert_eq!(quoted("/a b*"), "'/a b*'");
        assert_eq!(quoted("'; rm -rf /"), r"''\''; rm -rf /'");
    }
}
