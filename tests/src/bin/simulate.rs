//! `cargo xtask simulate`: random histories through the handler. See `purgeplan_tests::simulate`.

use std::process::ExitCode;
use std::time::Instant;

use purgeplan_tests::simulate;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut histories, mut seed, mut steps) = (300, None, None);
    while let Some(option) = arguments.next() {
        let Some(number) = arguments.next().and_then(|value| value.parse().ok()) else {
            eprintln!("`{option}` needs a number");
            return ExitCode::FAILURE;
        };
        match option.as_str() {
            "--histories" => histories = number,
            "--seed" => seed = Some(number),
            "--steps" => steps = usize::try_from(number).ok(),
            _ => {
                eprintln!("`{option}` is no option of `simulate`; see `cargo xtask simulate --help`");
                return ExitCode::FAILURE;
            }
        }
    }
    let started = Instant::now();
    let played = match seed {
        Some(seed) if histories == 300 => {
            println!("{}", simulate::story(seed, steps).join("\n"));
            simulate::play(seed, steps)
        }
        first => simulate::play_all(first.unwrap_or(0)..first.unwrap_or(0) + histories),
    };
    match played {
        Ok(figures) => {
            println!("{figures:#?}\n{:.1} s", started.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Err(broken) => {
            eprintln!("{broken}");
            ExitCode::FAILURE
        }
    }
}
