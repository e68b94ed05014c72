//! Why go-yaml, version 2, does not read a text, in its words: Helm's messages have them. Both Helm 3 and Helm 4 read YAML by it.
//!
//! Only asked where our own parser has found something wrong, or where the text of the error is what a template prints. It restates the
//! states of go-yaml's scanner and parser, which are libyaml's, as its words follow from them: where it notices what is wrong is not where
//! it is wrong.

use seatrial_model::{Finding, SourceFile};

mod decode;
mod documents;
mod parser;
mod properties;
mod scalars;
mod scanner;
mod token;

pub(crate) use documents::{of_documents, wrong_marker};

/// The title of Helm's own words.
pub(crate) const SAID: &str = "what Helm says";

/// The title of those of Helm 3, where they are others.
pub(crate) const SAID_BY_THREE: &str = "what Helm 3 says";

/// Why a text is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wrong {
    /// Of the scanner, on a line counted from zero.
    Scanner(String, usize),
    /// Of the parser.
    Parser(String, usize),
    /// Of what has no line.
    Nowhere(String),
    /// Behind go-yaml, where JSON is made of it.
    NotJson(String),
    /// It is nested more deeply than anybody writes, and what go-yaml says is not known here.
    Unknown,
}

impl Wrong {
    fn scanner(message: &str, line: usize) -> Wrong {
        Wrong::Scanner(message.to_owned(), line)
    }

    fn parser(message: &str, line: usize) -> Wrong {
        Wrong::Parser(message.to_owned(), line)
    }

    /// Go's message. The first line is the line 0, which is not named; the parser counts from there, too.
    fn message(self) -> Option<String> {
        Some(match self {
            Wrong::Scanner(message, 0) | Wrong::Parser(message, 0) | Wrong::Nowhere(message) => {
                format!("yaml: {message}")
            }
            Wrong::Scanner(message, line) => format!("yaml: line {}: {message}", line + 1),
            Wrong::Parser(message, line) => format!("yaml: line {line}: {message}"),
            Wrong::NotJson(message) => message,
            Wrong::Unknown => return None,
        })
    }
}

/// What Helm says of a text, of which it reads the first document, where our parser has found something in it; the words of that where
/// go-yaml's are not known.
pub(crate) fn of_go_yaml(finding: &Finding, file: &SourceFile) -> String {
    refusal(file.text()).unwrap_or_else(|| in_own_words(finding, file))
}

fn in_own_words(finding: &Finding, file: &SourceFile) -> String {
    let (line, _) = file.line_column(finding.primary.span.start);
    format!("yaml: line {line}: {}", finding.message)
}

/// What is said of the first document of a text; `None` where it is read, or where the words are not known.
pub(crate) fn refusal(text: &str) -> Option<String> {
    read(text).err().and_then(Wrong::message)
}

/// The first document of a text, if it is read and something follows it: nobody looks at that.
pub(crate) fn first_document(text: &str) -> Option<&str> {
    let characters = read(text).ok()?;
    let own = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (end, _) = own.char_indices().nth(characters)?;
    text.get(..text.len() - own.len() + end)
}

/// The number of characters before what follows the first document, a mark at the beginning not counted.
fn read(text: &str) -> Result<usize, Wrong> {
    let (document, next) = parser::first_document(text)?;
    document.map_or(Ok(()), |node| decode::check(&node))?;
    Ok(next)
}

#[cfg(test)]
mod tests {
    use seatrial_golang::quote::unquote;

    use super::*;

    #[test]
    fn a_broken_text_is_refused_in_the_words_of_go_yaml() {
        let mut wrong = Vec::new();
        let all = include_str!("testdata/go-yaml.tsv").lines();
        for line in all.clone() {
            let (text, expected) = line.split_once('\t').expect("two fields");
            let text = String::from_utf8(unquote(text).expect(line)).expect("UTF-8");
            let got = refusal(&text).unwrap_or_default();
            if got != expected {
                wrong.push(format!("{line}\nours {got}"));
            }
        }
        assert!(wrong.is_empty() && all.count() > 300, "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn what_is_nested_deeply_ends() {
        for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(5_000), "? ".repeat(5_000)] {
            assert_eq!(refusal(&text), None);
        }
    }
}
