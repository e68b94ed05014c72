//! Files that several readers ask for are parsed once.

use std::sync::Arc;

use seatrial_model::{FileId, OnceMap, SourceFile};

use crate::read::document::Parsed;
use crate::read::parse::parse;
use crate::scalars::typing::Dialect;

/// Remembers what files hold, by file and dialect; may be used by many threads.
#[derive(Debug, Default)]
pub struct ParsedFiles {
    parsed: OnceMap<(FileId, Dialect), Arc<Parsed>>,
}

impl ParsedFiles {
    /// What a file holds.
    pub fn get(&self, file: &Arc<SourceFile>, dialect: Dialect) -> Arc<Parsed> {
        self.parsed.get(&(file.id(), dialect), || Arc::new(parse(file, dialect)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seatrial_model::Sources;

    #[test]
    fn a_file_is_parsed_once_in_each_dialect() {
        let (files, sources) = (ParsedFiles::default(), Sources::new());
        let (one, other) = (sources.add("a.yaml", "a: yes\n".to_owned()), sources.add("a.yaml", "a: 1\n".to_owned()));
        let first = files.get(&one, Dialect::Kubectl);
        assert!(Arc::ptr_eq(&first, &files.get(&one, Dialect::Kubectl)));
        assert!(!Arc::ptr_eq(&first, &files.get(&one, Dialect::Kustomize)));
        assert!(!Arc::ptr_eq(&first, &files.get(&other, Dialect::Kubectl)));
    }
}
