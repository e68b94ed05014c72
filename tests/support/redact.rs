//! What differs from run to run is replaced before texts are compared: durations, ports, generated names, instants.

use regex::Regex;

/// The text without what differs from run to run.
pub(crate) fn redacted(text: &str) -> String {
    let rules = [
        // Which events there are depends on how fast things go.
        (r"(?m)(^[ |]*(Normal|Warning) \S+ [a-z]+/\S+: .*\n)+", "<events>\n"),
        (r"ErrImagePull|ImagePullBackOff", "<image pull error>"),
        (r"restarted \d+ times?", "restarted <times>"),
        (r"\b\d+ min \d+ s\b|\b\d+(\.\d+)? (ms|s)\b", "<time>"),
        // The table tells how long a deployment took when that was more than a second.
        (r"(?m)^(\| Deploy \|.*?), <time> \|", "$1 |"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
        (r"\b(web|api|migrate)-[a-z0-9]{5,10}-[a-z0-9]{5}\b", "$1-<pod>"),
        // Which one it is depends on how fast things go, too.
        (r"(-<pod>, )(Error|CrashLoopBackOff)\b", "$1<crash>"),
        (r"\b(web|api)-[bcdfghjklmnpqrstvwxz2456789]{9,10}(: Created|: Scaled| from|\b)", "$1-<replica set>$2"),
        (r"\bmigrate-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "migrate-<pod>"),
        (r"\b\d+ attempts?\b", "<attempts>"),
        (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [^|\n]* GMT\b", "<instant>"),
        (r"\b\d{4}-\d\d-\d\dT[0-9:.]+Z", "<instant>"),
    ];
    rules.iter().fold(text.to_owned(), |text, (pattern, with)| {
        Regex::new(pattern).expect("valid").replace_all(&text, *with).into_owned()
    })
}
