//! The other end of [`crate::files::collected`]: what the container beside a test prints when the test has ended.

use std::io::Write;
use std::path::Path;

use crate::files;
use crate::files::collected::{Collected, FileKind, write_collected, write_note};

/// A log that grows beyond 10 MiB is begun anew by the kubelet, and what was in it is not told any more (`containerLogMaxSize`).
const MOST_PRINTED: usize = 8 << 20;

/// Prints the files that match patterns (absolute paths): JUnit files first, then artifacts. What does not fit is named.
///
/// # Errors
/// Writing failed.
pub fn collect(junit: &[String], artifacts: &[String], to: &mut impl Write) -> std::io::Result<()> {
    let mut left = MOST_PRINTED;
    let patterns = junit.iter().map(|text| (FileKind::Junit, text));
    for (kind, pattern) in patterns.chain(artifacts.iter().map(|text| (FileKind::Artifact, text))) {
        for file in files::read_all(Path::new("/"), pattern.trim_start_matches('/')) {
            match file {
                Ok((path, bytes)) => {
                    print(&Collected { kind, path: format!("/{}", path.display()), bytes }, &mut left, to)?;
                }
                Err(sentence) => write_note(to, &sentence)?,
            }
        }
    }
    to.flush()
}

fn print(file: &Collected, left: &mut usize, to: &mut impl Write) -> std::io::Result<()> {
    let mut text = Vec::new();
    write_collected(&mut text, file)?;
    if text.len() > *left {
        let mib = MOST_PRINTED >> 20;
        return write_note(
            to,
            &format!("`{}` was left in the pod: a log has room for {mib} MiB of packed files", file.path),
        );
    }
    *left -= text.len();
    to.write_all(&text)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "files are made for the test")]
mod tests {
    use super::*;
    use crate::files::collected::sort;

    #[test]
    fn what_is_printed_is_read_again_and_what_is_too_large_is_said() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        std::fs::write(path("a.xml"), "<testsuite/>").expect("written");
        // Numbers of a simple generator do not become smaller when they are packed.
        let noise = std::iter::successors(Some(1_u32), |n| Some(n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)));
        let noise: Vec<u8> = noise.map(|n| n.to_be_bytes()[0]).take(9 << 20).collect();
        std::fs::write(path("big.bin"), noise).expect("written");
        std::fs::write(path("small.txt"), "hello").expect("written");
        let pattern = |name: &str| path(name).display().to_string();
        let mut log = Vec::new();
        collect(&[pattern("*.xml")], &[pattern("*.bin"), pattern("*.txt")], &mut log).expect("memory");
        let sorted = sort(&String::from_utf8(log).expect("text"));
        let found: Vec<(FileKind, &[u8])> =
            sorted.files.iter().map(|file| (file.kind, file.bytes.as_slice())).collect();
        assert_eq!(found, [(FileKind::Junit, &b"<testsuite/>"[..]), (FileKind::Artifact, &b"hello"[..])]);
        assert_eq!(sorted.problems.len(), 1, "{:?}", sorted.problems);
        assert!(sorted.problems[0].ends_with("was left in the pod: a log has room for 8 MiB of packed files"));
    }
}
