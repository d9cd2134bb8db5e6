//! JSON for a person to read.

use alloc::string::String;

/// The same document, on many lines: two blanks a level, as `serde_json` does. Its own way would compile the writer of
/// every type a second time.
pub(crate) fn pretty(json: &str) -> String {
    let mut text = String::with_capacity(2 * json.len());
    let (mut depth, mut quoted, mut escaped, mut opened) = (0, false, false, false);
    for character in json.chars() {
        if quoted {
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
            text.push(character);
            continue;
        }
        let closes = matches!(character, '}' | ']');
        depth -= usize::from(closes);
        // Where nothing stands between two brackets, they stay together.
        if opened != closes {
            break_line(&mut text, depth);
        }
        opened = matches!(character, '{' | '[');
        depth += usize::from(opened);
        quoted = character == '"';
        text.push(character);
        match character {
            ',' => break_line(&mut text, depth),
            ':' => text.push(' '),
            _ => {}
        }
    }
    text
}

fn break_line(text: &mut String, depth: usize) {
    text.push('\n');
    for _ in 0..depth {
        text.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn it_looks_as_serde_json_would_have_it() {
        for document in [
            r#"{"a":[],"b":{},"c":[1,-2.5,null,[true]],"d":{"e":"{[,:]}","f\"\\":"\\\"x","g":[{},[{"h":"\\"}]]}}"#,
            "[]",
            r#""a,b""#,
            "7",
        ] {
            let value: serde_json::Value = serde_json::from_str(document).unwrap();
            assert_eq!(pretty(document), serde_json::to_string_pretty(&value).unwrap());
        }
    }
}
