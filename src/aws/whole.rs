//! Answers that lack what they are for.
//!
//! The SDK fills in what the model calls required and an answer lacks ("client error correction"): a
//! listing of the Identity Store without its list comes out as an empty one, and everybody would seem
//! to be gone.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Listings whose list the model calls required (botocore model of identitystore), and its key.
const LISTS: [(&str, &str); 3] = [
    ("ListUsers", "Users"),
    ("ListGroups", "Groups"),
    ("ListGroupMemberships", "GroupMemberships"),
];

/// Fails a call whose successful answer lacks its list.
#[derive(Debug)]
pub(super) struct Whole;

impl Intercept for Whole {
    fn name(&self) -> &'static str {
        "landgrant whole answers"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map_or("", Metadata::name);
        let Some((_, key)) = LISTS.iter().find(|(name, _)| *name == operation) else {
            return Ok(());
        };
        let answer = context.response();
        if !answer.status().is_success() {
            return Ok(());
        }
        let body = answer.body().bytes().unwrap_or_default();
        let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        if body.get(key).is_some_and(serde_json::Value::is_array) {
            return Ok(());
        }
        Err("an answer without its list".into())
    }
}
