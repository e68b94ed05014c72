//! A deterministic ustar archive: sorted, owned by root, from 1970.

use std::collections::BTreeMap;

use super::OciError;

const BLOCK: usize = 512;

/// The longest name without a prefix, the longest prefix, and the longest target of a link.
const NAME: usize = 100;
const PREFIX: usize = 155;

#[derive(Clone, Debug)]
enum Entry {
    Directory,
    File { content: Vec<u8>, mode: u32 },
    Link(String),
}

/// What will be in the archive, by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Archive(BTreeMap<String, Entry>);

impl Archive {
    /// Adds a file, and the directories above it.
    pub(super) fn add_file(&mut self, path: &str, content: Vec<u8>, mode: u32) -> Result<(), OciError> {
        self.add(path, Entry::File { content, mode })
    }

    /// Adds a symbolic link, and the directories above it.
    pub(super) fn add_link(&mut self, path: &str, target: &str) -> Result<(), OciError> {
        if target.is_empty() || target.len() > NAME {
            return Err(refusal(target, "a link's target has 1 to 100 bytes"));
        }
        self.add(path, Entry::Link(target.to_owned()))
    }

    fn add(&mut self, path: &str, entry: Entry) -> Result<(), OciError> {
        let name = path.trim_start_matches('/');
        if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(refusal(path, "it is not a plain path"));
        }
        split(name).ok_or_else(|| refusal(path, "it is too long"))?;
        for (end, _) in name.match_indices('/') {
            let above = self.0.entry(name[..end].to_owned()).or_insert(Entry::Directory);
            if !matches!(above, Entry::Directory) {
                return Err(refusal(path, "a file is in its way"));
            }
        }
        match self.0.insert(name.to_owned(), entry) {
            None => Ok(()),
            Some(_) => Err(refusal(path, "it is there already")),
        }
    }

    /// The archive's bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (path, entry) in &self.0 {
            bytes.extend_from_slice(&header(path, entry));
            if let Entry::File { content, .. } = entry {
                bytes.extend_from_slice(content);
                bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
            }
        }
        bytes.resize(bytes.len() + 2 * BLOCK, 0);
        bytes
    }
}

fn refusal(path: &str, why: &'static str) -> OciError {
    OciError::Path { path: path.to_owned(), why }
}

/// Prefix and name, split at a slash.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.len() <= NAME {
        return Some(("", path));
    }
    let fits = |(at, _): &(usize, &str)| *at <= PREFIX && path.len() - at - 1 <= NAME;
    path.match_indices('/').find(fits).map(|(at, _)| (&path[..at], &path[at + 1..]))
}

fn header(path: &str, entry: &Entry) -> [u8; BLOCK] {
    let (kind, mode, size, target) = match entry {
        Entry::Directory => (b'5', 0o755, 0, ""),
        Entry::File { content, mode } => (b'0', *mode, content.len(), ""),
        Entry::Link(target) => (b'2', 0o777, 0, target.as_str()),
    };
    let (prefix, name) = split(path).expect("was checked when it was added");
    let mut block = [0; BLOCK];
    let mut put = |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, &format!("{mode:07o}"));
    put(108, "0000000");
    put(116, "0000000");
    put(124, &format!("{size:011o}"));
    put(136, "00000000000");
    // The checksum is taken with blanks in its own place.
    put(148, "        ");
    put(157, target);
    put(257, "ustar\x0000");
    put(345, prefix);
    block[156] = kind;
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_a_long_path_at_a_slash_and_refuses_what_does_not_fit() {
        let (long, longer) = ("d".repeat(90), "f".repeat(99));
        let path = format!("{long}/{longer}");
        assert_eq!(split(&path), Some((long.as_str(), longer.as_str())));
        assert_eq!(split(&"x".repeat(101)), None);
        assert_eq!(split(&format!("{}/x", "y".repeat(200))), None);
    }

    #[test]
    fn refuses_paths_that_leave_the_archive_and_files_in_the_way() {
        let mut archive = Archive::default();
        archive.add_file("/bin/shop", Vec::new(), 0o755).expect("is a plain path");
        for path in ["../etc/passwd", "bin//shop", "bin/./shop", "", "bin/shop", "bin/shop/below", "bin"] {
            assert!(archive.add_file(path, Vec::new(), 0o644).is_err(), "{path}");
        }
    }

    #[test]
    fn a_header_has_the_checksum_that_tar_wants() {
        let block = header("a", &Entry::File { content: vec![0; 3], mode: 0o644 });
        let mut blank = block;
        blank[148..156].fill(b' ');
        let sum: u32 = blank.iter().map(|byte| u32::from(*byte)).sum();
        let written = std::str::from_utf8(&block[148..154]).expect("is octal");
        assert_eq!(u32::from_str_radix(written, 8), Ok(sum));
    }
}
