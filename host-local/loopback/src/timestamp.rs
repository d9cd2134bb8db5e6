//! Times as AWS writes them.

use std::time::{Duration, SystemTime};

use time::OffsetDateTime;

/// `2026-11-22T13:04:00.123Z`, the form of both S3 events and CloudFront's XML.
pub(crate) fn iso8601(time: SystemTime) -> String {
    format!("{}.{:03}Z", date_and_time(time), OffsetDateTime::from(time).millisecond())
}

/// `2026-11-22T13:04:00Z`, the form of EventBridge's envelope.
pub(crate) fn iso8601_seconds(time: SystemTime) -> String {
    format!("{}Z", date_and_time(time))
}

/// Seconds since the epoch with milliseconds, the form of the JSON services.
pub(crate) fn epoch_seconds(time: SystemTime) -> f64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Duration::new(since.as_secs(), since.subsec_millis() * 1_000_000).as_secs_f64()
}

fn date_and_time(time: SystemTime) -> String {
    let t = OffsetDateTime::from(time);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        t.year(),
        u8::from(t.month()),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
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
