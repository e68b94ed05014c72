//! What an index says of one chart. Indexes have tens of megabytes, and one of them lists hundreds of charts: only the lines about the one that
//! is asked for are parsed, where the index is written as Helm writes it.

use seatrial_model::{Level, Node, Sources};
use seatrial_yaml::{Dialect, parse};

/// A version of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) version: String,
    pub(crate) urls: Vec<String>,
    /// Of the archive, with or without `sha256:`.
    pub(crate) digest: Option<String>,
}

/// The versions of a chart; `None` where the index does not have it.
///
/// # Errors
/// A clause: why the index cannot be read.
pub(crate) fn entries(index: &str, name: &str) -> Result<Option<Vec<Entry>>, String> {
    // Lines that mean nothing by themselves may use an anchor that is set elsewhere: then the whole says.
    if let Found::Lines(lines) = lines_about(index, name)
        && let Ok(Some(list)) = read(lines, |root| root.get(name).cloned())
    {
        return Ok(Some(versions(&list)));
    }
    let Some(all) = read(index, |root| root.get("entries").cloned())? else {
        return Err("it has no `entries`".to_owned());
    };
    Ok(all.get(name).map(versions))
}

fn read(text: &str, pick: impl Fn(&Node) -> Option<Node>) -> Result<Option<Node>, String> {
    let sources = Sources::new();
    let file = sources.add("index.yaml", text.to_owned());
    let parsed = parse(&file, Dialect::Kubectl);
    if let Some(error) = parsed.findings.iter().find(|finding| finding.level == Level::Error) {
        return Err(error.message.clone());
    }
    Ok(parsed.documents.first().and_then(|document| pick(&document.node)))
}

fn versions(list: &Node) -> Vec<Entry> {
    let text = |item: &Node, field: &str| item.get(field).and_then(Node::scalar_text).map(str::to_owned);
    let each = list.items().iter().map(|item| Entry {
        version: text(item, "version").unwrap_or_default(),
        urls: item
            .get("urls")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::scalar_text)
            .map(str::to_owned)
            .collect(),
        digest: text(item, "digest").filter(|digest| !digest.is_empty()),
    });
    each.collect()
}

/// What the lines of an index have of a chart.
#[derive(Debug, PartialEq, Eq)]
enum Found<'a> {
    /// These: its key, and what is below it.
    Lines(&'a str),
    /// It is not written in blocks, or has no such key: the whole must be parsed to tell.
    Unknown,
}

fn lines_about<'a>(index: &'a str, name: &str) -> Found<'a> {
    let start = match index.strip_prefix("entries:\n") {
        Some(_) => "entries:\n".len(),
        None => match index.find("\nentries:\n") {
            Some(at) => at + "\nentries:\n".len(),
            None => return Found::Unknown,
        },
    };
    let Some(below) = index.get(start..) else { return Found::Unknown };
    let indent = below.len() - below.trim_start_matches(' ').len();
    let (mut from, mut at) = (None, 0);
    for line in below.split_inclusive('\n') {
        let own = line.len() - line.trim_start_matches(' ').len();
        let text = line.trim();
        // Items of a list may be as far to the left as their key.
        let is_next =
            !text.is_empty() && !text.starts_with('#') && (own < indent || (own == indent && !text.starts_with('-')));
        if is_next {
            if let Some(from) = from {
                return below.get(from..at).map_or(Found::Unknown, Found::Lines);
            }
            if own < indent {
                return Found::Unknown;
            }
            if text.strip_suffix(':').map(|key| key.trim_matches(['"', '\''])) == Some(name) {
                from = Some(at);
            }
        }
        at += line.len();
    }
    from.and_then(|from| below.get(from..)).map_or(Found::Unknown, Found::Lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCKS: &str = "apiVersion: v1\nentries:\n  api:\n  - version: 9.0.0\n  # a remark\n  \"web\":\n  - apiVersion: v2\n    urls:\n    - web-1.2.0.tgz\n    version: 1.2.0\n  - version: 1.1.0\n    digest: abc\n\n  worker:\n    - version: 3.0.0\ngenerated: \"2026\"\n";

    fn versions_of(index: &str, name: &str) -> Result<Option<Vec<String>>, String> {
        Ok(entries(index, name)?.map(|all| all.into_iter().map(|entry| entry.version).collect()))
    }

    fn some(versions: &[&str]) -> Result<Option<Vec<String>>, String> {
        Ok(Some(versions.iter().map(|version| (*version).to_owned()).collect()))
    }

    #[test]
    fn only_the_lines_about_the_chart_are_parsed() {
        assert_eq!(versions_of(BLOCKS, "web"), some(&["1.2.0", "1.1.0"]));
        assert_eq!(versions_of(BLOCKS, "api"), some(&["9.0.0"]));
        assert_eq!(versions_of(BLOCKS, "worker"), some(&["3.0.0"]));
        assert_eq!(versions_of(BLOCKS, "nothing"), Ok(None));
        let all = entries(BLOCKS, "web").expect("read").expect("is there");
        assert_eq!(
            (all[0].urls.as_slice(), all[1].digest.as_deref()),
            (&["web-1.2.0.tgz".to_owned()][..], Some("abc"))
        );
        // What is wrong elsewhere is not looked at.
        let broken = BLOCKS.replace("9.0.0", "[");
        assert_eq!(versions_of(&broken, "web"), some(&["1.2.0", "1.1.0"]));
        assert!(versions_of(&broken, "api").is_err());
        assert!(versions_of(&broken, "nothing").is_err());
    }

    #[test]
    fn an_index_in_another_style_is_parsed_whole() {
        for index in [
            "entries: {web: [{version: 1.0.0, urls: [a]}]}\n",
            "{\"entries\": {\"web\": [{\"version\": \"1.0.0\"}]}}",
            "entries: # all\n  web:\n  - version: 1.0.0\n",
            "entries:\r\n  web:\r\n  - version: 1.0.0\r\n",
            "entries:\n  ? web\n  : - version: 1.0.0\n",
            "entries:\n  web: &a\n  - version: 1.0.0\n",
            "urls: &u [a]\nentries:\n  web:\n  - version: 1.0.0\n    urls: *u\n",
        ] {
            assert_eq!(versions_of(index, "web"), some(&["1.0.0"]), "{index}");
        }
        assert_eq!(versions_of("entries: {}\n", "web"), Ok(None));
        assert_eq!(versions_of("a: b\n", "web"), Err("it has no `entries`".to_owned()));
        assert_eq!(versions_of("", "web"), Err("it has no `entries`".to_owned()));
    }
}
