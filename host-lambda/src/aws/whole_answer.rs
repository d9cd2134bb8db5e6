//! A success without a body is no answer.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Fails an attempt whose answer is a success without a body: the SDK would read an empty `GetDifferences` answer as "no
/// differences", and something stale would stay stale. All four operations answer with a body.
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
        let empty = response.body().bytes().is_some_and(<[u8]>::is_empty);
        if response.status().is_success() && empty { Err("the answer has no body".into()) } else { Ok(()) }
    }
}
