//! Archives of files: tar, packed with gzip or not, read in memory within bounds. What the files mean, and how they may be called, is the
//! caller's.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::join;

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

/// Bytes that an archive of manifests may unpack to.
const LARGEST: u64 = 100 << 20;

/// Files in an archive of manifests.
const MOST_FILES: usize = 100_000;

/// What an archive begins with that is packed with gzip (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The files of an archive by their paths.
///
/// # Errors
/// A clause: it is not an archive, is too large, or holds what leads elsewhere.
pub(crate) fn files(packed: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let unpacked = match packed.starts_with(&GZIP) {
        true => decompressed(packed, LARGEST).map_err(|(_, error)| format!("is not a whole archive: {error}"))?,
        false => packed.to_vec(),
    };
    if unpacked.len() as u64 > LARGEST {
        return Err(format!("is larger than {} MB when it is unpacked", LARGEST >> 20));
    }
    let mut files = Vec::new();
    each_archived(&unpacked, |name, entry| {
        let path = join("", name).filter(|_| !name.starts_with('/') && !name.contains('\\'));
        let path = path.ok_or_else(|| format!("holds `{name}`, which leads out of it"))?;
        let Archived::File(content) = entry else { return Err(format!("holds the link `{name}`")) };
        if files.len() >= MOST_FILES {
            return Err(format!("holds more than {MOST_FILES} files"));
        }
        files.push((path, content.to_vec()));
        Ok(())
    })?;
    if files.is_empty() { Err("holds no files".to_owned()) } else { Ok(files) }
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn entry(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut header = [0_u8; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = kind;
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let mut bytes = [&header[..], content].concat();
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        bytes
    }

    #[test]
    fn an_archive_is_read_packed_or_not_and_nothing_leads_out_of_it() {
        let tar = [entry("./a/b.yaml", b'0', b"x"), entry("a/", b'5', b""), entry("c", b'0', b"y")].concat();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&tar).expect("written");
        let packed = gzip.finish().expect("packed");
        let expected = [("a/b.yaml".to_owned(), b"x".to_vec()), ("c".to_owned(), b"y".to_vec())];
        assert_eq!(files(&tar).as_deref(), Ok(&expected[..]));
        assert_eq!(files(&packed).as_deref(), Ok(&expected[..]));
        for (bytes, says) in [
            (entry("../x", b'0', b""), "holds `../x`, which leads out of it"),
            (entry("/etc/passwd", b'0', b""), "holds `/etc/passwd`, which leads out of it"),
            (entry("a\\..\\b", b'0', b""), "holds `a\\..\\b`, which leads out of it"),
            (entry("a", b'2', b""), "holds the link `a`"),
            (entry("a/", b'5', b""), "holds no files"),
            (b"apiVersion: v1".to_vec(), "the archive ends in the middle"),
        ] {
            assert_eq!(files(&bytes), Err(says.to_owned()));
        }
        assert!(files(&packed[..packed.len() / 2]).is_err_and(|why| why.starts_with("is not a whole archive")));
    }
}
