//! Asks before money is spent.

use std::io::{BufRead, IsTerminal, Write};

use purgeplan_core::count;

use crate::failure::Failure;

/// Lets a plan of so many billed paths through: within the limit, with `--yes`, or when the person at the terminal says so.
pub(super) fn ask(billed: usize, limit: usize, yes: bool) -> Result<(), Failure> {
    if yes || billed <= limit {
        return Ok(());
    }
    let paths = count(billed, "path");
    if !std::io::stdin().is_terminal() {
        let message = format!("the plan bills {paths}, more than `--limit {limit}`; nothing was created");
        return Err(Failure::new(message, "add `--yes`, or raise the limit; `--dry-run` only shows the plan"));
    }
    anstream::eprint!("\nThe plan bills {paths}, more than the limit of {limit}. Create them? [y/N] ");
    let mut answer = String::new();
    let read = std::io::stderr().flush().and_then(|()| std::io::stdin().lock().read_line(&mut answer));
    if read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes") {
        return Ok(());
    }
    Err(Failure::new("nothing was created", "answer `y`, or run it with `--yes`"))
}

#[cfg(test)]
mod tests {
    use super::ask;

    #[test]
    fn within_the_limit_nobody_is_asked() {
        assert!(ask(100, 100, false).is_ok());
        assert!(ask(101, 100, true).is_ok());
    }
}
