//! References in a text: the five entities of XML, and characters by number. Others stay as they are written.

use std::borrow::Cow;

/// Bytes of a reference that is looked at.
const LONGEST: usize = 12;

/// The text with its references resolved.
pub(crate) fn resolved(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let end = after.bytes().take(LONGEST).position(|byte| byte == b';');
        match end.and_then(|end| Some((character(&after[..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &after[end + 1..];
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What a reference stands for: `amp`, `#10`, `#x1F600`. A number of nothing is U+FFFD; `None` for a name that XML does not know.
pub(crate) fn character(reference: &str) -> Option<char> {
    let number = match reference {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "apos" => return Some('\''),
        "quot" => return Some('"'),
        other => other.strip_prefix('#')?,
    };
    let number = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    Some(number.ok().and_then(char::from_u32).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_once_and_unknown_ones_stay() {
        let cases = [
            ("plain", "plain"),
            ("a &lt;b&gt; &amp;lt; &quot;&apos;", "a <b> &lt; \"'"),
            ("&#10;&#x1F600;&#X41;", "\n😀A"),
            ("&#0;&#xD800;&#99999999;&#;", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ("&nbsp; &bomb; R&D &", "&nbsp; &bomb; R&D &"),
            ("&&amp;;", "&&;"),
            ("&é;&éééééééééééé;", "&é;&éééééééééééé;"),
        ];
        for (text, expected) in cases {
            assert_eq!(resolved(text), expected, "{text:?}");
        }
    }
}
