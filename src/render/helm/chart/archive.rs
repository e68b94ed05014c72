//! Packed charts: what is in a `.tgz`, within bounds (helm: `LoadArchiveFiles`).

use seatrial_tree::{Archived, decompressed, each_archived};

/// Bytes that an archive may unpack to (helm: `MaxDecompressedChartSize`).
pub(crate) const LARGEST: u64 = 100 * 1024 * 1024;

/// Bytes of one file (helm: `MaxDecompressedFileSize`).
pub(crate) const LARGEST_FILE: u64 = 5 * 1024 * 1024;

/// Files in an archive. Helm has no limit.
const MOST_FILES: usize = 100_000;

/// Directories within each other. Helm has no limit.
const MOST_LEVELS: usize = 64;

/// The files of an archive, named without its first directory; or a clause that says what is wrong. What it unpacks to is taken from `left`.
pub(crate) fn files(packed: &[u8], left: &mut u64) -> Result<Vec<(String, Vec<u8>)>, String> {
    let limit = LARGEST.min(*left);
    let (bytes, wrong) = match decompressed(packed, limit) {
        Ok(bytes) => (bytes, None),
        Err((bytes, error)) => (bytes, Some(error)),
    };
    *left = left.saturating_sub(bytes.len() as u64);
    if bytes.len() as u64 > limit {
        return Err(format!("decompressed chart is larger than the maximum size {limit}"));
    }
    if let Some(error) = wrong {
        return Err(format!("is not a packed chart: {error}"));
    }
    let mut files = Vec::new();
    each_archived(&bytes, |name, entry| match entry {
        Archived::Link => Err(format!("`{name}` in the archive is a link")),
        Archived::File(content) => {
            files.push((file_name(name, content, files.len())?, content.to_vec()));
            Ok(())
        }
    })?;
    if files.is_empty() {
        return Err("no files in chart archive".to_owned());
    }
    Ok(files)
}

/// What a file is called in the chart, if it may be in it beside so many others.
fn file_name(name: &str, content: &[u8], others: usize) -> Result<String, String> {
    if others >= MOST_FILES {
        return Err(format!("there are more than {MOST_FILES} files in the archive"));
    }
    let name = inner_name(name)?;
    if content.len() as u64 > LARGEST_FILE && !name.starts_with("charts/") {
        return Err(format!("`{name}` is larger than {LARGEST_FILE} bytes"));
    }
    Ok(name)
}

/// The name of a file in the chart's directory, in Helm's words where it is none.
fn inner_name(name: &str) -> Result<String, String> {
    let delimiter = if name.contains('\\') { '\\' } else { '/' };
    let (first, rest) = name.split_once(delimiter).unwrap_or((name, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err("chart illegally contains absolute paths".to_owned());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => return Err("chart illegally references parent directory".to_owned()),
            ".." => {}
            part => parts.push(part),
        }
    }
    if parts.len() > MOST_LEVELS {
        return Err(format!("a file of the archive lies in more than {MOST_LEVELS} directories"));
    }
    let clean = parts.join("/");
    if first == "Chart.yaml" {
        return Err("chart yaml not in base directory".to_owned());
    }
    if clean.is_empty() {
        return Err(format!("chart illegally contains content outside the base directory: \"{name}\""));
    }
    if clean.starts_with("..") {
        return Err("chart illegally references parent directory".to_owned());
    }
    let has_drive = matches!(clean.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic());
    if has_drive { Err("chart contains illegally named files".to_owned()) } else { Ok(clean) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    const BLOCK: usize = 512;

    fn entry(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut header = [0_u8; BLOCK];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = kind;
        header[257..263].copy_from_slice(b"ustar\0");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let mut bytes = header.to_vec();
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        bytes
    }

    fn packed(entries: &[Vec<u8>]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&entries.concat()).expect("written");
        gzip.write_all(&[0; 2 * BLOCK]).expect("written");
        gzip.finish().expect("packed")
    }

    fn unpacked(packed: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
        files(packed, &mut { u64::MAX })
    }

    #[test]
    fn files_are_named_without_the_first_directory() {
        let long = format!("{}\n", "x".repeat(90));
        let record = format!("path=web/templates/{long}");
        let record = format!("{} {record}", record.len() + 4);
        let archive = packed(&[
            entry("web/", b'5', b""),
            entry("web/Chart.yaml", b'0', b"name: web\n"),
            entry("pax", b'x', record.as_bytes()),
            entry("short", b'0', b"x"),
            entry("web\\templates\\b.yaml", b'0', b"y"),
        ]);
        let names: Vec<String> = unpacked(&archive).expect("files").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Chart.yaml", &format!("templates/{}", long.trim()), "templates/b.yaml"]);
    }

    #[test]
    fn what_leads_out_of_the_chart_is_refused() {
        for (name, kind, message) in [
            ("web/../../etc/passwd", b'0', "chart illegally references parent directory"),
            ("web//etc/passwd", b'0', "chart illegally contains absolute paths"),
            ("Chart.yaml", b'0', "chart yaml not in base directory"),
            ("web/c:/x", b'0', "chart contains illegally named files"),
            ("web/link", b'2', "`web/link` in the archive is a link"),
        ] {
            assert_eq!(unpacked(&packed(&[entry(name, kind, b"")])), Err(message.to_owned()), "{name}");
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked_and_half_an_archive_is_told() {
        let zeros = vec![0_u8; 1 << 20];
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        (0..120).for_each(|_| gzip.write_all(&zeros).expect("written"));
        let bomb = gzip.finish().expect("packed");
        assert!(unpacked(&bomb).is_err_and(|why| why.contains("larger than the maximum size")));
        let whole = packed(&[entry("web/Chart.yaml", b'0', &[b'a'; 2000])]);
        assert!(unpacked(&whole[..whole.len() / 2]).is_err());
        assert!(unpacked(b"name: web\n").is_err());
        assert!(unpacked(b"").is_err());
    }

    #[test]
    fn archives_share_what_they_may_unpack_to_and_lie_in_few_directories() {
        let archive = packed(&[entry("web/Chart.yaml", b'0', &[b'a'; 2000])]);
        let mut left = 8000;
        assert!(files(&archive, &mut left).is_ok());
        assert!(files(&archive, &mut left).is_ok());
        assert!(files(&archive, &mut left).is_err());
        let path = format!("path=web/{}Chart.yaml\n", "charts/a/".repeat(100_000));
        let deep = packed(&[entry("pax", b'x', record(&path).as_bytes()), entry("short", b'0', b"name: a\n")]);
        assert!(unpacked(&deep).is_err_and(|why| why.contains("more than 64 directories")));
    }

    /// A line of a PAX header: its length counts itself.
    fn record(text: &str) -> String {
        let mut length = text.len();
        while format!("{length} {text}").len() != length {
            length = format!("{length} {text}").len();
        }
        format!("{length} {text}")
    }
}
