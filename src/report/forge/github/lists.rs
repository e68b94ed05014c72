//! Lists of any kind, page by page.

use http::Method;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::GitHub;
use super::dialect::next_page;
use crate::calls::{Call, Failure, Kind, Repeat};

/// Pages that are read at most.
const MOST_PAGES: usize = 20;

/// Bytes of all pages together.
const MOST_OF_ALL_PAGES: usize = 64 << 20;

impl GitHub {
    /// All items of a list, in GitHub's order. `frame` is the pointer to the items in each page.
    pub(super) async fn list(&self, mut url: Url, frame: &str, end: Instant) -> Result<Vec<Value>, Failure> {
        let (mut items, mut read) = (Vec::new(), 0);
        for _ in 0..MOST_PAGES {
            let call = Call { method: Method::GET, url, body: None, repeat: Repeat::Harmless };
            let page = self.api.exchange(&call, Kind::Page, end).await?;
            read += page.body.len();
            if read > MOST_OF_ALL_PAGES {
                return Err(self.api.unhelpful(&call, &format!("a list of more than {} MiB", MOST_OF_ALL_PAGES >> 20)));
            }
            let mut json = self.api.answer(&call, &page)?.json;
            let Some(Value::Array(found)) = json.pointer_mut(frame).map(Value::take) else {
                return Err(self.api.unhelpful(&call, "something that is not a list"));
            };
            items.extend(found);
            match next_page(&self.api.base, &page.headers) {
                Some(next) => url = next,
                None => break,
            }
        }
        Ok(items)
    }
}
