//! An HTTP answer, wherever it came from, and what of it is shown.

use std::time::Duration;

use seatrial_model::{Evidence, MASK, Masker};

/// As much of a body as is shown.
const SHOWN: usize = 2 << 10;

/// As much of a body as is masked before it is cut: a secret that the cut would halve is still found.
const MASKED: usize = 16 << 10;

/// An HTTP answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How long it was waited for.
    pub(crate) took: Duration,
}

impl Answer {
    /// The first value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Status, headers and the beginning of the body, masked.
    pub(crate) fn evidence(&self, what: &str, masker: &Masker) -> Evidence {
        let mut text = format!("HTTP {}\n", self.status);
        for (name, value) in &self.headers {
            let value = if is_private(name) { MASK.into() } else { masker.mask(value) };
            text.push_str(&format!("{name}: {value}\n"));
        }
        if !self.body.is_empty() {
            text.push('\n');
            text.push_str(&self.beginning(masker));
        }
        Evidence { title: format!("last answer of {what}"), text }
    }

    fn beginning(&self, masker: &Masker) -> String {
        let read = self.body.get(..MASKED).unwrap_or(&self.body);
        let masked = masker.mask(&String::from_utf8_lossy(read)).into_owned();
        let end = (0..=SHOWN.min(masked.len())).rev().find(|end| masked.is_char_boundary(*end)).unwrap_or(0);
        let cut = end < masked.len() || read.len() < self.body.len();
        let rest = if cut { format!("\n… ({} bytes in all)", self.body.len()) } else { String::new() };
        format!("{}{rest}", &masked[..end])
    }
}

/// Headers whose values are credentials.
fn is_private(name: &str) -> bool {
    matches!(name, "set-cookie" | "authorization" | "proxy-authorization" | "www-authenticate" | "cookie")
        || name.contains("token")
        || name.contains("secret")
        || name.contains("api-key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_status_masked_headers_and_the_beginning_of_the_body() {
        let masker = Masker::new();
        masker.add("hunter2hunter2");
        let headers = [("content-type", "text/plain"), ("set-cookie", "session=1"), ("x-who", "hunter2hunter2")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let answer = Answer { status: 503, headers, body: b"password hunter2hunter2".to_vec(), ..Answer::default() };
        let evidence = answer.evidence("`/` of service `shop`", &masker);
        assert_eq!(evidence.title, "last answer of `/` of service `shop`");
        let expected = "HTTP 503\ncontent-type: text/plain\nset-cookie: ***\nx-who: ***\n\npassword ***";
        assert_eq!(evidence.text, expected);
    }

    #[test]
    fn a_long_body_is_cut_between_characters_and_never_in_a_secret() {
        let masker = Masker::new();
        masker.add("hunter2hunter2");
        let body = format!("{}hunter2hunter2{}", "ü".repeat(1_020), "x".repeat(9_000));
        let answer = Answer { status: 200, body: body.into_bytes(), ..Answer::default() };
        let text = answer.evidence("x", &masker).text;
        assert!(text.ends_with("… (11054 bytes in all)") && !text.contains("hunter2"), "{text}");
        assert!(text.contains("ü***x"), "{text}");
    }
}
