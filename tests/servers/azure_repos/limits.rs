//! Rate limits: so many requests in five minutes, then 429 and a time to wait.

use super::Answer;

const WINDOW: u64 = 5 * 60;

/// How much a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in five minutes.
    pub requests: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { requests: 10_000 }
    }
}

/// When a token asked, within the window.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    asked: Vec<u64>,
}

impl Usage {
    /// Counts a request, or refuses it.
    pub(super) fn count(&mut self, limits: Limits, now: u64) -> Result<(), Answer> {
        self.asked.retain(|at| at + WINDOW > now);
        if self.asked.len() < limits.requests {
            self.asked.push(now);
            return Ok(());
        }
        let reset = self.asked.first().map_or(now, |first| first + WINDOW);
        let message = "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource 'Concurrency' in namespace 'User'.";
        let answer = Answer::exception(429, "RequestBlockedException", message);
        Err(self.headers(answer, limits, now).with_header("retry-after", (reset - now).to_string()))
    }

    /// Says where the token stands, once more than half is used: before that the service says nothing.
    pub(super) fn headers(&self, answer: Answer, limits: Limits, now: u64) -> Answer {
        let left = limits.requests.saturating_sub(self.asked.len());
        if left * 2 > limits.requests {
            return answer;
        }
        let reset = self.asked.first().map_or(now, |first| first + WINDOW);
        answer
            .with_header("x-ratelimit-resource", "Requests/User")
            .with_header("x-ratelimit-limit", limits.requests.to_string())
            .with_header("x-ratelimit-remaining", left.to_string())
            .with_header("x-ratelimit-reset", reset.to_string())
    }
}
