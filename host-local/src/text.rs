//! Text from outside, made fit for a terminal: a hostile file name must not move the cursor or hide itself.

/// Control characters and those that turn the writing direction, as visible escapes; everything else as it is.
///
/// Line breaks are escaped too: a name that holds one must not look like two.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hostile(character) { shown.extend(character.escape_unicode()) } else { shown.push(character) }
    }
    shown
}

fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

/// `1 URL`, `2 URLs`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// What paths cost beyond the free 1,000 a month of an account, at $0.005 each (Amazon CloudFront pricing).
pub(crate) fn dollars(billed_paths: usize) -> String {
    format!("${}.{:03}", billed_paths * 5 / 1000, billed_paths * 5 % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_direction_marks_show_as_text() {
        assert_eq!(plain("a\u{1b}[2Jb\u{202e}c\n日本"), r"a\u{1b}[2Jb\u{202e}c\u{a}日本");
    }

    #[test]
    fn cents_and_tenths_of_cents() {
        assert_eq!(dollars(0), "$0.000");
        assert_eq!(dollars(3), "$0.015");
        assert_eq!(dollars(1234), "$6.170");
    }
}
