//! Where scalars really begin and end: the parser leaves out the header of block scalars and includes what follows them.

/// The range of a block scalar from its `|` or `>` to the end of its last line that is not blank.
///
/// `from` is where the node before it ended; between the two lie only white space, comments, indicators, anchors and tags.
pub(crate) fn block_scalar(text: &str, from: usize, content: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let start = header(text, from, content.start).unwrap_or(content.start);
    let body = text.get(start..content.end).unwrap_or_default();
    start..start + body.trim_end().len()
}

fn header(text: &str, from: usize, until: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < until.min(bytes.len()) {
        match bytes.get(at)? {
            b'|' | b'>' => return Some(at),
            b'#' => at = skip(bytes, at, |b| matches!(b, b'\n' | b'\r')),
            b'&' | b'!' => at = skip(bytes, at, |b| b.is_ascii_whitespace()),
            _ => at += 1,
        }
    }
    None
}

fn skip(bytes: &[u8], from: usize, stop: impl Fn(&u8) -> bool) -> usize {
    bytes.iter().skip(from).position(stop).map_or(bytes.len(), |n| from + n)
}
