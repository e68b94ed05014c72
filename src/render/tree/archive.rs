//! Archives of files: tar, packed with gzip or not, read in memory within bounds. What the files mean, and how they may be called, is the
//! caller's.

use std::io::Read;

use flate2::read::MultiGzDecoder;

const BLOCK: usize = 512;

/// Something in an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archived<'a> {
    /// A file.
    File(&'a [u8]),
    /// A symbolic or a hard link.
    Link,
}

/// The bytes of an archive without its compression, `limit` of them and one more at most: who asks tells whether that is too much.
///
/// # Errors
/// A clause: it is not packed with gzip, or ends in the middle.
pub fn decompressed(packed: &[u8], limit: u64) -> Result<Vec<u8>, (Vec<u8>, String)> {
    let mut bytes = Vec::new();
    match MultiGzDecoder::new(packed).take(limit.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err((bytes, error.to_string())),
    }
}

/// Tells all files and links of an archive, by the names that they have there, until somebody has enough.
///
/// # Errors
/// What is wrong with the archive, as a clause, or what `each` says.
pub fn each_archived(
    archive: &[u8],
    mut each: impl FnMut(&str, Archived<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let mut reader = Reader { rest: archive, long_name: None };
    while reader.next(&mut each)? {}
    Ok(())
}

struct Reader<'a> {
    rest: &'a [u8],
    /// The name of the next file, given before it.
    long_name: Option<String>,
}

impl Reader<'_> {
    /// One header and what belongs to it; whether there may be another.
    fn next(&mut self, each: &mut impl FnMut(&str, Archived<'_>) -> Result<(), String>) -> Result<bool, String> {
        let Some((header, rest)) = self.rest.split_at_checked(BLOCK) else {
            return if self.rest.is_empty() { Ok(false) } else { Err("the archive ends in the middle".to_owned()) };
        };
        if header.iter().all(|byte| *byte == 0) {
            return Ok(false);
        }
        check_sum(header)?;
        let size = number(&header[124..136]).ok_or("a header of the archive has no size")?;
        let is_in_archive = usize::try_from(size).ok().filter(|size| *size <= rest.len());
        let size = is_in_archive.ok_or("the archive ends in the middle of a file")?;
        let (content, rest) = rest.split_at(size);
        let padding = size.next_multiple_of(BLOCK) - size;
        self.rest = rest.get(padding..).unwrap_or_default();
        match header[156] {
            b'L' => self.long_name = Some(text(content)),
            b'x' => {
                if let Some(path) = extended_path(content) {
                    self.long_name = Some(path);
                }
            }
            // A file, in old and new headers. All else (links, devices, directories) has no content.
            b'0' | 0 | b'7' => {
                let name = self.name(header);
                if !name.ends_with('/') {
                    each(&name, Archived::File(content))?;
                }
            }
            b'1' | b'2' => {
                let name = self.name(header);
                each(&name, Archived::Link)?;
            }
            b'K' | b'g' => {}
            _ => drop(self.long_name.take()),
        }
        Ok(true)
    }

    fn name(&mut self, header: &[u8]) -> String {
        self.long_name.take().unwrap_or_else(|| {
            let (name, prefix) = (text(&header[..100]), text(&header[345..500]));
            let has_prefix = header[257..262] == *b"ustar" && header[262] == 0 && !prefix.is_empty();
            if has_prefix { format!("{prefix}/{name}") } else { name }
        })
    }
}

fn check_sum(header: &[u8]) -> Result<(), String> {
    let blank = |(at, byte): (usize, &u8)| if (148..156).contains(&at) { u64::from(b' ') } else { u64::from(*byte) };
    let sum: u64 = header.iter().enumerate().map(blank).sum();
    if number(&header[148..156]) == Some(sum) {
        Ok(())
    } else {
        Err("is not an archive: invalid tar header".to_owned())
    }
}

/// A number of a header: octal digits, or, from the first bit on, bytes.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        let (head, tail) = field.split_at(field.len().checked_sub(8)?);
        let is_small = head.iter().enumerate().all(|(at, byte)| *byte == if at == 0 { 0x80 } else { 0 });
        return is_small.then(|| tail.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)));
    }
    let digits = text(field);
    let digits = digits.trim_matches([' ', '\0']);
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// Up to the first zero.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// `path` of a PAX header: lines of `LENGTH KEY=VALUE`.
fn extended_path(content: &[u8]) -> Option<String> {
    let mut rest = content;
    let mut found = None;
    while let Some(space) = rest.iter().position(|byte| *byte == b' ') {
        let length: usize = std::str::from_utf8(&rest[..space]).ok()?.parse().ok()?;
        let record = rest.get(space + 1..length)?;
        rest = rest.get(length..)?;
        if let Some(value) = record.strip_prefix(b"path=") {
            found = Some(String::from_utf8_lossy(value.strip_suffix(b"\n").unwrap_or(value)).into_owned());
        }
    }
    found
}
