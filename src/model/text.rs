//! A piece of text that shares its memory: a range of a source file, or an owned string.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use crate::SourceFile;

/// Cheap to clone; dereferences to `str`.
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    Slice { file: Arc<SourceFile>, start: u32, end: u32 },
    Owned(Arc<str>),
    Static(&'static str),
}

impl Text {
    /// A byte range of a file; an out-of-range or split-character range is an empty text.
    #[must_use]
    pub fn slice(file: &Arc<SourceFile>, start: usize, end: usize) -> Text {
        match (u32::try_from(start), u32::try_from(end)) {
            (Ok(start32), Ok(end32)) if file.text().get(start..end).is_some() => {
                Text(Repr::Slice { file: Arc::clone(file), start: start32, end: end32 })
            }
            _ => Text(Repr::Static("")),
        }
    }

    /// A text of the program itself.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Text {
        Text(Repr::Static(text))
    }

    /// Length in bytes.
    #[inline]
    fn length(&self) -> usize {
        match &self.0 {
            Repr::Slice { start, end, .. } => (end - start) as usize,
            Repr::Owned(text) => text.len(),
            Repr::Static(text) => text.len(),
        }
    }

    /// Its bytes; where they begin and end is not looked at once more.
    #[inline]
    fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Slice { file, start, end } => &file.text().as_bytes()[*start as usize..*end as usize],
            Repr::Owned(text) => text.as_bytes(),
            Repr::Static(text) => text.as_bytes(),
        }
    }

    /// Whether both are the very same bytes in memory.
    pub(crate) fn is_same(&self, other: &Text) -> bool {
        std::ptr::eq(self.as_bytes(), other.as_bytes())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Slice { file, start, end } => &file.text()[*start as usize..*end as usize],
            Repr::Owned(text) => text,
            Repr::Static(text) => text,
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(Repr::Owned(text.into()))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(Repr::Owned(text.into()))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        *self == *other.as_str()
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq<str> for Text {
    #[inline]
    fn eq(&self, other: &str) -> bool {
        // Keys are looked up by comparing all of them, and most have another length or begin with another letter.
        if self.length() != other.len() {
            return false;
        }
        let (own, other) = (self.as_bytes(), other.as_bytes());
        own.first() == other.first() && own == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
