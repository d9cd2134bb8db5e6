//! S3 through the SDK.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{EncodingType, Object};

use super::classify::{incomplete, port_error};
use super::whole_answer::WholeAnswer;
use crate::ports::{Bucket, Keys, PortError};

const LIST_OBJECTS: &str = "ListObjectsV2";

/// The buckets of the function's region.
#[derive(Debug)]
pub struct AwsS3 {
    client: Client,
}

impl AwsS3 {
    /// A client; it connects at its first call. Buckets are named in the path where the endpoint is not AWS's own.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let path_style = config.endpoint_url().is_some();
        let config =
            aws_sdk_s3::config::Builder::from(config).force_path_style(path_style).interceptor(WholeAnswer).build();
        Self { client: Client::from_conf(config) }
    }
}

impl Bucket for AwsS3 {
    async fn keys(&self, bucket: &str, token: Option<&str>) -> Result<Keys, PortError> {
        // Without the encoding, XML could not carry every key.
        let request = self.client.list_objects_v2().bucket(bucket).encoding_type(EncodingType::Url);
        let request = request.set_continuation_token(token.map(str::to_owned));
        let answer = request.send().await.map_err(|error| port_error(LIST_OBJECTS, &error))?;
        let next = answer.next_continuation_token().filter(|token| !token.is_empty()).map(str::to_owned);
        let truncated = answer.is_truncated().ok_or_else(|| incomplete(LIST_OBJECTS, "no `IsTruncated`"))?;
        if truncated && next.is_none() {
            return Err(incomplete(LIST_OBJECTS, "no `NextContinuationToken`"));
        }
        let encoded = answer.encoding_type() == Some(&EncodingType::Url);
        let keys = answer.contents().iter().filter_map(Object::key);
        let keys = keys.map(|key| if encoded { decoded(key) } else { key.as_bytes().to_vec() });
        Ok(Keys { keys: keys.collect(), next: next.filter(|_| truncated) })
    }
}

/// A key as `encoding-type=url` writes it. A `+` of the key itself is `%2B`, so one that is there is a space.
fn decoded(key: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        rest = match (first, tail) {
            (b'%', [high, low, tail @ ..]) if let (Some(high), Some(low)) = (hex(*high), hex(*low)) => {
                bytes.push(high << 4 | low);
                tail
            }
            _ => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                tail
            }
        };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_21_a_listed_key_is_decoded_once() {
        for (listed, key) in
            [("a+b%2Bc", "a b+c"), ("100%2525", "100%25"), ("%E6%97%A5/x", "日/x"), ("a%", "a%"), ("%zz", "%zz")]
        {
            assert_eq!(decoded(listed), key.as_bytes());
        }
    }
}
