//! The first line of our comments: it finds a comment again and says which run wrote it, or which finding it is about.

use std::fmt;

use seatrial_model::Stage;

/// `<!-- seatrial key=… sha=… run=… attempt=… report=… v=1 -->`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) key: String,
    pub(crate) head: String,
    /// Run number and attempt.
    pub(crate) run: (u64, u64),
    /// Digest of the report; empty where none was given.
    pub(crate) digest: String,
}

impl Marker {
    /// The marker on the first line of a comment; `None` where there is none of this version.
    pub(crate) fn parse(body: &str) -> Option<Marker> {
        let fields = Fields::of(body, "seatrial")?;
        let field = |name: &str| fields.get(name);
        let run = (field("run")?.parse().ok()?, field("attempt")?.parse().ok()?);
        let digest = field("report").unwrap_or_default().to_owned();
        Some(Marker { key: field("key")?.to_owned(), head: field("sha")?.to_owned(), run, digest })
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Marker { key, head, run: (run, attempt), digest } = self;
        let report = if digest.is_empty() { String::new() } else { format!(" report={digest}") };
        write!(f, "<!-- seatrial key={key} sha={head} run={run} attempt={attempt}{report} v=1 -->")
    }
}

/// `<!-- seatrial-inline key=… finding=… stage=… v=1 -->`. It names no run: what is still the same is not written again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InlineMarker {
    pub(crate) key: String,
    /// The finding's identity.
    pub(crate) finding: String,
    /// The stage that found it.
    pub(crate) stage: Option<Stage>,
}

impl InlineMarker {
    /// The marker on the first line of a comment; `None` where there is none of this version.
    pub(crate) fn parse(body: &str) -> Option<InlineMarker> {
        let fields = Fields::of(body, "seatrial-inline")?;
        let field = |name: &str| fields.get(name).map(str::to_owned);
        let stage = match fields.get("stage")? {
            NO_STAGE => None,
            name => Some(Stage::ALL.into_iter().find(|stage| stage.title().eq_ignore_ascii_case(name))?),
        };
        Some(InlineMarker { key: field("key")?, finding: field("finding")?, stage })
    }
}

impl fmt::Display for InlineMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let InlineMarker { key, finding, stage } = self;
        let stage = stage.map_or(NO_STAGE.to_owned(), |stage| stage.title().to_lowercase());
        write!(f, "<!-- seatrial-inline key={key} finding={finding} stage={stage} v=1 -->")
    }
}

/// Of what is found outside of any stage.
const NO_STAGE: &str = "none";

/// What stands in a marker of version 1.
struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    /// Those on the first line of a comment, where that is a marker of this name.
    fn of(body: &'a str, name: &str) -> Option<Fields<'a>> {
        let line = body.lines().next()?.trim_end();
        let fields = line.strip_prefix("<!-- ")?.strip_prefix(name)?.strip_prefix(' ')?.strip_suffix(" -->")?;
        Some(Fields(fields)).filter(|fields| fields.get("v") == Some("1"))
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.split(' ').find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    }
}

/// A key as it may stand in the marker: what could end the comment or split the field becomes `_XX`, so that two keys stay two.
pub(crate) fn escape_key(key: &str) -> String {
    let mut escaped = String::with_capacity(key.len());
    for byte in key.bytes() {
        // A single hyphen is harmless, two would end an HTML comment in some parsers.
        let plain =
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/') || (byte == b'-' && !escaped.ends_with('-'));
        if plain {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("_{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_was_written() {
        let marker = Marker {
            key: escape_key("ci / shop --> x"),
            head: "cafe".to_owned(),
            run: (12, 2),
            digest: "3f9a".to_owned(),
        };
        let line = marker.to_string();
        assert_eq!(line, "<!-- seatrial key=ci_20/_20shop_20-_2D_3E_20x sha=cafe run=12 attempt=2 report=3f9a v=1 -->");
        assert_eq!(Marker::parse(&format!("{line}\r\n# Report")), Some(marker));
    }

    #[test]
    fn may_have_no_digest() {
        let line = "<!-- seatrial key=a sha=b run=1 attempt=1 v=1 -->";
        let marker = Marker::parse(line).expect("a marker");
        assert_eq!((marker.digest.as_str(), marker.to_string().as_str()), ("", line));
    }

    #[test]
    fn stands_on_the_first_line_or_nowhere() {
        let line = "<!-- seatrial key=a sha=b run=1 attempt=1 v=1 -->";
        let none = [
            format!("\n{line}"),
            format!("> {line}"),
            line.replace("v=1", "v=2"),
            line.replace("run=1", "run=x"),
            line.replace("run=1 ", ""),
            line.replace("-->", ""),
            String::new(),
        ];
        for body in none {
            assert_eq!(Marker::parse(&body), None, "{body}");
        }
    }

    #[test]
    fn the_one_of_a_finding_is_read_as_it_was_written_and_is_not_that_of_a_report() {
        for stage in Stage::ALL.into_iter().map(Some).chain([None]) {
            let marker = InlineMarker { key: escape_key("ci/trial"), finding: "0123-ab.2".to_owned(), stage };
            assert_eq!(InlineMarker::parse(&format!("{marker}\n**error**")), Some(marker.clone()));
            assert_eq!(Marker::parse(&marker.to_string()), None);
        }
        for body in [
            "<!-- seatrial key=a sha=b run=1 attempt=1 v=1 -->",
            "<!-- seatrial-inline key=a finding=b stage=later v=1 -->",
            "<!-- seatrial-inline key=a finding=b v=1 -->",
            "<!-- seatrial-inline key=a finding=b stage=none v=2 -->",
        ] {
            assert_eq!(InlineMarker::parse(body), None, "{body}");
        }
    }

    #[test]
    fn two_keys_stay_two() {
        assert_ne!(escape_key("a b"), escape_key("a_20b"));
        assert_eq!(escape_key("deploy-dev"), "deploy-dev");
    }
}
