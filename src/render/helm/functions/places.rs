//! Where a text is in another, by bytes, as Go searches. Nothing is between the characters of an empty one.

use seatrial_gotemplate::Text;

use super::argument::is_raw;

/// The starts of all places of `part` that do not overlap; of an empty one, the start of each character and the end.
pub(crate) fn places(whole: &Text, part: &Text) -> Vec<usize> {
    if !is_raw(whole) && !is_raw(part) {
        return whole.match_indices(&**part).map(|(at, _)| at).collect();
    }
    if part.is_empty() {
        return borders(whole.bytes());
    }
    let (bytes, part) = (whole.bytes(), part.bytes());
    let (mut places, mut from) = (Vec::new(), 0);
    while let Some(at) = bytes[from..].windows(part.len()).position(|window| window == part) {
        places.push(from + at);
        from += at + part.len();
    }
    places
}

/// Where characters begin, and the end: a byte that belongs to none counts as one.
fn borders(bytes: &[u8]) -> Vec<usize> {
    let (mut borders, mut from) = (Vec::new(), 0);
    for chunk in bytes.utf8_chunks() {
        borders.extend(chunk.valid().char_indices().map(|(at, _)| from + at));
        from += chunk.valid().len();
        borders.extend(from..from + chunk.invalid().len());
        from += chunk.invalid().len();
    }
    borders.push(bytes.len());
    borders
}
