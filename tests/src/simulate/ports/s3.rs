//! The bucket.

use purgeplan_lambda::ports::{Bucket, Keys, PortError};

use super::super::world::World;
use super::Port;

impl Bucket for Port {
    async fn keys(&self, _bucket: &str, token: Option<&str>) -> Result<Keys, PortError> {
        let effect = |world: &mut World| {
            let from = token.unwrap_or_default();
            let mut keys: Vec<String> =
                world.edge.bucket.objects().map(|(key, _)| key.to_owned()).filter(|key| &**key > from).collect();
            let more = keys.len() > 10;
            keys.truncate(10);
            let next = keys.last().cloned().filter(|_| more);
            Ok(Keys { keys: keys.into_iter().map(String::into_bytes).collect(), next })
        };
        self.call("ListObjectsV2", effect).await
    }
}
