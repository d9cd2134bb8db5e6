//! A success without a body is no answer, nor is half a document.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Fails an attempt whose answer is a success without a body, or with XML that does not end: the SDK would read an empty `GetDifferences` answer as "no
/// differences", and half a list of behaviours as all of them, and something stale would stay stale. Every operation answers with a body, but for the two that answer a pipeline's job.
#[derive(Debug)]
pub(super) struct WholeAnswer;

impl Intercept for WholeAnswer {
    fn name(&self) -> &'static str {
        "WholeAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let lack = response.body().bytes().and_then(lack).filter(|_| response.status().is_success());
        lack.map_or(Ok(()), |lack| Err(lack.into()))
    }
}

fn lack(body: &[u8]) -> Option<&'static str> {
    if body.is_empty() {
        return Some("the answer has no body");
    }
    // The SDK's reader of JSON sees an end that is missing; that of XML does not.
    let text = std::str::from_utf8(body).ok()?.trim();
    let cut = text.starts_with('<') && !ends(text);
    cut.then_some("the answer has no end")
}

/// Whether an XML document ends with the end of its outermost element.
fn ends(text: &str) -> bool {
    let mut elements = text.split('<').skip(1).filter(|tag| !tag.starts_with(['?', '!']));
    let name = |tag: &str| tag.split([' ', '\t', '\r', '\n', '>', '/']).next().unwrap_or_default().to_owned();
    let root = elements.next().map(name).unwrap_or_default();
    text.ends_with(&format!("</{root}>")) || (text.ends_with("/>") && elements.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_that_is_cut_off_anywhere_has_no_end() {
        let whole = "<?xml version=\"1.0\"?>\n<List xmlns=\"x\"><Items><a>1</a></Items></List>\n";
        assert_eq!((lack(whole.as_bytes()), lack(b"<List/>"), lack(b"{\"a\":")), (None, None, None));
        for end in 1..whole.len() - 1 {
            assert!(lack(&whole.as_bytes()[..end]).is_some(), "{}", &whole[..end]);
        }
    }
}
