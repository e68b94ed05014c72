//! Why go-yaml, version 2, does not read a text, in its words: Helm's messages have them. Both Helm 3 and Helm 4 read YAML by it.
//!
//! Only asked where our own parser has found something wrong, or where the text of the error is what a template prints. It restates the
//! states of go-yaml's scanner and parser, which are libyaml's, as its words follow from them: the place where it notices a mistake is often not
//! the place of the mistake.

use seatrial_model::{Finding, SourceFile};

mod decode;
mod documents;
mod parser;
mod properties;
mod scalars;
mod scanner;
pub(crate) mod taken;
mod token;

pub(crate) use documents::wrong_marker;

/// The title of Helm's own words.
pub(crate) const SAID: &str = "what Helm says";

/// The title of the words of Helm 3, where those of Helm 4 may differ.
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

/// What stands before go-yaml's words.
const UNREADABLE: &str = "error converting YAML to JSON: ";

/// Why Helm does not read a file. It says one thing, however much our parser finds.
pub(crate) struct Refusal<'f> {
    file: &'f SourceFile,
    /// Helm's words, where they are known.
    words: Option<String>,
    /// How they begin if they are go-yaml's.
    start: &'static str,
}

impl Refusal<'_> {
    /// For a file of which Helm reads the first document.
    pub(crate) fn of_first_document(file: &SourceFile) -> Refusal<'_> {
        let words = refusal(file.text()).map(|words| format!("{UNREADABLE}{words}"));
        Refusal { file, words, start: UNREADABLE }
    }

    /// What Helm says; where that is not known, what our parser has found.
    pub(crate) fn said(&self, finding: &Finding) -> String {
        self.words.clone().unwrap_or_else(|| {
            let (line, _) = self.file.line_column(finding.primary.span.start);
            format!("{}yaml: line {line}: {}", self.start, finding.message)
        })
    }
}

/// What is said of the first document of a text; `None` where it is read, or where the words are not known.
fn refusal(text: &str) -> Option<String> {
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
