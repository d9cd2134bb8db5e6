//! CloudFront's REST XML API over the edge: `CreateInvalidation`, `GetInvalidation`, `ListInvalidations` and
//! `GetDistributionConfig`.
//!
//! Shapes are those of the service model (botocore `cloudfront/2020-05-31`).

mod distribution_config;

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hyper::header::{ETAG, HeaderValue, LOCATION};
use hyper::{Method, Request, Response};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;

use crate::aws_error::{Service, xml_error, xml_reply, xml_text};
use crate::edge::{Edge, Invalidation, Refusal};
use crate::faults::Faults;
use crate::http::Answer;
use crate::loopback::lock;
use crate::timestamp::iso8601;

/// The XML namespace of the API.
pub const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

const PREFIX: &str = "/2020-05-31/distribution/";
/// The most items of one page of `ListInvalidations`, and the number without `MaxItems`.
const PAGE: usize = 100;

/// An operation and what its URL names.
enum Operation<'a> {
    Create(&'a str),
    Get(&'a str, &'a str),
    List(&'a str),
    Config(&'a str),
    Unknown,
}

impl<'a> Operation<'a> {
    fn parse(method: &Method, path: &'a str) -> Self {
        let parts: Vec<&str> = path.strip_prefix(PREFIX).unwrap_or_default().split('/').collect();
        match (method, parts.as_slice()) {
            (&Method::POST, [distribution, "invalidation"]) => Self::Create(distribution),
            (&Method::GET, [distribution, "invalidation"]) => Self::List(distribution),
            (&Method::GET, [distribution, "invalidation", id]) => Self::Get(distribution, id),
            (&Method::GET, [distribution, "config"]) => Self::Config(distribution),
            _ => Self::Unknown,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "CreateInvalidation",
            Self::Get(..) => "GetInvalidation",
            Self::List(_) => "ListInvalidations",
            Self::Config(_) => "GetDistributionConfig",
            Self::Unknown => "UnknownOperation",
        }
    }
}

/// What the endpoint answers from.
#[derive(Clone, Debug)]
pub(crate) struct CloudFront {
    pub(crate) edge: Arc<Mutex<Edge>>,
    /// The endpoint's own URL.
    pub(crate) base: Arc<str>,
    /// The bucket's name.
    pub(crate) bucket: Arc<str>,
}

pub(crate) async fn answer(aws: &CloudFront, faults: &Faults, request: Request<Bytes>) -> Answer {
    let CloudFront { edge, base, bucket } = aws;
    let (head, body) = request.into_parts();
    let operation = Operation::parse(&head.method, head.uri.path());
    let query = head.uri.query().unwrap_or_default();
    let name = operation.name();
    let effect = async {
        let outcome = match operation {
            Operation::Create(distribution) => create(&mut lock(edge), base, distribution, &body),
            Operation::Get(distribution, id) => get(&lock(edge), distribution, id),
            Operation::List(distribution) => list(&lock(edge), distribution, query),
            Operation::Config(distribution) => config(&lock(edge), bucket, distribution),
            Operation::Unknown => {
                Err(Failure::new(404, "NoSuchResource", "This endpoint knows invalidations and GetDistributionConfig."))
            }
        };
        outcome.unwrap_or_else(|Failure(status, code, message)| xml_error(status, code, &message))
    };
    faults.call(Service::CloudFront, name, effect).await
}

/// An error of the API: its status, code and message.
struct Failure(u16, &'static str, String);

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.status(), refusal.code(), refusal.to_string())
    }
}

impl Failure {
    fn new(status: u16, code: &'static str, message: &str) -> Self {
        Self(status, code, message.to_owned())
    }
}

type Outcome = Result<Response<Bytes>, Failure>;

fn create(edge: &mut Edge, base: &str, distribution: &str, body: &[u8]) -> Outcome {
    if body.is_empty() {
        return Err(Failure::new(400, "MissingBody", "This operation requires a body."));
    }
    let batch = Batch::parse(body).map_err(|reason| Failure(400, "MalformedInput", reason))?;
    if batch.quantity.trim().parse() != Ok(batch.paths.len()) {
        let message = "The value of Quantity and the size of Items don't match.";
        return Err(Failure::new(400, "InconsistentQuantities", message));
    }
    let bought = edge.invalidate(distribution, &batch.caller_reference, &batch.paths)?;
    let location = format!("{base}{PREFIX}{distribution}/invalidation/{}", bought.id);
    let mut response = xml_reply(201, &invalidation_xml(bought));
    let location = HeaderValue::from_str(&location).expect("a known distribution's URL came in over HTTP");
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

fn get(edge: &Edge, distribution: &str, id: &str) -> Outcome {
    let ledger = edge.invalidations(distribution).ok_or(Refusal::NoSuchDistribution)?;
    match ledger.iter().find(|bought| bought.id == id) {
        Some(bought) => Ok(xml_reply(200, &invalidation_xml(bought))),
        None => Err(Failure::new(404, "NoSuchInvalidation", "The specified invalidation does not exist.")),
    }
}

fn list(edge: &Edge, distribution: &str, query: &str) -> Outcome {
    let ledger = edge.invalidations(distribution).ok_or(Refusal::NoSuchDistribution)?;
    let field = |name: &str| query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name));
    let value = |name: &str| field(name).map(|(_, value)| value).unwrap_or_default();
    let invalid = |name: &str| Failure(400, "InvalidArgument", format!("The value of {name} is not valid."));
    let most = match value("MaxItems") {
        "" => PAGE,
        text => text.parse::<usize>().ok().filter(|most| *most > 0).ok_or_else(|| invalid("MaxItems"))?.min(PAGE),
    };
    let marker = value("Marker");
    // The marker is the last id of the page before.
    let start = match marker {
        "" => 0,
        id => 1 + ledger.iter().rev().position(|bought| bought.id == id).ok_or_else(|| invalid("Marker"))?,
    };
    let page: Vec<&Invalidation> = ledger.iter().rev().skip(start).take(most).collect();
    let truncated = start + page.len() < ledger.len();
    let mut xml = format!("<InvalidationList xmlns=\"{NAMESPACE}\"><Marker>{marker}</Marker>");
    if let Some(last) = page.last().filter(|_| truncated) {
        let _ = write!(xml, "<NextMarker>{}</NextMarker>", last.id);
    }
    let quantity = page.len();
    let _ = write!(
        xml,
        "<MaxItems>{most}</MaxItems><IsTruncated>{truncated}</IsTruncated><Quantity>{quantity}</Quantity><Items>"
    );
    for bought in page {
        let _ = write!(xml, "<InvalidationSummary>{}</InvalidationSummary>", summary_xml(bought));
    }
    xml.push_str("</Items></InvalidationList>");
    Ok(xml_reply(200, &xml))
}

fn config(edge: &Edge, bucket: &str, distribution: &str) -> Outcome {
    let (config, version) = edge.config(distribution).ok_or(Refusal::NoSuchDistribution)?;
    let mut response = xml_reply(200, &distribution_config::xml(config, bucket));
    let tag = HeaderValue::from_str(&format!("E{version:013}")).expect("a number is ASCII");
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

fn summary_xml(bought: &Invalidation) -> String {
    let status = if bought.in_progress() { "InProgress" } else { "Completed" };
    let (id, created) = (&bought.id, iso8601(bought.created));
    format!("<Id>{id}</Id><CreateTime>{created}</CreateTime><Status>{status}</Status>")
}

fn invalidation_xml(bought: &Invalidation) -> String {
    let items = bought.paths.iter().fold(String::new(), |xml, path| xml + "<Path>" + &xml_text(path) + "</Path>");
    format!(
        "<Invalidation xmlns=\"{NAMESPACE}\">{}<InvalidationBatch><Paths><Quantity>{}</Quantity><Items>{items}</Items>\
         </Paths><CallerReference>{}</CallerReference></InvalidationBatch></Invalidation>",
        summary_xml(bought),
        bought.paths.len(),
        xml_text(&bought.caller_reference)
    )
}

/// The body of `CreateInvalidation`.
#[derive(Debug, Default)]
struct Batch {
    caller_reference: String,
    quantity: String,
    paths: Vec<String>,
}

impl Batch {
    /// # Errors
    /// Why the XML cannot be read.
    fn parse(body: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
        let mut reader = Reader::from_str(text);
        let mut batch = Self::default();
        let mut inside: Vec<String> = Vec::new();
        let mut content = String::new();
        loop {
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(tag) => {
                    inside.push(tag.local_name().into_inner().to_owned());
                    content.clear();
                }
                Event::End(_) => {
                    batch.take(&inside, std::mem::take(&mut content));
                    inside.pop();
                }
                Event::Empty(tag) => {
                    inside.push(tag.local_name().into_inner().to_owned());
                    batch.take(&inside, String::new());
                    inside.pop();
                }
                Event::Text(part) => content.push_str(&part.xml10_content()),
                Event::CData(part) => content.push_str(&part.xml10_content()),
                Event::GeneralRef(reference) => {
                    match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                        Some(character) => content.push(character),
                        None => content.push_str(
                            resolve_xml_entity(&reference.xml10_content()).ok_or("an unknown entity reference")?,
                        ),
                    }
                }
                Event::Eof if inside.is_empty() => return Ok(batch),
                Event::Eof => return Err(format!("the element {} is not closed", inside.join("/"))),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    fn take(&mut self, inside: &[String], content: String) {
        let inside: Vec<&str> = inside.iter().map(String::as_str).collect();
        match inside[..] {
            ["InvalidationBatch", "CallerReference"] => self.caller_reference = content,
            ["InvalidationBatch", "Paths", "Quantity"] => self.quantity = content,
            ["InvalidationBatch", "Paths", "Items", "Path"] => self.paths.push(content),
            _ => {}
        }
    }
}
