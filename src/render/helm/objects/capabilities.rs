//! `.Capabilities`: the version of the cluster, what it serves, and the version of Helm.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use seatrial_gotemplate::{Function, Marks, Object, ObjectKind, Type, Value};

use crate::major::Major;

/// `*common.Capabilities`
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// The Helm that shows it.
    pub of: Major,
    /// The version of the cluster.
    pub kube_version: KubeVersion,
    /// What it serves: `apps/v1`, and `apps/v1/Deployment` where kinds are known.
    pub api_versions: Arc<[String]>,
    /// The version of Helm.
    pub helm_version: HelmVersion,
    /// Where the versions are from.
    pub marks: Marks,
    /// What is asked of it.
    pub asked: Rc<RefCell<Asked>>,
}

/// What templates asked about that a cluster does not serve: another cluster would get something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Versions and kinds that were asked for and are not there: `example.com/v1`, `example.com/v1/Fish`.
    pub missing: BTreeSet<String>,
    /// Whether the whole list was looked at.
    pub whole_list: bool,
}

/// `common.KubeVersion`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// The Helm that shows it.
    pub of: Major,
    /// `v1.35.4-gke.1`
    pub version: String,
    /// `v1.35.4`: what constraints are checked against.
    pub normalized: String,
    /// `1`
    pub major: String,
    /// `35`
    pub minor: String,
}

/// `version.BuildInfo`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelmVersion {
    /// `v4.3.1`
    pub version: String,
    /// The commit that it was built of.
    pub git_commit: String,
    /// `clean`
    pub git_tree_state: String,
    /// `go1.27.2`
    pub go_version: String,
    /// `v1.37`; empty in Helm 3, which does not have it.
    pub kube_client_version: String,
}

impl Capabilities {
    fn versions(&self) -> VersionSet {
        VersionSet { all: self.api_versions.clone(), asked: Rc::clone(&self.asked) }
    }

    /// The value for templates.
    #[must_use]
    pub fn value(self) -> Value {
        let marks = self.marks.clone();
        Value::object(Rc::new(self)).with_marks(marks)
    }
}

impl KubeVersion {
    /// Reads a version as `ParseKubeVersion` does: numbers with points between them and at least two of them, `v` before and anything behind.
    #[must_use]
    pub fn parse(text: &str) -> Option<KubeVersion> {
        let bare = text.strip_prefix('v').unwrap_or(text);
        let end = bare.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(bare.len());
        let numbers = bare[..end].split('.').map(|part| part.parse::<u32>().ok()).collect::<Option<Vec<_>>>()?;
        let [major, minor, ..] = numbers.as_slice() else { return None };
        let mut all = numbers.clone();
        all.resize(all.len().max(3), 0);
        let normalized = format!("v{}", all.iter().map(u32::to_string).collect::<Vec<_>>().join("."));
        let version = if text.starts_with('v') { text.to_owned() } else { format!("v{text}") };
        Some(KubeVersion { of: Major::Four, version, normalized, major: major.to_string(), minor: minor.to_string() })
    }
}

impl Object for Capabilities {
    fn type_name(&self) -> &'static str {
        match self.of {
            Major::Three => "*chartutil.Capabilities",
            Major::Four => "*common.Capabilities",
        }
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Pointer
    }

    fn field(&self, name: &str) -> Option<Value> {
        let value = match name {
            "KubeVersion" => Value::object(Rc::new(self.kube_version.clone())),
            "APIVersions" => Value::object(Rc::new(self.versions())),
            "HelmVersion" => Value::object(Rc::new(self.helm_version.clone())),
            _ => return None,
        };
        Some(value.with_marks(self.marks.clone()))
    }

    fn printed(&self) -> String {
        let versions = self.versions().printed();
        format!("{{{} {versions} {}}}", self.kube_version.fields(), self.helm_version.printed())
    }

    fn plain(&self) -> Value {
        Value::map(self.ordered().unwrap_or_default().into_iter().collect())
    }

    fn ordered(&self) -> Option<Vec<(&'static str, Value)>> {
        let field = |name: &'static str| (name, self.field(name).unwrap_or_else(Value::nil));
        Some(["KubeVersion", "APIVersions", "HelmVersion"].map(field).to_vec())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl KubeVersion {
    fn fields(&self) -> String {
        format!("{{{} {} {} {}}}", self.version, self.normalized, self.major, self.minor)
    }
}

impl Object for KubeVersion {
    fn type_name(&self) -> &'static str {
        match self.of {
            Major::Three => "chartutil.KubeVersion",
            Major::Four => "common.KubeVersion",
        }
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Version" => Some(Value::text(self.version.as_str())),
            "Major" => Some(Value::text(self.major.as_str())),
            "Minor" => Some(Value::text(self.minor.as_str())),
            _ => None,
        }
    }

    fn methods(&self) -> &'static [Function] {
        const METHODS: &[Function] = &[
            Function::new("String", &[], |_, a| {
                Ok(Value::text(a[0].downcast::<KubeVersion>().map_or("", |own| own.normalized.as_str())))
            }),
            Function::new("GitVersion", &[], |_, a| {
                Ok(Value::text(a[0].downcast::<KubeVersion>().map_or("", |own| own.version.as_str())))
            }),
        ];
        METHODS
    }

    fn printed(&self) -> String {
        self.normalized.clone()
    }

    fn is_stringer(&self) -> bool {
        true
    }

    fn plain(&self) -> Value {
        Value::map(self.ordered().unwrap_or_default().into_iter().collect())
    }

    fn ordered(&self) -> Option<Vec<(&'static str, Value)>> {
        let field = |name: &'static str| (name, self.field(name).unwrap_or_else(Value::nil));
        Some(["Version", "Major", "Minor"].map(field).to_vec())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for HelmVersion {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn field(&self, name: &str) -> Option<Value> {
        let text = match name {
            "Version" => &self.version,
            "GitCommit" => &self.git_commit,
            "GitTreeState" => &self.git_tree_state,
            "GoVersion" => &self.go_version,
            "KubeClientVersion" if !self.kube_client_version.is_empty() => &self.kube_client_version,
            _ => return None,
        };
        Some(Value::text(text.as_str()))
    }

    fn printed(&self) -> String {
        let HelmVersion { version, git_commit, git_tree_state, go_version, kube_client_version } = self;
        let all = [version, git_commit, git_tree_state, go_version, kube_client_version];
        format!("{{{}}}", all.map(String::as_str).join(" ").trim_end())
    }

    fn plain(&self) -> Value {
        Value::map(self.ordered().unwrap_or_default().into_iter().collect())
    }

    fn ordered(&self) -> Option<Vec<(&'static str, Value)>> {
        let fields = [
            ("version", &self.version),
            ("git_commit", &self.git_commit),
            ("git_tree_state", &self.git_tree_state),
            ("go_version", &self.go_version),
            ("kube_client_version", &self.kube_client_version),
        ];
        let given = fields.into_iter().filter(|(_, text)| !text.is_empty());
        Some(given.map(|(name, text)| (name, Value::text(text.as_str()))).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `common.VersionSet`
#[derive(Clone, Debug)]
struct VersionSet {
    all: Arc<[String]>,
    asked: Rc<RefCell<Asked>>,
}

impl VersionSet {
    fn has(&self, version: &str) -> bool {
        let has = self.all.iter().any(|one| one == version);
        if !has {
            self.asked.borrow_mut().missing.insert(version.to_owned());
        }
        has
    }

    fn whole(&self) -> &[String] {
        self.asked.borrow_mut().whole_list = true;
        &self.all
    }
}

impl Object for VersionSet {
    fn type_name(&self) -> &'static str {
        "common.VersionSet"
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Slice
    }

    fn methods(&self) -> &'static [Function] {
        const METHODS: &[Function] = &[Function::new("Has", &[Type::Text], |_, a| {
            let asked = a[1].as_str().unwrap_or_default();
            Ok(Value::bool(a[0].downcast::<VersionSet>().is_some_and(|own| own.has(asked))))
        })];
        METHODS
    }

    fn items(&self) -> Vec<(Value, Value)> {
        self.whole().iter().zip(0..).map(|(one, at)| (Value::int(at), Value::text(one.as_str()))).collect()
    }

    fn printed(&self) -> String {
        format!("[{}]", self.whole().join(" "))
    }

    fn plain(&self) -> Value {
        Value::texts(self.whole().iter().map(String::as_str))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
