//! `Warning` headers of an answer (RFC 9110 dropped them, Kubernetes kept them: `299 - "v1 Endpoints is deprecated"`). Pure.

use http::{HeaderMap, header};
use seatrial_model::Masker;

/// The code of Kubernetes' own warnings (apimachinery: `pkg/util/net` `NewWarningHeader`).
const CODE: &str = "299";

/// The texts of the warnings, masked, each once.
pub(crate) fn warnings(headers: &HeaderMap, masker: &Masker) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for value in headers.get_all(header::WARNING) {
        let value = String::from_utf8_lossy(value.as_bytes());
        for text in texts(&value) {
            let text = masker.mask(&text).into_owned();
            if !text.trim().is_empty() && !all.contains(&text) {
                all.push(text);
            }
        }
    }
    all
}

/// One header may carry several: `299 - "a", 299 - "b"`.
fn texts(value: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = value.trim();
    while let Some(after) = rest.strip_prefix(CODE).and_then(|after| after.trim_start().split_once(' ')) {
        let Some(quoted) = after.1.trim_start().strip_prefix('"') else { break };
        let Some((text, end)) = unquoted(quoted) else { break };
        texts.push(text);
        // A date may follow.
        let Some((_, next)) = quoted[end..].split_once(',') else { break };
        rest = next.trim_start();
    }
    texts
}

/// A text up to its closing quote, and where that ends.
fn unquoted(text: &str) -> Option<(String, usize)> {
    let mut plain = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((plain, at + 1)),
            '\\' => plain.push(characters.next()?.1),
            c => plain.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::WARNING, HeaderValue::from_str(value).expect("a header"));
        }
        let masker = Masker::new();
        masker.add("hunter2hunter2");
        warnings(&headers, &masker)
    }

    #[test]
    fn reads_what_a_server_warns_of() {
        let table: [(&[&str], &[&str]); 6] = [
            (&[r#"299 - "v1 Endpoints is deprecated""#], &["v1 Endpoints is deprecated"]),
            (&[r#"299 - "a \"b\" \\ c""#, r#"299 - "d""#], &[r#"a "b" \ c"#, "d"]),
            (&[r#"299 - "a, b" "Mon, 01 Jan 2024 00:00:00 GMT""#], &["a, b"]),
            (&[r#"299 - "a", 299 - "b", 299 - "a""#], &["a", "b"]),
            (&[r#"199 - "not of Kubernetes""#, "299", r#"299 - "open"#, r#"299 - "  ""#], &[]),
            (&[r#"299 - "token hunter2hunter2""#], &["token ***"]),
        ];
        for (values, expected) in table {
            assert_eq!(read(values), expected, "{values:?}");
        }
    }
}
