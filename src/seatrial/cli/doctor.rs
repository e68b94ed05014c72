//! What stands below the flags of `doctor`.

pub(super) const WORDS: &str = "\
Run it in the job that runs Seatrial. It writes nothing, anywhere.

Exit codes: 0 all that is asked for works, 1 something does not,
2 wrong command line or configuration, 3 something could not be asked.";
