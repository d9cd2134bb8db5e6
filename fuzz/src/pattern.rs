//! Patterns against the obvious matcher.

use purgeplan_core::Pattern;

/// A character as it is written, whether `\` took its meaning away, and its place in the pattern.
type Written = (char, bool, usize);

/// Compares the two on `PATTERN newline PATH`; both short, because the obvious matcher tries everything.
///
/// # Panics
/// When they differ, or when a fault is placed outside the pattern.
pub fn check(bytes: &[u8]) {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let (Ok(source), path) = (std::str::from_utf8(&bytes[..end]), &bytes[end + 1..]) else { return };
    match Pattern::new(source) {
        Err(error) => assert!(source.is_char_boundary(error.at), "a fault within a character"),
        Ok(pattern) => {
            assert_eq!(pattern.as_str(), source);
            let matches = pattern.matches(path);
            if source.len() <= 32 && path.len() <= 32 {
                let wanted = is_match(&written(source), &units(path));
                assert_eq!(matches, wanted, "`{source}` and {}", path.escape_ascii());
            }
        }
    }
}

fn written(source: &str) -> Vec<Written> {
    let mut characters = source.char_indices();
    let mut written = Vec::new();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => written.extend(characters.next().map(|(at, next)| (next, true, at))),
            _ => written.push((character, false, at)),
        }
    }
    written
}

/// Characters; a byte that is none is `Err`.
fn units(path: &[u8]) -> Vec<Result<char, u8>> {
    path.utf8_chunks()
        .flat_map(|chunk| chunk.valid().chars().map(Ok).chain(chunk.invalid().iter().map(|byte| Err(*byte))))
        .collect()
}

/// Chooses among the first group's options, then among the next one's; what is left is matched.
fn is_match(pattern: &[Written], path: &[Result<char, u8>]) -> bool {
    let Some((open, commas, close)) = first_group(pattern) else { return flat(pattern, path, true) };
    let starts = std::iter::once(open).chain(commas.iter().copied());
    let ends = commas.iter().copied().chain([close]);
    starts.zip(ends).any(|(start, end)| {
        is_match(&[&pattern[..open], &pattern[start + 1..end], &pattern[close + 1..]].concat(), path)
    })
}

/// The first `{…}` outside a set: where it opens, its own commas, where it closes.
fn first_group(pattern: &[Written]) -> Option<(usize, Vec<usize>, usize)> {
    let (mut in_set, mut depth, mut open, mut commas) = (false, 0, 0, Vec::new());
    for (at, (character, escaped, _)) in pattern.iter().enumerate() {
        match character {
            _ if *escaped => {}
            ']' => in_set = false,
            _ if in_set => {}
            '[' => in_set = true,
            '{' => {
                open = if depth == 0 { at } else { open };
                depth += 1;
            }
            ',' if depth == 1 => commas.push(at),
            '}' if depth == 1 => return Some((open, commas, at)),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Without groups; `name`: a folder's or the file's name begins here.
fn flat(pattern: &[Written], path: &[Result<char, u8>], name: bool) -> bool {
    let not_slash = |unit: &Result<char, u8>| *unit != Ok('/');
    match pattern {
        [] => path.is_empty(),
        // Stars that only a group puts side by side are two.
        [('*', false, first), ('*', false, second)] if name && first + 1 == *second => true,
        [('*', false, first), ('*', false, second), ('/', false, _), rest @ ..] if name && first + 1 == *second => {
            let below = |at: usize| path[at] == Ok('/') && flat(rest, &path[at + 1..], true);
            flat(rest, path, true) || (0..path.len()).any(below)
        }
        [('*', false, _), rest @ ..] => {
            let run = path.iter().take_while(|unit| not_slash(unit)).count();
            (0..=run).any(|at| flat(rest, &path[at..], false))
        }
        [('?', false, _), rest @ ..] => path.first().is_some_and(not_slash) && flat(rest, &path[1..], false),
        [('[', false, _), rest @ ..] => {
            let Some(close) = rest.iter().position(|(character, escaped, _)| (*character, *escaped) == (']', false))
            else {
                return false;
            };
            let in_it = |unit: &Result<char, u8>| not_slash(unit) && in_set(&rest[..close], *unit);
            path.first().is_some_and(in_it) && flat(&rest[close + 1..], &path[1..], false)
        }
        [(character, ..), rest @ ..] => {
            path.first() == Some(&Ok(*character)) && flat(rest, &path[1..], *character == '/')
        }
    }
}

fn in_set(set: &[Written], unit: Result<char, u8>) -> bool {
    let negated = matches!(set.first(), Some(('!' | '^', false, _)));
    let mut rest = if negated { &set[1..] } else { set };
    let mut named = false;
    while let Some(((first, ..), tail)) = rest.split_first() {
        let (last, after) = match tail {
            [('-', false, _), (last, ..), after @ ..] => (last, after),
            _ => (first, tail),
        };
        named |= unit.is_ok_and(|unit| (*first..=*last).contains(&unit));
        rest = after;
    }
    named != negated
}
