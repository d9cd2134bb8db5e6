//! The trigger: the object keys that an event says were uploaded or removed.

use alloc::{format, vec::Vec};

use crate::{
    diff::attachment,
    error::Error,
    escape::{escape, unescape},
    json::{Json, SIZE, Shape, TEXTS, Word, nullable, optional, words},
    names::ObjectKey,
    sorted::Sorted,
};

/// How the keys of a request are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As they are: `EventBridge` events, object lists.
    #[default]
    Plain,
    /// Form-encoded, as in S3 event notifications.
    S3Event,
}

/// What `trigger` of a request must be.
pub(crate) const TRIGGER: &Shape = &Shape::Strict(&[
    optional("encoding", Encoding::SHAPE),
    optional("uploaded", TEXTS),
    optional("removed", TEXTS),
    nullable("uploaded_attachment", SIZE),
    nullable("removed_attachment", SIZE),
]);

words!(Encoding { Plain: "plain", S3Event: "s3-event" });

/// Decoded keys, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Trigger {
    pub(crate) uploaded: Sorted<ObjectKey>,
    pub(crate) removed: Sorted<ObjectKey>,
}

impl Trigger {
    /// Decodes all keys; all faults are told at once.
    pub(crate) fn read(request: &Json<'_>, attachments: &[&[u8]]) -> Result<Self, Vec<Error>> {
        let encoding = request["encoding"].word().unwrap_or_default();
        let mut errors = Vec::new();
        let mut keys = |listed: &str, attached: &str| {
            let mut keys = Vec::new();
            for (position, text) in request[listed].texts().enumerate() {
                match unescape(text).and_then(|bytes| decode(encoding, &bytes)) {
                    Ok(key) => keys.push(key),
                    Err(at) => errors.push(broken(text, at).pointed(format!("/trigger/{listed}/{position}"))),
                }
            }
            let Some(index) = request[attached].number() else { return keys };
            let bytes = match attachment(index, attachments) {
                Ok(bytes) => bytes,
                Err(error) => {
                    errors.push(error);
                    return keys;
                }
            };
            let mut start = 0;
            while start < bytes.len() {
                let end = memchr::memchr(0, &bytes[start..]).map_or(bytes.len(), |length| start + length);
                match decode(encoding, &bytes[start..end]) {
                    Ok(key) => keys.push(key),
                    Err(at) => {
                        errors.push(broken(&escape(&bytes[start..end]), at).at(Some(index), start, end));
                    }
                }
                start = end + 1;
            }
            keys
        };
        let uploaded = keys("uploaded", "uploaded_attachment");
        let removed = keys("removed", "removed_attachment");
        if errors.is_empty() { Ok(Self { uploaded: uploaded.into(), removed: removed.into() }) } else { Err(errors) }
    }

    pub(crate) fn contains(&self, key: &ObjectKey) -> bool {
        self.uploaded.contains(key) || self.removed.contains(key)
    }

    /// Every key once.
    pub(crate) fn keys(&self) -> Sorted<ObjectKey> {
        let mut keys = Vec::new();
        for set in [&self.uploaded, &self.removed] {
            keys.extend_from_slice(set.iter().as_slice());
        }
        keys.into()
    }
}

fn decode(encoding: Encoding, bytes: &[u8]) -> Result<ObjectKey, usize> {
    match encoding {
        Encoding::Plain => ObjectKey::new(bytes).ok_or(0),
        Encoding::S3Event => ObjectKey::from_s3_event(bytes),
    }
}

fn broken(key: &str, at: usize) -> Error {
    Error::new(
        "key-encoding",
        format!("object key `{key}` cannot be decoded at byte {at}"),
        "S3 notifications form-encode keys: `encoding` is `s3-event`; EventBridge and lists do not: `plain`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;
    use alloc::string::String;

    fn read(json: &str, attachments: &[&[u8]]) -> Result<Vec<String>, Vec<Error>> {
        let document = Document { bytes: json.as_bytes(), attachment: None, code: "", help: "" };
        Trigger::read(&document.read(None, TRIGGER).unwrap(), attachments)
            .map(|trigger| trigger.keys().iter().map(|key| key.escaped().into_owned()).collect())
    }

    #[test]
    fn trap_20_each_source_is_decoded_by_its_own_rule() {
        assert_eq!(read(r#"{"encoding":"s3-event","uploaded":["a+b%2B"]}"#, &[]).unwrap(), ["a b+"]);
        assert_eq!(read(r#"{"uploaded":["a+b%2B"]}"#, &[]).unwrap(), ["a+b%2B"]);
    }

    #[test]
    fn keys_in_an_attachment_are_raw_and_nul_separated() {
        assert_eq!(read(r#"{"uploaded_attachment":0}"#, &[b"a\nb\0c\xff\0"]).unwrap(), ["a\nb", r"c\xFF"]);
        assert_eq!(read(r#"{"uploaded_attachment":0}"#, &[b""]).unwrap(), Vec::<String>::new());
        assert_eq!(read(r#"{"removed_attachment":4}"#, &[]).unwrap_err()[0].code, "attachment-missing");
    }

    #[test]
    fn a_broken_key_is_named_with_its_place() {
        let errors = read(r#"{"encoding":"s3-event","uploaded":["ok","a%zz",""]}"#, &[]).unwrap_err();
        let places: Vec<_> = errors.iter().map(|error| error.pointer.as_deref().unwrap()).collect();
        assert_eq!(places, ["/trigger/uploaded/1", "/trigger/uploaded/2"]);
        let errors = read(r#"{"uploaded_attachment":0}"#, &[b"a\0\0b"]).unwrap_err();
        assert_eq!(errors[0].span.map(|span| (span.start, span.end)), Some((2, 2)));
    }
}
