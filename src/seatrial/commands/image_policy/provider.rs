//! An input provider, simulated over a list of tags: which ones it takes, why not the others, and whether it would ask for them at a time.

use std::fmt::Write as _;

use jiff::Timestamp;
use seatrial_flux::input_provider::ProviderObject;
use seatrial_flux::schedule::Schedules;
use seatrial_flux::tag_filter::{LeftOut, TagFilterSpec, Taken, take};
use seatrial_model::{EXIT_FAILED, counted, shown_on_one_line};
use serde_json::{Value, json};

use super::tags;
use crate::cli::{DecisionFormat, PolicyArgs};
use crate::commands::write_out;
use crate::context::session::Session;
use crate::process::stop::Stop;
use crate::process::streams::Written;

/// How many tags of each list are shown, unless all are.
const SHOWN: usize = 8;

/// The command, for a provider.
pub(super) fn simulate(args: &PolicyArgs, session: &Session, object: &ProviderObject) -> Result<u8, Stop> {
    let tags = tags::read(args.tags.as_deref(), session)?;
    // What is wrong with the filter has been told at its lines.
    let taken = take(&object.filter, &tags).map_err(|(field, why)| Stop::Usage(format!("in `{field}`, {why}")))?;
    let opening = args.at.map(|at| Opening::of(&object.schedules, at.as_second()));
    let shown = match args.output {
        DecisionFormat::Text => text(&object.filter, &taken, tags.len(), opening.as_ref(), args.verbose),
        DecisionFormat::Json => json(&object.filter, &taken, opening.as_ref()),
    };
    let shown = session.masked(&shown);
    let passed = write_out(match args.output {
        DecisionFormat::Text => Written::Text(&shown),
        DecisionFormat::Json => Written::Json(&shown),
    })?;
    Ok(if taken.tags.is_empty() { EXIT_FAILED } else { passed })
}

/// Whether it would ask at a time, and what follows.
struct Opening {
    is_open: bool,
    until: Option<String>,
    next: Option<String>,
}

impl Opening {
    fn of(schedules: &Schedules, now: i64) -> Opening {
        let shown = |time: i64| Timestamp::from_second(time).ok().map(|time| time.to_string());
        Opening {
            is_open: schedules.is_open(now),
            until: schedules.open_until(now).and_then(shown),
            next: schedules.next(now).and_then(shown),
        }
    }

    fn sentence(&self) -> String {
        let next = self.next.as_ref().map(|next| format!("; the next schedule is due at {next}")).unwrap_or_default();
        match (&self.until, self.is_open) {
            (Some(until), _) => format!("at that time it asks for tags, until {until}{next}"),
            (None, true) => format!("at that time it asks for tags{next}"),
            (None, false) => format!("at that time it does not ask for tags{next}"),
        }
    }
}

fn text(filter: &TagFilterSpec, taken: &Taken, tags: usize, opening: Option<&Opening>, all: bool) -> String {
    let most = if all { usize::MAX } else { SHOWN };
    let how = match filter.semver.as_str() {
        "" => "from the end of the alphabet".to_owned(),
        range => format!("the highest versions in the range `{range}`"),
    };
    let number = taken.tags.len();
    let verb = if number == 1 { "is" } else { "are" };
    let head = match number {
        0 => format!("no tag of {} is taken", counted(tags, "tag")),
        _ => format!("{} of {tags} {verb} taken, {how}", counted(number, "tag")),
    };
    let mut out = format!("{}\n", shown_on_one_line(&head));
    if let Some(opening) = opening {
        let _ = writeln!(out, "  {}", opening.sentence());
    }
    for tag in taken.tags.iter().take(most) {
        let _ = writeln!(out, "  {}", shown_on_one_line(tag));
    }
    out.push_str(&more(number, most));
    if !taken.others.is_empty() {
        out.push_str("\nNot taken:\n");
    }
    let width = taken.others.iter().take(most).map(|(tag, _)| tag.chars().count().min(40)).max().unwrap_or_default();
    for (tag, why) in taken.others.iter().take(most) {
        let line = format!("{tag:width$}  {}", clause(*why, filter));
        let _ = writeln!(out, "  {}", shown_on_one_line(&line));
    }
    out.push_str(&more(taken.others.len(), most));
    out
}

fn more(number: usize, most: usize) -> String {
    match number.checked_sub(most) {
        Some(more) if more > 0 => format!("  and {more} more (-v lists them)\n"),
        _ => String::new(),
    }
}

/// Why a tag is not taken.
fn clause(why: LeftOut, filter: &TagFilterSpec) -> String {
    match why {
        LeftOut::NotIncluded => format!("does not match `{}`", filter.include),
        LeftOut::Excluded => format!("matches `{}`, which is excluded", filter.exclude),
        LeftOut::NotAVersion => "is not a version with three numbers".to_owned(),
        LeftOut::OutsideRange => format!("is not in the range `{}`", filter.semver),
        LeftOut::PreRelease => format!("is a pre-release, and the range `{}` has none", filter.semver),
        LeftOut::OverLimit => "is behind enough others: `limit` is reached".to_owned(),
    }
}

fn json(filter: &TagFilterSpec, taken: &Taken, opening: Option<&Opening>) -> String {
    let reason = |why: LeftOut| match why {
        LeftOut::NotIncluded => "not-included",
        LeftOut::Excluded => "excluded",
        LeftOut::NotAVersion => "not-a-version",
        LeftOut::OutsideRange => "outside-range",
        LeftOut::PreRelease => "pre-release",
        LeftOut::OverLimit => "over-limit",
    };
    let others = taken
        .others
        .iter()
        .map(|(tag, why)| json!({ "tag": tag, "reason": reason(*why), "message": clause(*why, filter) }));
    let mut value = json!({ "taken": taken.tags, "others": others.collect::<Vec<Value>>() });
    if let (Some(opening), Some(fields)) = (opening, value.as_object_mut()) {
        let schedule = json!({ "open": opening.is_open, "until": opening.until, "next": opening.next });
        fields.insert("schedule".to_owned(), schedule);
    }
    format!("{value:#}\n")
}
