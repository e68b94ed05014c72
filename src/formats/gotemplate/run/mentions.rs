//! Which names templates mention, whether or not what mentions them is executed: for whoever wants to know that a value is never read.

use std::sync::Arc;

use crate::syntax::node::{Block, Call, Command, Extent, Node, Operand, OperandKind, Pipe, Range, Source, Tree, names};
use crate::syntax::walk::{for_each_operand, uses_dot};
use crate::texts::quick::QuickSet;
use crate::values::templates::Templates;

/// What templates mention.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    /// Fields, and the words in constants.
    pub named: Names,
    /// Fields whose value is used as a whole: printed, given to a function or a template, ranged over. What is in it may be read without being
    /// named.
    pub whole: Names,
}

/// A set of names.
#[derive(Clone, Debug, Default)]
pub struct Names(QuickSet<Box<str>>);

impl Names {
    /// Whether the name is one of them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Most names come again and again: only a new one is copied.
    fn add(&mut self, name: &str) {
        if !self.contains(name) {
            self.0.insert(name.into());
        }
    }
}

/// Functions that only look whether something is there, or what it is.
const LOOKS: [&str; 17] = [
    "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "empty", "hasKey", "kindIs", "kindOf", "typeIs", "typeOf",
    "default", "coalesce",
];

/// Functions that take one entry out of their first argument.
const PICKS: [&str; 3] = ["index", "get", "hasKey"];

/// Functions that only hand on all that the template was given (`.` or `$`), without reading it.
const HANDS_ON: [&str; 5] = ["include", "tpl", "dict", "list", "template"];

/// The field of the values of a chart.
const VALUES: &str = "Values";

impl Templates {
    /// What the templates mention. `is_entry` says which of them are executed by themselves: a template that none of those leads to may name
    /// values, but never uses one.
    #[must_use]
    pub fn mentions(&self, is_entry: impl Fn(&str) -> bool) -> Mentions {
        let mut mentions = Mentions::default();
        for tree in self.trees.values() {
            mentions.named_in(tree);
        }
        let mut reached: QuickSet<&str> = QuickSet::default();
        let mut open: Vec<&Arc<Tree>> = self.trees.values().filter(|tree| is_entry(&tree.name)).collect();
        while let Some(tree) = open.pop() {
            if !reached.insert(&tree.name) {
                continue;
            }
            let mut scan = Scan::of(tree, &mut mentions.whole);
            scan.block(tree.root);
            match scan.calls_any {
                true => open.extend(self.trees.values()),
                false => open.extend(scan.calls.iter().filter_map(|name| self.trees.get(*name))),
            }
        }
        mentions
    }
}

impl Mentions {
    /// Notes all names in a tree.
    fn named_in(&mut self, tree: &Tree) {
        let source = &*tree.source;
        for_each_operand(&source.arena, tree.root, &mut |operand| match operand.kind {
            OperandKind::Field(fields) | OperandKind::Variable { fields, .. } | OperandKind::Chain { fields, .. } => {
                names(source.word(fields)).for_each(|name| self.named.add(name));
            }
            _ => {
                let Some(text) = source.constant(operand) else { return };
                self.named.add(text);
                words(text).for_each(|word| self.named.add(word));
            }
        });
    }
}

/// Words of a text, as names have them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).filter(|word| !word.is_empty())
}

/// The search for what a tree uses as a whole, and for the templates that it calls.
struct Scan<'t, 'm> {
    source: &'t Source,
    whole: &'m mut Names,
    /// Templates that are called.
    calls: Vec<&'t str>,
    calls_any: bool,
    /// Variables that are used as a whole.
    variables: QuickSet<&'t str>,
    /// How many `with` and `range` there are around.
    inner_dots: u32,
}

impl<'t, 'm> Scan<'t, 'm> {
    fn of(tree: &'t Tree, whole: &'m mut Names) -> Self {
        let source = &*tree.source;
        let mut variables = QuickSet::default();
        if source.arena.declares() {
            for_each_operand(&source.arena, tree.root, &mut |operand| match operand.kind {
                OperandKind::Variable { name, fields } if fields.is_empty() => {
                    variables.insert(source.word(name));
                }
                _ => {}
            });
        }
        Self { source, whole, calls: Vec::new(), calls_any: false, variables, inner_dots: 0 }
    }

    fn arguments(&self, command: &Command) -> &'t [Operand] {
        &self.source.arena.operands[command.arguments]
    }

    fn commands(&self, pipe: &Pipe) -> &'t [Command] {
        &self.source.arena.commands[pipe.commands]
    }

    fn block(&mut self, block: Block) {
        let arena = &self.source.arena;
        for node in &arena.nodes[block] {
            match node {
                Node::Text(_) | Node::Break | Node::Continue => {}
                Node::Action { pipe, .. } => self.pipe(pipe, self.is_kept(pipe)),
                Node::Branch(branch) => {
                    let branch = &arena.branches[*branch];
                    for arm in &arena.arms[branch.arms] {
                        let looks_only = match branch.is_with {
                            true => !uses_dot(arena, arm.body),
                            false => true,
                        };
                        self.pipe(&arm.pipe, looks_only && self.declares_parts_only(&arm.pipe));
                        self.inner_dots += u32::from(branch.is_with);
                        self.block(arm.body);
                        self.inner_dots -= u32::from(branch.is_with);
                    }
                    branch.otherwise.into_iter().for_each(|block| self.block(block));
                }
                Node::Range(range) => self.range(&arena.ranges[*range]),
                Node::Template(call) => self.template(&arena.calls[*call]),
            }
        }
    }

    fn range(&mut self, range: &Range) {
        let mut operands = self.commands(&range.pipe).iter().flat_map(|command| self.arguments(command));
        if operands.any(|operand| self.is_all(operand)) {
            self.whole.add(VALUES);
        }
        self.pipe(&range.pipe, false);
        self.inner_dots += 1;
        self.block(range.body);
        self.inner_dots -= 1;
        range.otherwise.into_iter().for_each(|block| self.block(block));
    }

    /// Whether it may be all that the template was given.
    fn is_all(&self, operand: &Operand) -> bool {
        match operand.kind {
            OperandKind::Dot => self.inner_dots == 0,
            OperandKind::Variable { name, fields } => fields.is_empty() && self.source.word(name) == "$",
            _ => false,
        }
    }

    fn template(&mut self, call: &'t Call) {
        self.calls.push(&call.name);
        call.pipe.iter().for_each(|pipe| self.pipe(pipe, false));
    }

    /// Whether a pipeline only keeps its value in a variable of which nothing but parts are used.
    fn is_kept(&self, pipe: &Pipe) -> bool {
        !pipe.declared.is_empty() && !pipe.is_assign && self.declares_parts_only(pipe)
    }

    fn declares_parts_only(&self, pipe: &Pipe) -> bool {
        let declared = &self.source.arena.declared[pipe.declared];
        declared.iter().all(|name| !self.variables.contains(self.source.word(*name)))
    }

    /// A pipeline; `looks_only` where its value is not used as a whole.
    fn pipe(&mut self, pipe: &Pipe, looks_only: bool) {
        let is_alone = pipe.commands.len() == 1;
        for command in self.commands(pipe) {
            self.command(command, looks_only && is_alone);
        }
    }

    fn command(&mut self, command: &Command, looks_only: bool) {
        let Some((first, arguments)) = self.arguments(command).split_first() else { return };
        let OperandKind::Function { name, .. } = first.kind else {
            self.operand(first, looks_only);
            arguments.iter().for_each(|argument| self.operand(argument, false));
            return;
        };
        let name = self.source.word(name);
        if name == "include" {
            match arguments.first().and_then(|argument| self.source.constant(argument)) {
                Some(called) => self.calls.push(called),
                None => self.calls_any = true,
            }
        }
        if !HANDS_ON.contains(&name) && !LOOKS.contains(&name) && arguments.iter().any(|argument| self.is_all(argument))
        {
            self.whole.add(VALUES);
        }
        let picks = PICKS.contains(&name) || (name == "set" && looks_only);
        let is_constant = |operand: &Operand| self.source.constant(operand).is_some();
        if let (true, Some((container, keys))) = (picks, arguments.split_first()) {
            let keys_end = if name == "set" { keys.len().min(1) } else { keys.len() };
            if !keys.is_empty() && keys[..keys_end].iter().all(is_constant) {
                self.operand(container, true);
                keys[keys_end..].iter().for_each(|operand| self.operand(operand, false));
                let last = keys[..keys_end].last().and_then(|key| self.source.constant(key));
                if let (false, Some(last)) = (looks_only, last) {
                    self.whole.add(last);
                }
                return;
            }
        }
        let looks_only = looks_only && LOOKS.contains(&name);
        arguments.iter().for_each(|argument| self.operand(argument, looks_only));
    }

    fn operand(&mut self, operand: &Operand, looks_only: bool) {
        match operand.kind {
            OperandKind::Field(fields) | OperandKind::Variable { fields, .. } => self.ends(fields, looks_only),
            OperandKind::Chain { inner, fields } => {
                self.operand(&self.source.arena.inner[inner], true);
                self.ends(fields, looks_only);
            }
            OperandKind::Pipe(pipe) => self.pipe(&self.source.arena.pipes[pipe], looks_only),
            _ => {}
        }
    }

    fn ends(&mut self, fields: Extent, looks_only: bool) {
        if let Some(last) = names(self.source.word(fields)).next_back().filter(|_| !looks_only) {
            self.whole.add(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentions(texts: &[(&str, &str)]) -> Mentions {
        let functions = ["toYaml", "include", "tpl", "dict", "default", "set", "get", "hasKey"];
        let call = |_: &mut crate::Context<'_>, _: &[crate::Value]| Ok(crate::Value::nil());
        let functions = functions.map(|name| crate::Function::new(name, &[], call));
        let mut templates = Templates::new(&functions);
        texts.iter().for_each(|(name, text)| templates.parse(name, 0, text).expect("a template"));
        templates.mentions(|name| name == "main")
    }

    fn is_whole(text: &str, name: &str) -> bool {
        let mentions = mentions(&[("main", text)]);
        assert!(mentions.named.contains(name), "{text}");
        mentions.whole.contains(name)
    }

    #[test]
    fn what_is_read_part_by_part_is_not_used_as_a_whole() {
        let parts = [
            "{{ .Values.web.port }}",
            "{{ if .Values.web }}{{ .Values.web.port }}{{ end }}",
            "{{ if and .Values.web (not .Values.off) }}a{{ end }}",
            "{{ with .Values.web }}{{ .port }}{{ range .names }}{{ . }}{{ end }}{{ end }}",
            "{{ $web := .Values.web }}{{ $web.port }}",
            "{{ index .Values \"web\" \"port\" }}",
            "{{ get .Values.web \"port\" }}",
            "{{ $_ := set .Values.web \"port\" 1 }}",
            "{{ (.Values.web).port }}",
        ];
        for text in parts {
            assert!(!is_whole(text, "web"), "{text}");
        }
    }

    #[test]
    fn what_may_be_read_without_being_named_is_used_as_a_whole() {
        let wholes = [
            "{{ toYaml .Values.web }}",
            "{{ .Values.web | toYaml }}",
            "{{ range $name, $value := .Values.web }}{{ $name }}{{ end }}",
            "{{ with .Values.web }}{{ toYaml . }}{{ end }}",
            "{{ with .Values.web }}{{ if .on }}{{ toYaml . }}{{ end }}{{ end }}",
            "{{ $web := .Values.web }}{{ toYaml $web }}",
            "{{ include \"a\" .Values.web }}",
            "{{ template \"a\" .Values.web }}",
            "{{ include \"a\" (dict \"it\" .Values.web) }}",
            "{{ index .Values \"web\" }}",
            "{{ index .Values.web .Values.name }}",
            "{{ if include \"a\" .Values.web }}a{{ end }}",
            "{{ toYaml (.Values.web | default .Values.other) }}",
            "{{ define \"a\" }}{{ end }}{{ if false }}{{ toYaml .Values.web }}{{ end }}",
        ];
        for text in wholes {
            assert!(is_whole(text, "web"), "{text}");
        }
    }

    #[test]
    fn a_template_that_nobody_calls_uses_nothing() {
        let helper = ("helper", "{{ define \"a\" }}{{ toYaml .web }}{{ end }}");
        assert!(!mentions(&[helper, ("main", "{{ .Values.web.port }}")]).whole.contains("web"));
        assert!(mentions(&[helper, ("main", "{{ include \"a\" . }}")]).whole.contains("web"));
        assert!(mentions(&[helper, ("main", "{{ include .Values.name . }}")]).whole.contains("web"));
        assert!(mentions(&[helper, ("main", "{{ template \"a\" . }}")]).whole.contains("web"));
    }

    #[test]
    fn who_prints_all_that_there_is_uses_the_values() {
        for text in [
            "{{ toYaml . }}{{ .Values.a }}",
            "{{ with .Values.a }}{{ toYaml $ }}{{ end }}",
            "{{ range . }}{{ end }}{{ .Values.a }}",
        ] {
            assert!(is_whole(text, "Values"), "{text}");
        }
        for text in ["{{ include \"a\" . }}{{ .Values.a }}", "{{ with .Values.a }}{{ toYaml . }}{{ end }}"] {
            assert!(!is_whole(text, "Values"), "{text}");
        }
    }

    #[test]
    fn words_of_constants_are_names() {
        let named = mentions(&[("main", "{{ tpl \"{{ .Values.web-port.name }}\" . }} plain")]).named;
        assert!(named.contains("web-port") && named.contains("name") && !named.contains("plain"));
    }
}
