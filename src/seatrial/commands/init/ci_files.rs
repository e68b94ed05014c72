//! The files that make a CI run Seatrial on pull requests.

use seatrial_ci::ForgeKind;

use crate::cli::CiFile;
use crate::config::FILE_NAME;

/// A file that makes a CI run Seatrial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CiText {
    /// Path in the repository.
    pub(super) path: &'static str,
    pub(super) text: String,
    /// What is left to do, each a sentence without a full stop.
    pub(super) next: Vec<String>,
}

/// The file of a CI, for a repository on a forge, with the configuration at a path of the repository.
pub(super) fn ci_text(ci: CiFile, forge: Option<ForgeKind>, config_path: &str) -> CiText {
    let config = Some(config_path).filter(|path| *path != FILE_NAME);
    match ci {
        CiFile::Github => github(config),
        CiFile::Azure => azure(forge, config),
        CiFile::Jenkins => jenkins(forge, config),
    }
}

/// The forge that the address of a remote names.
pub(super) fn forge_of(url: &str) -> Option<ForgeKind> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', ':']).next().unwrap_or_default();
    // An address with a password has a colon before its host.
    let host = rest.split('/').next().and_then(|all| all.rsplit_once('@')).map_or(authority, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let is_azure = host.ends_with("dev.azure.com") || host.ends_with(".visualstudio.com");
    match host.as_str() {
        _ if is_azure => Some(ForgeKind::AzureRepos),
        host if host == "github.com" || host.ends_with(".ghe.com") || host.starts_with("github.") => {
            Some(ForgeKind::GitHub)
        }
        _ => None,
    }
}

fn github(config: Option<&str>) -> CiText {
    let inputs = config.map_or(String::new(), |path| format!("        with: {{ config: {} }}\n", quoted(path)));
    let text = format!(
        "\
# Seatrial renders, checks and, where seatrial.yaml says so, deploys and tests what a pull request changes.
name: Seatrial
on: pull_request
permissions: {{ contents: read, pull-requests: write, statuses: write }}
jobs:
  trial:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
        with: {{ fetch-depth: 2, persist-credentials: false }}    # the merge commit and its base
      - uses: OWNER/seatrial@COMMIT
{inputs}"
    );
    let path = ".github/workflows/seatrial.yml";
    CiText { path, text, next: vec![format!("in `{path}`, replace OWNER and COMMIT by where the action lies")] }
}

fn azure(forge: Option<ForgeKind>, config: Option<&str>) -> CiText {
    let config = config.map(|path| format!("      config: {}\n", quoted(path)));
    let token = (forge != Some(ForgeKind::AzureRepos))
        .then(|| "      githubToken: $(GITHUB_TOKEN)    # a secret variable; only for code on GitHub\n".to_owned());
    let parameters: String = config.into_iter().chain(token).collect();
    let parameters = if parameters.is_empty() { parameters } else { format!("    parameters:\n{parameters}") };
    let text = format!(
        "\
# Seatrial renders, checks and, where seatrial.yaml says so, deploys and tests what a pull request changes.
# For code on GitHub, `pr` starts it; in Azure Repos, a branch policy (Build validation) does.
trigger: none
pr: {{ branches: {{ include: ['*'] }} }}
pool: {{ vmImage: ubuntu-latest }}
resources:
  repositories:
    - {{ repository: seatrial, type: github, name: OWNER/seatrial, endpoint: CONNECTION, ref: refs/tags/VERSION }}
steps:
  - checkout: self
    fetchDepth: 2    # the merge commit and its base
  - template: azure-pipelines/seatrial.yml@seatrial
{parameters}"
    );
    let path = "azure-pipelines-seatrial.yml";
    let mut next = vec![
        format!("in `{path}`, replace OWNER, CONNECTION and VERSION by where the template lies"),
        format!("create a pipeline in Azure DevOps from `{path}`"),
    ];
    if forge != Some(ForgeKind::GitHub) {
        next.push(
            "in Azure Repos, grant the project's build service \"Contribute to pull requests\" on the repository, and add \
             the pipeline as Build validation to the branch policies"
                .to_owned(),
        );
    }
    CiText { path, text, next }
}

fn jenkins(forge: Option<ForgeKind>, config: Option<&str>) -> CiText {
    let (id, variable) = match forge {
        Some(ForgeKind::AzureRepos) => ("azure-devops", "AZURE_DEVOPS_EXT_PAT"),
        Some(ForgeKind::GitHub) | None => ("github", "GITHUB_TOKEN"),
    };
    let options = config.map_or(String::new(), |path| format!("config: {}", in_groovy(path)));
    let text = format!(
        "\
// Seatrial renders, checks and, where seatrial.yaml says so, deploys and tests what a pull request changes.
// The clone needs the target branch: the refspec +refs/heads/*:refs/remotes/origin/* in the branch source.
@Library('seatrial@VERSION') _

pipeline {{
    agent any
    stages {{
        stage('Trial') {{
            when {{ changeRequest() }}
            steps {{
                withCredentials([string(credentialsId: '{id}', variable: '{variable}')]) {{
                    seatrial({options})
                }}
            }}
        }}
    }}
}}
"
    );
    let path = "Jenkinsfile";
    let next = vec![
        "add the shared library `seatrial` in Jenkins (Manage Jenkins, System, Global Trusted Pipeline Libraries) and \
         replace VERSION"
            .to_owned(),
        format!("add a secret text `{id}` to the credentials of Jenkins: a token that may comment on pull requests"),
    ];
    CiText { path, text, next }
}

/// A path as a string of YAML.
fn quoted(path: &str) -> String {
    serde_json::Value::from(path).to_string()
}

/// A path as a string of Groovy that fills nothing in.
fn in_groovy(path: &str) -> String {
    format!("'{}'", path.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_remote_names_its_forge() {
        let table = [
            ("https://github.com/acme/shop.git", Some(ForgeKind::GitHub)),
            ("https://user:pass@github.com/acme/shop", Some(ForgeKind::GitHub)),
            ("git@github.com:acme/shop.git", Some(ForgeKind::GitHub)),
            ("ssh://git@github.acme.com:22/acme/shop.git", Some(ForgeKind::GitHub)),
            ("https://acme@dev.azure.com/acme/project/_git/shop", Some(ForgeKind::AzureRepos)),
            ("git@ssh.dev.azure.com:v3/acme/project/shop", Some(ForgeKind::AzureRepos)),
            ("https://acme.visualstudio.com/project/_git/shop", Some(ForgeKind::AzureRepos)),
            ("https://gitlab.com/github.com/shop.git", None),
            ("/srv/shop.git", None),
        ];
        for (url, expected) in table {
            assert_eq!(forge_of(url), expected, "{url}");
        }
    }

    #[test]
    fn a_path_in_groovy_ends_where_it_should() {
        assert_eq!(in_groovy("it's\\$x"), "'it\\'s\\\\$x'");
    }
}
