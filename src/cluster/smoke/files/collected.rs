//! Files in a log: what a test prints between sentinels, and what the collector prints of a volume. Pure, both ways.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

const BEGIN_JUNIT: &str = "-----BEGIN JUNIT-----";
const END_JUNIT: &str = "-----END JUNIT-----";
/// Followed by the kind, the file's path and five dashes.
const BEGIN_FILE: &str = "-----BEGIN SEATRIAL FILE ";
const END_FILE: &str = "-----END SEATRIAL FILE-----";
/// Tells what was not brought out.
const NOTE: &str = "-----SEATRIAL NOTE ";
const DASHES: &str = "-----";

/// A line of the encoded text (RFC 2045).
const LINE: usize = 76;

/// A file, or all files together, are not larger than this when they are unpacked.
const LARGEST: u64 = 100 << 20;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Its cases are read.
    Junit,
    /// It is kept.
    Artifact,
}

impl FileKind {
    fn word(self) -> &'static str {
        match self {
            FileKind::Junit => "junit",
            FileKind::Artifact => "artifact",
        }
    }
}

/// A file that came out of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Collected {
    /// What it is for.
    pub(crate) kind: FileKind,
    /// Its path in the container; of what was printed between sentinels, `log`.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// The files in a log, the rest of the log, and sentences about what was not brought out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sorted {
    pub(crate) files: Vec<Collected>,
    pub(crate) rest: String,
    pub(crate) problems: Vec<String>,
    /// Whether the end of a file is there without its beginning.
    pub(crate) begins_inside: bool,
}

/// Writes a file for a log: gzip and base64 between sentinels.
///
/// # Errors
/// Writing failed.
pub(crate) fn write_collected(to: &mut impl std::io::Write, file: &Collected) -> std::io::Result<()> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&file.bytes)?;
    let encoded = STANDARD.encode(packed.finish()?);
    // A path has no line breaks here, whatever it is called.
    let path: String = file.path.chars().filter(|c| !c.is_control()).collect();
    writeln!(to, "{BEGIN_FILE}{} {path}{DASHES}", file.kind.word())?;
    for line in encoded.as_bytes().chunks(LINE) {
        to.write_all(line)?;
        to.write_all(b"\n")?;
    }
    writeln!(to, "{END_FILE}")
}

/// Writes a sentence about what is not brought out.
///
/// # Errors
/// Writing failed.
pub(crate) fn write_note(to: &mut impl std::io::Write, sentence: &str) -> std::io::Result<()> {
    writeln!(to, "{NOTE}{}{DASHES}", sentence.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Takes the files out of a log.
pub(crate) fn sort(log: &str) -> Sorted {
    let mut sorted = Sorted::default();
    let mut unpacked = 0;
    let mut lines = log.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if line == BEGIN_JUNIT {
            let Some(text) = until(&mut lines, END_JUNIT, "\n") else {
                sorted.problems.push(format!("the log ends between `{BEGIN_JUNIT}` and `{END_JUNIT}`"));
                break;
            };
            sorted.files.push(Collected { kind: FileKind::Junit, path: "log".to_owned(), bytes: text.into_bytes() });
        } else if line == END_JUNIT || line == END_FILE {
            sorted.begins_inside = true;
        } else if let Some(header) = line.strip_prefix(BEGIN_FILE).and_then(|rest| rest.strip_suffix(DASHES)) {
            match until(&mut lines, END_FILE, "").map(|text| unpack(header, &text, &mut unpacked)) {
                Some(Ok(file)) => sorted.files.push(file),
                Some(Err(sentence)) => sorted.problems.push(sentence),
                None => sorted.problems.push(format!("the log ends in the middle of the file `{header}`")),
            }
        } else if let Some(note) = line.strip_prefix(NOTE).and_then(|rest| rest.strip_suffix(DASHES)) {
            sorted.problems.push(note.to_owned());
        } else {
            sorted.rest.push_str(line);
            sorted.rest.push('\n');
        }
    }
    sorted
}

/// The lines up to one, which must come.
fn until<'a>(lines: &mut impl Iterator<Item = &'a str>, end: &str, between: &str) -> Option<String> {
    let mut text = String::new();
    for line in lines {
        if line.trim_end() == end {
            return Some(text);
        }
        text.push_str(line);
        text.push_str(between);
    }
    None
}

fn unpack(header: &str, text: &str, unpacked: &mut u64) -> Result<Collected, String> {
    let (kind, path) = header.split_once(' ').unwrap_or((header, ""));
    let kind = match kind {
        "junit" => FileKind::Junit,
        "artifact" => FileKind::Artifact,
        _ => return Err(format!("the log has a file of the kind `{kind}`, which this version does not know")),
    };
    let broken = |why: &str| format!("the file `{path}` came broken out of the pod: {why}");
    let packed = STANDARD.decode(text.trim()).map_err(|error| broken(&error.to_string()))?;
    let mut bytes = Vec::new();
    let left = LARGEST.saturating_sub(*unpacked);
    let read = GzDecoder::new(packed.as_slice()).take(left + 1).read_to_end(&mut bytes);
    read.map_err(|error| broken(&error.to_string()))?;
    if bytes.len() as u64 > left {
        return Err(broken(&format!("all files together are larger than {} MiB", LARGEST >> 20)));
    }
    *unpacked += bytes.len() as u64;
    Ok(Collected { kind, path: path.to_owned(), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(kind: FileKind, path: &str, bytes: &[u8]) -> Collected {
        Collected { kind, path: path.to_owned(), bytes: bytes.to_vec() }
    }

    #[test]
    fn files_survive_a_log_with_other_lines_between() {
        let files = [
            file(FileKind::Junit, "/results/a b.xml", b"<testsuite/>"),
            file(FileKind::Artifact, "/results/x.png", &(0..=255).cycle().take(5_000).collect::<Vec<u8>>()),
        ];
        let mut log = b"starting\n".to_vec();
        write_collected(&mut log, &files[0]).expect("memory");
        log.extend(b"in between\n");
        write_collected(&mut log, &files[1]).expect("memory");
        write_note(&mut log, "`/results/big`\nis too large").expect("memory");
        let sorted = sort(&String::from_utf8(log).expect("text"));
        assert_eq!(sorted.files, files);
        assert_eq!(sorted.rest, "starting\nin between\n");
        assert_eq!(sorted.problems, ["`/results/big` is too large"]);
    }

    #[test]
    fn a_test_may_print_its_junit_file() {
        let log = "hello\n-----BEGIN JUNIT-----\n<testsuite>\n</testsuite>\n-----END JUNIT-----\r\nbye\n";
        let sorted = sort(log);
        assert_eq!(sorted.files, [file(FileKind::Junit, "log", b"<testsuite>\n</testsuite>\n")]);
        assert_eq!(sorted.rest, "hello\nbye\n");
    }

    #[test]
    fn what_is_cut_or_broken_is_said() {
        let cut = sort("-----BEGIN JUNIT-----\n<testsuite>");
        assert_eq!(cut.problems, ["the log ends between `-----BEGIN JUNIT-----` and `-----END JUNIT-----`"]);
        for end in ["-----END JUNIT-----", "-----END SEATRIAL FILE-----"] {
            let rotated = sort(&format!("<testcase/>\n{end}\nbye\n"));
            assert!(rotated.begins_inside && rotated.problems.is_empty(), "{rotated:?}");
            assert_eq!(rotated.rest, "<testcase/>\nbye\n");
        }
        let broken = sort("-----BEGIN SEATRIAL FILE junit /a.xml-----\n!!!\n-----END SEATRIAL FILE-----\n");
        assert!(
            broken.files.is_empty() && broken.problems[0].starts_with("the file `/a.xml` came broken"),
            "{broken:?}"
        );
    }
}
