//! Which Flux the extension `microsoft.flux` of AKS and Azure Arc carries: it has versions of its own and lags behind by several minors.
//!
//! Source: Microsoft's release notes of the extension, `articles/azure-arc/kubernetes/extensions-release.md` and
//! `flux-gitops-release-notes.md` of MicrosoftDocs/azure-management-docs and, before, of MicrosoftDocs/azure-docs, in their versions up to
//! 11 June 2026. Each row is an extension that they name; what lies between two rows with the same Flux has it, too.

use super::Release;

/// Extension, minor of Flux, and when it was released. The oldest first.
const EXTENSIONS: &[([u32; 3], &str, &str)] = &[
    ([1, 7, 4], "0.41", "June 2023"),
    ([1, 7, 5], "2.0", "August 2023"),
    ([1, 7, 6], "2.0", "August 2023"),
    ([1, 7, 7], "2.0", "September 2023"),
    ([1, 7, 8], "2.1", "October 2023"),
    ([1, 8, 2], "2.1", "February 2024"),
    ([1, 8, 3], "2.1", "March 2024"),
    ([1, 8, 4], "2.1", "March 2024"),
    ([1, 16, 12], "2.5", "July 2025"),
    ([1, 17, 2], "2.6", "August 2025"),
    ([1, 17, 3], "2.6", "September 2025"),
    ([1, 18, 2], "2.6", "October 2025"),
    ([1, 18, 4], "2.6", "November 2025"),
    ([1, 18, 5], "2.6", "December 2025"),
    ([1, 19, 5], "2.6", "February 2026"),
    ([1, 20, 4], "2.6", "March 2026"),
    ([1, 21, 0], "2.6", "April 2026"),
    ([1, 21, 1], "2.6", "April 2026"),
    ([1, 22, 1], "2.6", "May 2026"),
    ([1, 22, 2], "2.6", "May 2026"),
    ([1, 23, 0], "2.7", "June 2026"),
];

/// The minor of Flux that a version of the extension carries (`1.19.5`); `None` where it is not known.
#[must_use]
pub fn release_of_extension(version: &str) -> Option<Release> {
    let wanted = numbers(version)?;
    let next = EXTENSIONS.partition_point(|(extension, ..)| *extension <= wanted);
    let (extension, before, _) = next.checked_sub(1).and_then(|at| EXTENSIONS.get(at))?;
    let is_between = || EXTENSIONS.get(next).is_some_and(|(_, after, _)| after == before);
    if *extension == wanted || is_between() { Release::parse(before) } else { None }
}

fn numbers(version: &str) -> Option<[u32; 3]> {
    let version = version.trim();
    let mut parts = version.strip_prefix('v').unwrap_or(version).split('.').map(str::parse);
    let numbers = [parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_readable() {
        assert!(EXTENSIONS.is_sorted_by_key(|(extension, ..)| extension));
        assert!(EXTENSIONS.iter().all(|(_, release, date)| Release::parse(release).is_some() && date.contains("20")));
    }

    #[test]
    fn knows_the_flux_of_an_extension_or_does_not_guess() {
        let cases = [
            ("1.19.5", Some("2.6")),
            ("v1.23.0", Some("2.7")),
            // Between two that carry the same.
            ("1.18.3", Some("2.6")),
            // Between two that carry different ones, before the first and after the last.
            ("1.17.0", None),
            ("1.12.0", None),
            ("1.7.3", None),
            ("1.24.0", None),
            ("1.19", None),
            ("newest", None),
        ];
        for (extension, expected) in cases {
            assert_eq!(release_of_extension(extension).map(|r| r.to_string()).as_deref(), expected, "{extension}");
        }
    }
}
