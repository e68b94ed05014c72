//! Creations that must not be made twice: where an answer was lost, GitHub is asked what became of it before anything is sent again.

use serde_json::Value;
use tokio::time::Instant;

use super::GitHub;
use crate::calls::{Call, Failure};

/// How often it is tried, as long as a look does not show an earlier attempt.
const ATTEMPTS: usize = 3;

impl GitHub {
    /// What was created. `look` gives it where it is there already.
    pub(super) async fn create_once(
        &self,
        call: &Call,
        end: Instant,
        look: impl AsyncFn() -> Result<Option<Value>, Failure>,
    ) -> Result<Value, Failure> {
        let mut last = Failure::Unclear("no answer".to_owned());
        let mut backoff = self.api.transport.backoff();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep_until((Instant::now() + backoff.next_wait()).min(end)).await;
            }
            last = match self.api.call(call, end).await {
                Ok(answer) => return Ok(answer.json),
                Err(failure @ Failure::Unclear(_)) => failure,
                Err(failure) => return Err(failure),
            };
            if let Some(found) = look().await.map_err(|_| last.clone())? {
                return Ok(found);
            }
        }
        Err(last)
    }
}
