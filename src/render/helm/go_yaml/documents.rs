//! Files of values, whose documents Helm 4 reads one by one, each with lines of its own (apimachinery: `YAMLReader`).

use seatrial_model::{Finding, SourceFile, Span, ids};

use super::{in_own_words, refusal};

/// A document of a file, or where the file is not taken apart.
enum Piece {
    Document(String),
    /// A line that begins as a marker and goes on, from this byte on.
    NoMarker(usize),
}

/// What Helm 4 says of a file of values in which our parser has found something; the words of that where others are not known.
pub(crate) fn of_documents(finding: &Finding, file: &SourceFile) -> String {
    let text = file.text();
    let said = pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Document(document) => refusal(&document).map(|said| format!("{UNREADABLE}{said}")),
        Piece::NoMarker(at) => Some(not_a_marker(text, at)),
    });
    said.unwrap_or_else(|| format!("{UNREADABLE}{}", in_own_words(finding, file)))
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
