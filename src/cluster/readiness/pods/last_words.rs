//! What a program that ended says last, and which part of its manifest it names: an argument, a variable, a mount, a field of the security
//! context. The words are those of C libraries, shells and common runtimes; what names nothing of the manifest is only repeated.

use seatrial_model::{Cause, Subject, edits};
use serde_json::Value;

use crate::live::field::{at, cut_to, is_true, items, text};
use crate::messages::mention::{is_common, is_of_word, mentions};
use crate::pods::container::specified;

/// So many of the last lines are looked at.
const LINES: usize = 60;
/// So much of a line is repeated, in characters.
const LONGEST: usize = 160;
/// Shorter arguments and values are too likely to be part of something else.
const SHORTEST: usize = 4;
/// By so many letters a name differs that was meant to be another.
const TYPOS: usize = 2;

/// What a line says that tells why a program ended, in any case.
const TELLING: [&str; 29] = [
    "fatal",
    "panic",
    "error",
    "exception",
    "failed",
    "failure",
    "cannot",
    "can't",
    "could not",
    "unable to",
    "unrecognized",
    "unknown",
    "invalid",
    "not defined",
    "not set",
    "unset",
    "missing",
    "required",
    "denied",
    "not permitted",
    "forbidden",
    "no such",
    "not found",
    "refused",
    "read-only",
    "in use",
    "bad address",
    "is a directory",
    "not a directory",
];

/// What the last line says in which a name could not be resolved.
const UNRESOLVED: [&str; 9] = [
    "no such host",
    "bad address",
    "name or service not known",
    "could not translate host name",
    "name resolution",
    "unknownhost",
    "enotfound",
    "nodename nor servname",
    "can't resolve",
];

/// Where a pod has the token of its ServiceAccount.
const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// The cause of a crash with the program's own words, and about what they name; `None` where it says nothing that tells.
pub(crate) fn told(cause: &Cause, pod: &Value, log: &str) -> Option<Cause> {
    if cause.exit_code.is_none_or(|code| code == 0) {
        return None;
    }
    let line = telling(log)?;
    let container = cause.container.as_deref().and_then(|name| specified(pod, name));
    let found = container.and_then(|container| named(&Words { line: &line, container, pod }));
    let subject = match (&cause.subject, found) {
        // Only of a program that ran it is not known what is wrong with it.
        (Some(Subject::Container), Some(found)) => Some(found),
        (known, _) => known.clone(),
    };
    Some(Cause { text: format!("{}: {}", cause.text, cut_to(&line, LONGEST)), subject, ..cause.clone() })
}

/// The last line that tells why, before a summary of how the program is used, and without the frames of a stack.
fn telling(log: &str) -> Option<String> {
    let lines: Vec<String> = log.lines().map(plain).collect();
    let usage = lines.iter().rposition(|line| line.to_ascii_lowercase().trim_start().starts_with("usage"));
    let before = lines[..usage.unwrap_or(lines.len())].iter().rev().take(LINES);
    let is_frame = |line: &str| {
        let line = line.trim_start();
        line.starts_with("at ") || line.starts_with("File \"") || line.starts_with("goroutine ")
    };
    let tells = |line: &&String| {
        let lower = line.to_ascii_lowercase();
        !is_frame(line) && TELLING.iter().any(|words| lower.contains(words))
    };
    before.into_iter().find(tells).map(|line| line.trim().to_owned())
}

/// A line without colours and other control characters.
fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                // `ESC [ 31 m`.
                chars.by_ref().find(char::is_ascii_alphabetic);
            }
            '\t' => plain.push(' '),
            c if !c.is_control() => plain.push(c),
            _ => {}
        }
    }
    plain
}

/// A line of a container of a pod.
struct Words<'a> {
    line: &'a str,
    container: &'a Value,
    pod: &'a Value,
}

fn named(words: &Words<'_>) -> Option<Subject> {
    words
        .token()
        .or_else(|| words.argument())
        .or_else(|| words.host())
        .or_else(|| words.variable())
        .or_else(|| words.written())
        .or_else(|| words.mounted())
        .or_else(|| words.missing_variable())
        .or_else(|| words.not_allowed())
        .or_else(|| words.account())
}

impl<'a> Words<'a> {
    fn says(&self, any: &[&str]) -> bool {
        let lower = self.line.to_ascii_lowercase();
        any.iter().any(|words| lower.contains(words))
    }

    /// The token that the pod asks not to be given.
    fn token(&self) -> Option<Subject> {
        let without = at(self.pod, &["spec", "automountServiceAccountToken"]).and_then(Value::as_bool) == Some(false);
        (without && self.line.contains(TOKEN))
            .then(|| Subject::PodField("spec.automountServiceAccountToken".to_owned()))
    }

    /// Its arguments; a script is none. The first of the command is the program, whose name begins its own messages.
    fn words(&self) -> impl Iterator<Item = &'a str> {
        let (command, arguments) = (items(self.container, &["command"]), items(self.container, &["args"]));
        let all = command.iter().skip(1).chain(arguments).filter_map(Value::as_str);
        all.filter(|word| !word.contains(char::is_whitespace))
    }

    /// The longest argument that it names.
    fn argument(&self) -> Option<Subject> {
        let is_named = |argument: &&str| {
            let flag = argument.split('=').next().unwrap_or(argument);
            let long = |word: &str| word.len() >= SHORTEST;
            (long(argument) && mentions(self.line, argument))
                || (flag.starts_with('-') && long(flag) && mentions(self.line, flag))
                // Go's programs name a flag without its dashes.
                || (self.says(&["flag provided but not defined"]) && flag.starts_with('-')
                    && mentions(self.line, &format!("-{}", flag.trim_start_matches('-'))))
        };
        self.words()
            .filter(is_named)
            .max_by_key(|argument| argument.len())
            .map(|found| Subject::Argument(found.to_owned()))
    }

    /// Its variables: name, and value where it is written here.
    fn variables(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        items(self.container, &["env"]).iter().filter_map(|v| Some((text(v, &["name"])?, text(v, &["value"]))))
    }

    /// The variable whose value has the host that was not found.
    fn host(&self) -> Option<Subject> {
        if !self.says(&UNRESOLVED) {
            return None;
        }
        let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        let hosts = || self.line.split(|c| !is_of_host(c)).map(|host| host.trim_matches('.'));
        let has = |value: &str| {
            let mut parts = value.split(|c| !is_of_host(c));
            parts.any(|part| part.len() >= 2 && hosts().any(|host| host == part))
        };
        let found = self.variables().find(|(_, value)| value.is_some_and(has));
        let argument = || self.words().find(|word| has(word)).map(|word| Subject::Argument(word.to_owned()));
        found.map(|(name, _)| Subject::Variable(name.to_owned())).or_else(argument)
    }

    /// The variable that it names, or whose value it repeats.
    fn variable(&self) -> Option<Subject> {
        let is_named = |(name, _): &(&str, Option<&str>)| name.len() >= SHORTEST && mentions(self.line, name);
        let is_repeated = |(_, value): &(&str, Option<&str>)| {
            let telling = |value: &&str| value.len() >= SHORTEST && value.contains(|c: char| !c.is_ascii_digit());
            value.filter(telling).is_some_and(|value| !is_common(value) && mentions(self.line, value))
        };
        let found = self.variables().find(is_named).or_else(|| self.variables().find(is_repeated));
        found.map(|(name, _)| Subject::Variable(name.to_owned()))
    }

    /// What it could not write to: a mount that is read-only, else the image's own files.
    fn written(&self) -> Option<Subject> {
        if !self.says(&["read-only file system", "read only file system", "erofs", "readonlyfilesystem"]) {
            return None;
        }
        if let Some(mount) = self.mount() {
            return Some(Subject::VolumeMount(mount.to_owned()));
        }
        let field = "readOnlyRootFilesystem";
        is_true(self.container, &["securityContext", field]).then(|| Subject::SecurityContext(field.to_owned()))
    }

    /// What it did not find, or may not use, where a volume is mounted.
    fn mounted(&self) -> Option<Subject> {
        let words = [
            "no such file",
            "not found",
            "filenotfound",
            "enoent",
            "is a directory",
            "not a directory",
            "does not exist",
            "permission denied",
            "can't open",
            "cannot open",
        ];
        let named = self.mount().filter(|_| self.says(&words));
        let mount = named.or_else(|| self.only_file().filter(|_| self.says(&["is a directory"])));
        mount.map(|mount| Subject::VolumeMount(mount.to_owned()))
    }

    /// The only mount of a part of a volume: of a part that is not there a kubelet makes an empty directory.
    fn only_file(&self) -> Option<&'a str> {
        let mut parts =
            items(self.container, &["volumeMounts"]).iter().filter(|mount| text(mount, &["subPath"]).is_some());
        let only = parts.next().filter(|_| parts.next().is_none())?;
        text(only, &["mountPath"])
    }

    /// The mount below which the line names a path: the deepest.
    fn mount(&self) -> Option<&'a str> {
        let mounts = items(self.container, &["volumeMounts"]).iter().filter_map(|m| text(m, &["mountPath"]));
        let names = |mount: &&str| {
            let mount = mount.trim_end_matches('/');
            let of = |(at, _): (usize, &str)| {
                let before = self.line[..at].chars().next_back();
                let after = self.line[at + mount.len()..].chars().next();
                before.is_none_or(|c| !is_of_word(c)) && after.is_none_or(|c| c == '/' || !is_of_word(c))
            };
            !mount.is_empty() && self.line.match_indices(mount).any(of)
        };
        // The token of the ServiceAccount is mounted by nobody's manifest.
        mounts.filter(|mount| *mount != TOKEN).filter(names).max_by_key(|mount| mount.len())
    }

    /// A variable that it wants and does not have: the one whose name is nearly that, else all of them.
    fn missing_variable(&self) -> Option<Subject> {
        let is_of_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let names = self.line.split(|c: char| !(is_of_name(c) || c.is_ascii_lowercase()));
        let wanted = names.filter(|n| n.len() >= SHORTEST && n.contains('_') && n.chars().all(is_of_name));
        let known = || self.variables().map(|(name, _)| name);
        let mut wanted = wanted.filter(|name| !known().any(|known| known == *name)).peekable();
        wanted.peek()?;
        let near = wanted.find_map(|name| known().find(|known| edits(name, known) <= TYPOS));
        if let Some(near) = near {
            return Some(Subject::VariableName(near.to_owned()));
        }
        let words =
            ["not set", "unset", "missing", "required", "must be", "undefined", "keyerror", "not found", "empty"];
        self.says(&words).then_some(Subject::Variables)
    }

    /// What its user may not do.
    fn not_allowed(&self) -> Option<Subject> {
        if !self.says(&["not permitted", "permission denied", "eperm", "eacces"]) {
            return None;
        }
        let fields = ["capabilities", "runAsUser", "runAsNonRoot", "runAsGroup", "fsGroup", "readOnlyRootFilesystem"];
        let places = [self.container, at(self.pod, &["spec"])?];
        let set = |field: &&str| places.iter().any(|place| at(place, &["securityContext", field]).is_some());
        fields.into_iter().find(set).map(|field| Subject::SecurityContext(field.to_owned()))
    }

    /// What its ServiceAccount may not do.
    fn account(&self) -> Option<Subject> {
        let account = text(self.pod, &["spec", "serviceAccountName"])?;
        (self.says(&["forbidden"]) && self.line.contains("system:serviceaccount:"))
            .then(|| Subject::ServiceAccount(account.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CRASH: &str = "container `web` crashes with exit code 1";

    fn pod() -> Value {
        let container = json!({
            "name": "web",
            "command": ["serve"],
            "args": ["--listen=:80", "/app/start.sh", "-c", "http://orders:8080/"],
            "env": [
                { "name": "DATABSE_URL", "value": "x" },
                { "name": "QUEUE", "value": "amqp://quee:5672/shop" },
                { "name": "LEVEL", "value": "noisy" },
                { "name": "DB", "value": "$(DB_HOST):5432" },
                { "name": "CURRENCY", "valueFrom": {} },
            ],
            "securityContext": { "readOnlyRootFilesystem": true, "runAsUser": 1000 },
            "volumeMounts": [{ "name": "s", "mountPath": "/etc/app" }, { "name": "d", "mountPath": "/data/" },
                { "name": "s", "mountPath": "/etc/tax.toml", "subPath": "tx.toml" }],
        });
        let spec =
            json!({ "automountServiceAccountToken": false, "serviceAccountName": "shop", "containers": [container] });
        json!({ "metadata": { "name": "web-1" }, "spec": spec })
    }

    fn of(log: &str) -> Option<(Subject, String)> {
        let cause = Cause { container: Some("web".to_owned()), exit_code: Some(1), ..Cause::of_object("Error", CRASH) };
        let cause = told(&cause.about(Subject::Container), &pod(), log)?;
        Some((cause.subject?, cause.text.strip_prefix(CRASH)?.trim_start_matches(": ").to_owned()))
    }

    #[test]
    fn the_last_words_name_a_part_of_the_manifest() {
        let variable = |name: &str| Subject::Variable(name.to_owned());
        let context = |field: &str| Subject::SecurityContext(field.to_owned());
        let argument = |text: &str| Subject::Argument(text.to_owned());
        let mount = |path: &str| Subject::VolumeMount(path.to_owned());
        let table = [
            ("serve: unrecognized option '--listen'", argument("--listen=:80")),
            ("flag provided but not defined: -listen", argument("--listen=:80")),
            ("sh: can't open '/app/start.sh'", argument("/app/start.sh")),
            ("fatal: DATABASE_URL is not set", Subject::VariableName("DATABSE_URL".to_owned())),
            ("KeyError: 'PAYMENT_KEY'", Subject::Variables),
            ("error: CURRENCY must have three letters", variable("CURRENCY")),
            ("error: unknown level noisy.", variable("LEVEL")),
            ("fatal: cannot resolve host $(DB_HOST):5432", variable("DB")),
            ("dial tcp: lookup quee on 10.96.0.10:53: no such host", variable("QUEUE")),
            ("java.net.UnknownHostException: quee", variable("QUEUE")),
            ("wget: bad address 'orders:8080'", argument("http://orders:8080/")),
            ("cat: read error: Is a directory", mount("/etc/tax.toml")),
            ("sh: can't create /var/app.pid: Read-only file system", context("readOnlyRootFilesystem")),
            ("sh: can't create /data/x: Read-only file system", mount("/data/")),
            ("cat: can't open '/etc/app/settings.toml': No such file or directory", mount("/etc/app")),
            ("cat: can't open '/etc/apple': No such file or directory", Subject::Container),
            ("listen tcp :80: bind: permission denied", context("runAsUser")),
            (
                "cat: can't open '/var/run/secrets/kubernetes.io/serviceaccount/token': No such file or directory",
                Subject::PodField("spec.automountServiceAccountToken".to_owned()),
            ),
            (
                "configmaps is forbidden: User \"system:serviceaccount:shop:shop\" cannot list resource \"configmaps\"",
                Subject::ServiceAccount("shop".to_owned()),
            ),
            ("fatal: shop.toml: line 3: unknown key `currancy`", Subject::Container),
        ];
        for (line, subject) in table {
            assert_eq!(of(line), Some((subject, line.to_owned())), "{line}");
        }
    }

    #[test]
    fn the_line_that_tells_is_found_among_others() {
        let table = [
            ("web starts\n\u{1b}[31mfatal: no licence\u{1b}[0m\n\nbye", "fatal: no licence"),
            (
                "serve: invalid option -- 'z'\nUsage: serve [-f]\n  -e  print an error for each request",
                "serve: invalid option -- 'z'",
            ),
            ("panic: nil map\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:12 +0x1d", "panic: nil map"),
            (
                "Exception in thread \"main\" a.B: x\n\tat a.B.c(B.java:1)\nCaused by: a.D: no licence failure\n\tat a.ErrorThrower.e(D.java:2)",
                "Caused by: a.D: no licence failure",
            ),
        ];
        for (log, expected) in table {
            assert_eq!(of(log).map(|(_, line)| line).as_deref(), Some(expected), "{log}");
        }
        assert_eq!(of("web starts\nlistening on :8080"), None);
    }

    #[test]
    fn a_line_of_any_length_is_repeated_in_part() {
        let line = format!("fatal: {}", "ü".repeat(5000));
        let repeated = of(&line).map(|(_, line)| line.chars().count());
        assert_eq!(repeated, Some(LONGEST + 1));
    }
}
