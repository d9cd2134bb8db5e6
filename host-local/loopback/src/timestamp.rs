//! Times as AWS writes them.

use std::time::SystemTime;

use time::OffsetDateTime;

/// `2026-11-22T13:04:00.123Z`, the form of both S3 events and CloudFront's XML.
pub(crate) fn iso8601(time: SystemTime) -> String {
    let t = OffsetDateTime::from(time);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        t.year(),
        u8::from(t.month()),
        t.day(),
        t.hour(),
        t.minute(),
        t.second(),
        t.millisecond()
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn is_written_in_utc_with_milliseconds() {
        let time = UNIX_EPOCH + Duration::from_millis(1_709_251_199_007);
        assert_eq!(super::iso8601(time), "2024-02-29T23:59:59.007Z");
    }
}
