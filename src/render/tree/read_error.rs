//! Why a path of a tree could not be read.

/// A path could not be read. Lower-case clauses for a finding: `` `a.yaml` {error} ``.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No such file or directory.
    #[error("does not exist")]
    NotFound,
    /// A file was wanted.
    #[error("is a directory")]
    IsDirectory,
    /// A directory was wanted.
    #[error("is not a directory")]
    NotADirectory,
    /// The file is neither UTF-8 nor UTF-16 text.
    #[error("is not text")]
    NotText,
    /// The path, or a symbolic link on it, leads out of the root.
    #[error("leads out of the repository")]
    OutsideRoot,
    /// The file is larger than the limit.
    #[error("is too large ({bytes} bytes, at most {limit})")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// It lies in the repository, and not in what is made of it; a clause says why.
    #[error("is not in the artifact: {0}")]
    LeftOut(String),
    /// The operating system or the object database failed.
    #[error("cannot be read: {0}")]
    Io(String),
}
