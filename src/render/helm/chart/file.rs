//! One file of a chart, read when somebody asks for it.

use std::sync::{Arc, OnceLock};

use seatrial_model::{BelongsTo, Encoding, SourceFile, Sources, Span};
use seatrial_tree::{ReadError, Tree};

/// The mark that editors on Windows put at the start of a text; Helm takes it away.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A file of a chart. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ChartFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    place: Place,
    bytes: OnceLock<Result<Arc<[u8]>, ReadError>>,
    text: OnceLock<Result<Arc<SourceFile>, ReadError>>,
}

/// Where its content is.
#[derive(Debug)]
enum Place {
    Tree { tree: Tree, path: String },
    Archive { sources: Arc<Sources>, belongs_to: BelongsTo, path: String },
}

impl ChartFile {
    /// A file of a directory.
    pub(crate) fn of_tree(name: String, tree: &Tree, path: String) -> ChartFile {
        ChartFile::new(name, Place::Tree { tree: tree.clone(), path }, OnceLock::new())
    }

    /// A file of an archive.
    pub(crate) fn of_archive(name: String, bytes: Arc<[u8]>, sources: &Arc<Sources>, of: &BelongsTo) -> ChartFile {
        let place = Place::Archive { sources: Arc::clone(sources), belongs_to: of.clone(), path: name.clone() };
        ChartFile::new(name, place, OnceLock::from(Ok(bytes)))
    }

    fn new(name: String, place: Place, bytes: OnceLock<Result<Arc<[u8]>, ReadError>>) -> ChartFile {
        ChartFile(Arc::new(Inner { name, place, bytes, text: OnceLock::new() }))
    }

    /// The same file under another name: that which it has in a chart within this one.
    pub(crate) fn renamed(&self, name: &str) -> ChartFile {
        let place = match &self.0.place {
            Place::Tree { tree, path } => Place::Tree { tree: tree.clone(), path: path.clone() },
            Place::Archive { sources, belongs_to, path } => {
                Place::Archive { sources: Arc::clone(sources), belongs_to: belongs_to.clone(), path: path.clone() }
            }
        };
        ChartFile::new(name.to_owned(), place, self.0.bytes.clone())
    }

    /// Its path in the chart, forward slashes.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its bytes, without a byte order mark.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn bytes(&self) -> Result<Arc<[u8]>, ReadError> {
        let read = || match &self.0.place {
            Place::Tree { tree, path } => tree.read_bytes(path).map(without_mark),
            Place::Archive { .. } => Err(ReadError::NotFound),
        };
        self.0.bytes.get_or_init(read).clone()
    }

    /// It as a text, entered into the table of sources once.
    ///
    /// # Errors
    /// It cannot be read, or is not text.
    pub fn text(&self) -> Result<Arc<SourceFile>, ReadError> {
        let read = || match &self.0.place {
            Place::Tree { tree, path } => tree.read(path),
            Place::Archive { sources, belongs_to, path } => {
                let text = String::from_utf8(self.bytes()?.to_vec()).map_err(|_| ReadError::NotText)?;
                Ok(sources.add_of(belongs_to, path, text, Encoding::Utf8))
            }
        };
        self.0.text.get_or_init(read).clone()
    }

    /// Its first byte, or a stand-in where it cannot be read.
    #[must_use]
    pub fn start(&self) -> Span {
        match (self.text(), &self.0.place) {
            (Ok(file), _) => Span::start_of(file.id()),
            (Err(_), Place::Tree { tree, path }) => tree.stand_in(path),
            (Err(_), Place::Archive { sources, belongs_to, path }) => {
                Span::start_of(sources.add_of(belongs_to, path, String::new(), Encoding::Utf8).id())
            }
        }
    }

    /// The table that it is entered into.
    pub(crate) fn sources(&self) -> &Arc<Sources> {
        match &self.0.place {
            Place::Tree { tree, .. } => tree.sources(),
            Place::Archive { sources, .. } => sources,
        }
    }
}

/// The text of a file as Helm reads it: without a byte order mark.
pub(crate) fn readable(file: &SourceFile) -> &str {
    file.text().trim_start_matches('\u{feff}')
}

fn without_mark(bytes: Arc<[u8]>) -> Arc<[u8]> {
    match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => rest.into(),
        None => bytes,
    }
}
