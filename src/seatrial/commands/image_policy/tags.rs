//! A list of tags: one per line, or JSON as clients of registries print it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use seatrial_tree::SIZE_LIMIT;
use serde_json::Value;

use crate::context::session::Session;
use crate::judge::given::standard_input_text;
use crate::process::stop::Stop;
use crate::process::streams;

/// What to write instead.
const WAY_OUT: &str =
    "write one tag per line, or a list of `az acr repository show-tags`, `oras repo tags` or `skopeo list-tags`";

/// The tags of a file or of standard input.
pub(super) fn read(file: Option<&Path>, session: &Session) -> Result<Vec<String>, Stop> {
    let (name, text) = match file {
        Some(file) if file.as_os_str() != "-" => {
            let cannot = |why: String| Stop::Usage(format!("--tags: cannot read `{}`: {why}", file.display()));
            let mut bytes = Vec::new();
            let opened = File::open(session.directory.join(file));
            let read = opened.and_then(|opened| opened.take(SIZE_LIMIT + 1).read_to_end(&mut bytes));
            read.map_err(|error| cannot(error.to_string()))?;
            if bytes.len() as u64 > SIZE_LIMIT {
                return Err(cannot("it is larger than 256 MiB".to_owned()));
            }
            let text = String::from_utf8(bytes).map_err(|_| cannot("it is not UTF-8 text".to_owned()))?;
            (format!("`{}`", file.display()), text)
        }
        None if streams::input_is_watched() => {
            return Err(Stop::Usage("which tags? --tags FILE, or a list through a pipe".to_owned()));
        }
        _ => ("standard input".to_owned(), standard_input_text()?),
    };
    parse(&text).map_err(|wrong| Stop::Usage(format!("--tags: {name}, {wrong}; {WAY_OUT}")))
}

/// The tags of a text; the error is a clause that begins with the line.
fn parse(text: &str) -> Result<Vec<String>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with(['[', '{']) {
        return from_json(text);
    }
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())).filter(|(_, line)| !line.is_empty());
    let tag = |(at, line): (usize, &str)| match is_tag(line) {
        true => Ok(line.to_owned()),
        false => Err(format!("line {at}: `{}` is not a tag", shortened(line))),
    };
    lines.map(tag).collect()
}

fn from_json(text: &str) -> Result<Vec<String>, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("line {}, column {}: it is not JSON", error.line(), error.column()))?;
    let list = match &value {
        Value::Object(object) => object.get("tags").or_else(|| object.get("Tags")).unwrap_or(&Value::Null),
        other => other,
    };
    match list {
        Value::Array(items) => items.iter().map(named).collect(),
        // A registry says so of a repository without tags.
        Value::Null if value.get("tags").is_some() || value.get("Tags").is_some() => Ok(Vec::new()),
        _ => Err("line 1: there is no list `tags`".to_owned()),
    }
}

/// A text, or an object with a name, as with `--detail`.
fn named(item: &Value) -> Result<String, String> {
    let text = item.as_str().or_else(|| item.get("name")?.as_str());
    match text.filter(|text| is_tag(text)) {
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("item `{}` is not a tag", shortened(&item.to_string()))),
    }
}

/// What registries take as a tag.
fn is_tag(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.starts_with(is_word) && text.len() <= 128 && text.chars().all(|c| is_word(c) || c == '.' || c == '-')
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(57).chain("…".chars()).collect() }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_what_clients_of_registries_print() {
        for text in [
            "1.0.0\n1.1.0\n",
            "\u{feff}1.0.0\r\n\r\n  1.1.0",
            r#"["1.0.0", "1.1.0"]"#,
            r#"{"name": "shop/web", "tags": ["1.0.0", "1.1.0"]}"#,
            r#"{"Repository": "shop/web", "Tags": ["1.0.0", "1.1.0"]}"#,
            r#"[{"name": "1.0.0", "digest": "sha256:0"}, {"name": "1.1.0"}]"#,
        ] {
            assert_eq!(parse(text), Ok(vec!["1.0.0".to_owned(), "1.1.0".to_owned()]), "{text}");
        }
        assert_eq!(parse("[]"), Ok(Vec::new()));
        assert_eq!(parse(r#"{"name": "shop/web", "tags": null}"#), Ok(Vec::new()));
    }

    #[test]
    fn says_where_a_list_is_wrong() {
        for (text, place) in [
            ("1.0.0\nResult table\n", "line 2: `Result table`"),
            ("------", "line 1"),
            ("[\"1.0.0\",\n 2", "line 2, column 2"),
            ("{\"repositories\": []}", "no list `tags`"),
            ("[1]", "item `1`"),
            ("[\"a b\"]", "item `\"a b\"`"),
            (&"a".repeat(129), "line 1"),
        ] {
            let wrong = parse(text).expect_err(text);
            assert!(wrong.contains(place), "{text}: {wrong}");
        }
    }
}
