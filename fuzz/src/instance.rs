//! A small site made of bytes: URLs that are likely to begin alike.

use libfuzzer_sys::arbitrary::{Result, Unstructured};

/// Characters of one to four bytes, broken ones, and what forces a wildcard.
const UNITS: [&[u8]; 14] =
    [b"a", b"a", b"a", b"b", b"/", b"/", b"~", b"*", b" ", b"?", b"\xC3", b"\xC3\xA9", b"\xE6\x97\xA5", b"\xA9"];

/// What a cover is asked for.
pub(crate) struct Instance {
    /// Decoded URL paths, and whether everything that begins so is stale.
    pub(crate) stale: Vec<(Vec<u8>, bool)>,
    pub(crate) live: Vec<Vec<u8>>,
    /// No bought wildcard may reach these.
    pub(crate) barriers: Vec<Vec<u8>>,
    pub(crate) paths: usize,
    pub(crate) wildcards: usize,
}

impl Instance {
    /// Few and short, because the search tries everything.
    pub(crate) fn read(input: &mut Unstructured<'_>) -> Result<Self> {
        let (paths, wildcards) = (input.int_in_range(0..=6)?, input.int_in_range(0..=3)?);
        let barriers = if input.ratio(1_u8, 4_u8)? { vec![url(input)?] } else { vec![] };
        let mut stale = Vec::new();
        for _ in 0..input.int_in_range(1..=5)? {
            let url = url(input)?;
            let below = input.ratio(1_u8, 8_u8)? && !url.contains(&b'~') && !url.ends_with(b"*");
            stale.push((url, below));
        }
        let mut live = Vec::new();
        for _ in 0..input.int_in_range(0..=6)? {
            live.push(url(input)?);
        }
        if input.arbitrary()? {
            live.extend(stale.iter().map(|(url, _)| url.clone()));
        }
        Ok(Self { stale, live, barriers, paths, wildcards })
    }
}

fn url(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let mut url = b"/".to_vec();
    for _ in 0..input.int_in_range(0..=4)? {
        url.extend_from_slice(input.choose(&UNITS)?);
    }
    Ok(url)
}
