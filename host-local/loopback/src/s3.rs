//! S3's REST XML API over the edge's bucket: `ListObjectsV2`.
//!
//! Shapes are those of the service model (botocore `s3/2006-03-01`) and of the API reference. The bucket is named by the path
//! or by the host (`bucket.localhost`). `delimiter` is refused.

use std::fmt::Write;
use std::ops::Bound;
use std::sync::Mutex;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::{Method, Request, Response};

use crate::aws_error::{Service, s3_error, s3_reply, xml_text};
use crate::edge::Edge;
use crate::faults::Faults;
use crate::http::Answer;
use crate::loopback::lock;
use crate::query;
use crate::timestamp::iso8601;

/// The most keys of one page, and the number without `max-keys`.
pub const PAGE: usize = 1_000;

/// An error of the API: its status, code and message.
struct Failure(u16, &'static str, &'static str);

pub(crate) async fn answer(edge: &Mutex<Edge>, faults: &Faults, bucket: &str, request: Request<Bytes>) -> Answer {
    let (head, _) = request.into_parts();
    let listing = Listing::parse(&head);
    let name = if listing.is_some() { "ListObjectsV2" } else { "UnknownOperation" };
    let effect = async {
        let outcome = match &listing {
            None => {
                Err(Failure(501, "NotImplemented", "This endpoint lists the objects of a bucket, version 2, only."))
            }
            Some(listing) if listing.bucket != bucket => {
                Err(Failure(404, "NoSuchBucket", "The specified bucket does not exist"))
            }
            Some(listing) => listing.page(&lock(edge)),
        };
        outcome.unwrap_or_else(|Failure(status, code, message)| s3_error(status, code, message))
    };
    faults.call(Service::S3, name, effect).await
}

/// A request to list, with its parameters decoded.
#[derive(Debug)]
struct Listing {
    bucket: String,
    prefix: String,
    start_after: Option<String>,
    token: Option<String>,
    max_keys: Option<String>,
    encoding: Option<String>,
    delimiter: Option<String>,
}

impl Listing {
    /// `None` when the request is something else.
    fn parse(head: &Parts) -> Option<Self> {
        let query = head.uri.query().unwrap_or_default();
        let value = |name: &str| query::value(query, name);
        let host = head.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let path = head.uri.path().trim_start_matches('/').trim_end_matches('/');
        let bucket = match bucket_of_host(host) {
            Some(bucket) if path.is_empty() => bucket.to_owned(),
            None if !path.is_empty() && !path.contains('/') => query::decode(path),
            _ => return None,
        };
        (head.method == Method::GET && value("list-type")? == "2").then(|| Self {
            bucket,
            prefix: value("prefix").unwrap_or_default(),
            start_after: value("start-after"),
            token: value("continuation-token"),
            max_keys: value("max-keys"),
            encoding: value("encoding-type"),
            delimiter: value("delimiter").filter(|delimiter| !delimiter.is_empty()),
        })
    }

    fn page(&self, edge: &Edge) -> Result<Response<Bytes>, Failure> {
        let invalid = |message| Failure(400, "InvalidArgument", message);
        if self.delimiter.is_some() {
            return Err(Failure(501, "NotImplemented", "This loopback endpoint does not serve delimiter."));
        }
        if self.encoding.as_deref().is_some_and(|encoding| encoding != "url") {
            return Err(invalid("Invalid Encoding Method specified in Request"));
        }
        let asked = self.max_keys.as_deref().map_or(Ok(PAGE), |text| {
            text.parse::<u32>().map(|most| most as usize).map_err(|_| invalid("Argument max-keys must be an integer"))
        })?;
        let most = asked.min(PAGE);
        // A token goes before StartAfter, which holds for the first page only.
        let after = match &self.token {
            Some(token) => Some(parse_token(token).ok_or(invalid("The continuation token provided is incorrect"))?),
            None => self.start_after.clone(),
        };
        let start = match &after {
            Some(after) if *after >= self.prefix => Bound::Excluded(after.as_str()),
            _ => Bound::Included(self.prefix.as_str()),
        };
        let objects = edge.bucket.objects_from(start).take_while(|(key, _)| key.starts_with(&self.prefix));
        let mut page: Vec<_> = objects.take(most + 1).collect();
        let truncated = page.len() > most && most > 0;
        page.truncate(most);
        let next = page.last().filter(|_| truncated).map(|(key, _)| token(key));
        let mut xml = self.head(next.as_deref(), page.len(), asked);
        // The model keeps no time of a put.
        let modified = iso8601(UNIX_EPOCH);
        for (key, object) in page {
            let (key, tag, size) = (self.text(key), object.content.as_str(), object.size);
            let _ = write!(
                xml,
                "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><ETag>&quot;{tag}&quot;</ETag>\
                 <Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            );
        }
        xml.push_str("</ListBucketResult>");
        Ok(s3_reply(200, &xml))
    }

    fn head(&self, next: Option<&str>, count: usize, max_keys: usize) -> String {
        let mut xml = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">".to_owned();
        let mut element = |name: &str, text: Option<String>| {
            if let Some(text) = text {
                let _ = write!(xml, "<{name}>{text}</{name}>");
            }
        };
        element("Name", Some(xml_text(&self.bucket)));
        element("Prefix", Some(self.text(&self.prefix)));
        element("StartAfter", self.start_after.as_deref().map(|key| self.text(key)));
        element("ContinuationToken", self.token.as_deref().map(xml_text));
        element("NextContinuationToken", next.map(xml_text));
        element("KeyCount", Some(count.to_string()));
        element("MaxKeys", Some(max_keys.to_string()));
        element("EncodingType", self.encoding.clone());
        element("IsTruncated", Some(next.is_some().to_string()));
        xml
    }

    /// A key as it was asked for: as XML can carry it (S3 then breaks the client's parser; this endpoint replaces what has
    /// no form), or URL-encoded.
    fn text(&self, key: &str) -> String {
        match self.encoding {
            Some(_) => crate::s3_event::form_encode(key.as_bytes()),
            None => xml_text(key),
        }
    }
}

/// The bucket of a virtual-hosted request: what stands before `localhost`, `s3.localhost` or `127.0.0.1`.
fn bucket_of_host(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let bucket = name.strip_suffix(".localhost").or_else(|| name.strip_suffix(".127.0.0.1"))?;
    match bucket.strip_suffix(".s3") {
        Some(bucket) => Some(bucket),
        None => Some(bucket).filter(|bucket| *bucket != "s3"),
    }
}

/// A token that is not the key itself, so that a client cannot live on guessing it.
fn token(key: &str) -> String {
    "1".to_owned() + &key.bytes().map(|byte| format!("{byte:02x}")).collect::<String>()
}

fn parse_token(token: &str) -> Option<String> {
    let digits = token.strip_prefix('1')?.as_bytes();
    let pairs = digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    String::from_utf8(pairs.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_names_the_bucket() {
        assert_eq!(bucket_of_host("site-bucket.localhost:80"), Some("site-bucket"));
        assert_eq!(bucket_of_host("a.b.s3.localhost"), Some("a.b"));
        for host in ["localhost:80", "127.0.0.1:80", "s3.localhost", "loopback"] {
            assert_eq!(bucket_of_host(host), None, "{host}");
        }
        assert_eq!(parse_token(&token("日 ~")).as_deref(), Some("日 ~"));
        assert_eq!((parse_token("x"), parse_token("1zz"), parse_token("1ff")), (None, None, None));
    }
}
