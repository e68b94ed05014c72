//! Files of values, whose documents Helm 4 reads one by one, each with lines of its own (apimachinery: `YAMLReader`).

use seatrial_model::{Finding, SourceFile, Span, ids};

use super::{Refusal, refusal};

/// A part of a file.
enum Piece {
    Document(String),
    /// A line that begins like a marker and goes on, at this byte: Helm 4 reads nothing from there on.
    NoMarker(usize),
}

impl Refusal<'_> {
    /// For a file of values that Helm 4 reads.
    pub(crate) fn of_documents(file: &SourceFile) -> Refusal<'_> {
        let text = file.text();
        let words = pieces(text).into_iter().find_map(|piece| match piece {
            Piece::Document(document) => refusal(&document).map(|words| format!("{UNREADABLE}{words}")),
            Piece::NoMarker(at) => Some(not_a_marker(text, at)),
        });
        Refusal { file, words, start: UNREADABLE }
    }
}

const UNREADABLE: &str = "cannot unmarshal yaml document: error converting YAML to JSON: ";

/// A line that Helm 4 takes for a marker between documents, and refuses for what is behind it.
pub(crate) fn wrong_marker(file: &SourceFile) -> Option<Finding> {
    let text = file.text();
    if !(text.starts_with("---") || text.contains("\n---")) {
        return None;
    }
    let at = pieces(text).into_iter().find_map(|piece| match piece {
        Piece::NoMarker(at) => Some(at),
        Piece::Document(_) => None,
    })?;
    let line = text[at..].lines().next().unwrap_or_default();
    let place = Span::new(file.id(), at, at + line.len());
    let finding =
        Finding::new(ids::PARSE_ERROR, place, "behind `---` at the beginning of a line, Helm 4 takes nothing");
    Some(finding.with_help("put what follows on a line of its own, or a space before the `---`"))
}

fn not_a_marker(text: &str, at: usize) -> String {
    let line = text[at..].lines().next().unwrap_or_default();
    format!("error reading yaml document: invalid Yaml document separator: {}", line[3..].trim())
}

/// What stands before the first marker goes with the first document.
fn pieces(text: &str) -> Vec<Piece> {
    let (mut all, mut document, mut at) = (Vec::new(), String::new(), 0);
    for line in text.split_inclusive('\n') {
        if let Some(rest) = line.strip_prefix("---").map(str::trim) {
            if !rest.is_empty() && !rest.starts_with('#') {
                all.push(Piece::NoMarker(at));
                return all;
            }
            if !document.is_empty() {
                all.push(Piece::Document(std::mem::take(&mut document)));
                at += line.len();
                continue;
            }
        }
        at += line.len();
        document.push_str(line.trim_end_matches(['\r', '\n']));
        document.push('\n');
    }
    all.push(Piece::Document(document));
    all
}
