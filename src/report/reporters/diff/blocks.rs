//! Environments in groups that change alike: what is the same in dev, test and prod is told once, with the lines that set it in each.

use std::collections::HashMap;

use seatrial_model::{
    Action, EnvironmentReport, ObjectId, Report, ReportedDiff, ReportedDifference, ReportedFinding, ReportedObjectDiff,
    ReportedValue, SourceLine,
};

/// Environments that change alike, and how.
pub(crate) struct Block<'a> {
    members: Vec<Member<'a>>,
    /// What the change may destroy there, by the object.
    dangers: HashMap<Option<&'a ObjectId>, Vec<&'a ReportedFinding>>,
}

/// One environment of a block.
struct Member<'a> {
    name: &'a str,
    diff: &'a ReportedDiff,
}

/// One object of a block.
#[derive(Clone, Copy)]
pub(crate) struct BlockObject<'a> {
    block: &'a Block<'a>,
    at: usize,
    /// As the first environment has it.
    pub(crate) first: &'a ReportedObjectDiff,
}

/// The lines that set a value, each with the environments where it does.
pub(crate) struct Lines<'a> {
    pub(crate) all: Vec<(Vec<&'a str>, &'a SourceLine)>,
    /// Whether they are lines of the base.
    pub(crate) is_base: bool,
}

impl<'a> Block<'a> {
    pub(crate) fn environments(&self) -> Vec<&'a str> {
        self.members.iter().map(|member| member.name).collect()
    }

    /// Why it is not known what changes, as a clause.
    pub(crate) fn not_compared(&self) -> Option<&str> {
        self.members.first().and_then(|member| member.diff.not_compared.as_deref())
    }

    pub(crate) fn has_dangers(&self) -> bool {
        !self.dangers.is_empty()
    }

    /// `1 changed, 6 unchanged`; how many are unchanged is left out where that is not the same number everywhere.
    pub(crate) fn summary(&self) -> String {
        let Some(first) = self.members.first() else { return String::new() };
        let are_equal = self.members.iter().all(|member| member.diff.unchanged == first.diff.unchanged);
        if are_equal { first.diff.summary() } else { format!("{} in each", first.diff.changes()) }
    }

    /// Its objects, those with a danger first.
    pub(crate) fn objects(&'a self) -> Vec<BlockObject<'a>> {
        let objects = self.members.first().map_or(&[][..], |member| &member.diff.objects);
        let all = objects.iter().enumerate().map(|(at, first)| BlockObject { block: self, at, first });
        let (mut dangerous, rest): (Vec<_>, Vec<_>) = all.partition(|object| !object.dangers().is_empty());
        dangerous.extend(rest);
        dangerous
    }
}

impl<'a> BlockObject<'a> {
    /// `Deployment shop/web`; without the namespace where that is another one in each environment.
    pub(crate) fn name(self) -> String {
        let namespace = &self.first.object.namespace;
        let is_alike = self.others().all(|object| object.object.namespace == *namespace);
        match is_alike {
            true => self.first.object.to_string(),
            false => ObjectId { namespace: None, ..self.first.object.clone() }.to_string(),
        }
    }

    /// What the change may destroy of it.
    pub(crate) fn dangers(self) -> &'a [&'a ReportedFinding] {
        self.block.dangers.get(&Some(&self.first.object)).map_or(&[], Vec::as_slice)
    }

    /// Where its document begins.
    pub(crate) fn lines(self) -> Lines<'a> {
        let is_base = self.first.action == Action::Deleted;
        Lines { all: self.each(|object| object.line.as_ref()), is_base }
    }

    /// What differs in it, with the lines.
    pub(crate) fn differences(self) -> impl Iterator<Item = (&'a ReportedDifference, Lines<'a>)> {
        self.first.differences.iter().enumerate().map(move |(at, first)| {
            let line_of = |value: &'a Option<ReportedValue>| value.as_ref().and_then(|value| value.line.as_ref());
            let is_base = first.after.is_none();
            let all = self.each(|object| {
                let difference = object.differences.get(at)?;
                if is_base { line_of(&difference.before) } else { line_of(&difference.after) }
            });
            (first, Lines { all, is_base })
        })
    }

    fn others(self) -> impl Iterator<Item = &'a ReportedObjectDiff> {
        self.block.members.iter().filter_map(move |member| member.diff.objects.get(self.at))
    }

    /// The lines of all environments, equal ones once.
    fn each(
        self,
        line: impl Fn(&'a ReportedObjectDiff) -> Option<&'a SourceLine>,
    ) -> Vec<(Vec<&'a str>, &'a SourceLine)> {
        let mut all: Vec<(Vec<&str>, &SourceLine)> = Vec::new();
        for (member, object) in self.block.members.iter().zip(self.others()) {
            let Some(line) = line(object) else { continue };
            match all.iter_mut().find(|(_, known)| *known == line) {
                Some((names, _)) => names.push(member.name),
                None => all.push((vec![member.name], line)),
            }
        }
        all
    }
}

/// The environments that change, or could not be compared, in groups; those with a danger first, then in the order of the report.
pub(crate) fn blocks(report: &Report) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for environment in &report.environments {
        let Some(diff) = environment.diff.as_ref().filter(|diff| !diff.is_empty()) else { continue };
        let member = Member { name: &environment.name, diff };
        let dangers = dangers(report, environment);
        let is_like = |block: &&mut Block<'_>| {
            block.members.first().is_some_and(|first| is_alike(first.diff, diff)) && block.dangers == dangers
        };
        match blocks.iter_mut().find(is_like) {
            Some(block) => block.members.push(member),
            None => blocks.push(Block { members: vec![member], dangers }),
        }
    }
    blocks.sort_by_key(|block| block.dangers.is_empty());
    blocks
}

/// The environments that render what their base does.
pub(crate) fn unchanged(report: &Report) -> Vec<&EnvironmentReport> {
    report.environments.iter().filter(|e| e.diff.as_ref().is_some_and(ReportedDiff::is_empty)).collect()
}

/// Whether not all of an environment was rendered.
pub(crate) fn is_partial(environment: &EnvironmentReport) -> bool {
    environment.diff.as_ref().is_some_and(|diff| diff.is_partial)
}

fn dangers<'a>(
    report: &'a Report,
    environment: &EnvironmentReport,
) -> HashMap<Option<&'a ObjectId>, Vec<&'a ReportedFinding>> {
    let mut dangers: HashMap<_, Vec<_>> = HashMap::new();
    for finding in report.findings.iter().filter(|f| f.is_danger && f.environments.contains(&environment.name)) {
        dangers.entry(finding.object.as_ref()).or_default().push(finding);
    }
    dangers
}

/// Whether two environments change alike, in whatever namespace and by whichever lines.
fn is_alike(one: &ReportedDiff, other: &ReportedDiff) -> bool {
    let are_alike = |one: &[ReportedObjectDiff], other: &[ReportedObjectDiff]| {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_object_alike(one, other))
    };
    one.not_compared == other.not_compared && are_alike(&one.objects, &other.objects)
}

fn is_object_alike(one: &ReportedObjectDiff, other: &ReportedObjectDiff) -> bool {
    let facts = |object: &ReportedObjectDiff| (object.action, object.left_out, object.is_positional);
    let (id, other_id) = (&one.object, &other.object);
    facts(one) == facts(other)
        && (&id.group, &id.kind, &id.name) == (&other_id.group, &other_id.kind, &other_id.name)
        && (&one.was, &one.because) == (&other.was, &other.because)
        && one.differences.len() == other.differences.len()
        && one.differences.iter().zip(&other.differences).all(|(one, other)| is_difference_alike(one, other))
}

fn is_difference_alike(one: &ReportedDifference, other: &ReportedDifference) -> bool {
    fn text(value: Option<&ReportedValue>) -> Option<&str> {
        value.map(|value| value.text.as_str())
    }
    one.path == other.path
        && one.lines == other.lines
        && one.note == other.note
        && text(one.before.as_ref()) == text(other.before.as_ref())
        && text(one.after.as_ref()) == text(other.after.as_ref())
}
