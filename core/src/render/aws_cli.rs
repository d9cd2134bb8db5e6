//! A plan as commands of the AWS CLI, for a POSIX shell.

use alloc::string::String;

use super::{Count, Plain, add, text::source};
use crate::answer::PlanAnswer;

/// Most bytes of paths in one command; systems allow 128 KiB and more for all arguments.
const MOST: usize = 64 * 1024;

/// One command a batch, or several for a batch of long paths; each runs only after the one before succeeded, so that
/// the text can be pasted as well as run.
///
/// `--paths` gives each run a caller reference of its own: who runs the commands again wants the paths purged again.
pub(super) fn plan(answer: &PlanAnswer<'_>, text: &mut String) {
    let paths = Count(answer.billed_paths, "path");
    add(text, format_args!("# {paths} to invalidate, decided by {}.\n", source(answer)));
    for diagnostic in answer.diagnostics {
        let (severity, message) = (diagnostic.severity.name(), Plain(&diagnostic.message));
        add(text, format_args!("# {severity}: {message} [{}]\n", diagnostic.code));
    }
    let mut follows = false;
    for distribution in &answer.distributions {
        let id = distribution_id(distribution.id);
        for (index, batch) in distribution.batches.iter().enumerate() {
            let waits = index + 1 < distribution.batches.len();
            let mut rest = &*batch.paths;
            while !rest.is_empty() {
                // A path alone is far shorter than a command.
                let (now, later) = rest.split_at(fitting(rest));
                rest = later;
                if follows {
                    *text += " &&\n";
                }
                follows = true;
                command(&id, now, waits && rest.is_empty(), text);
            }
        }
    }
    if follows {
        text.push('\n');
    }
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
fn command(id: &str, paths: &[&str], waits: bool, text: &mut String) {
    let (variable, output) = if waits { ("batch=$(", " --query Invalidation.Id --output text") } else { ("", "") };
    let create = "aws cloudfront create-invalidation --distribution-id";
    add(text, format_args!("{variable}{create} {id}{output} --paths"));
    for path in paths {
        add(text, format_args!(" \\\n  {}", quoted(path)));
    }
    if waits {
        let wait = "aws cloudfront wait invalidation-completed --distribution-id";
        add(text, format_args!(") &&\n{wait} {id} --id \"$batch\""));
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
    let mut quoted = String::from("'");
    for character in word.chars() {
        match character {
            '\'' => quoted += r"'\''",
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
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
