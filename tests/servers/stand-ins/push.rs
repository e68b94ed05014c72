//! `push-image`, `push-chart`, `push-artifact`.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use seatrial_test_servers::oci::{Chart, FluxArtifact, Image, Package, Remote};

use crate::Outcome;

/// Where a registry is, and who we are there.
#[derive(Args)]
struct Registry {
    /// The registry: http://HOST:PORT
    #[arg(value_name = "REGISTRY_URL")]
    url: String,
    /// Answers a Basic or Bearer challenge as this user
    #[arg(long, value_name = "USER", requires = "password_stdin")]
    login: Option<String>,
    /// Reads the password of --login from standard input
    #[arg(long, requires = "login")]
    password_stdin: bool,
}

impl Registry {
    fn remote(&self) -> std::io::Result<Remote> {
        let remote = Remote::new(&self.url);
        let Some(user) = &self.login else { return Ok(remote) };
        let mut password = String::new();
        std::io::stdin().read_to_string(&mut password)?;
        Ok(remote.with_login(user, password.trim_end_matches(['\r', '\n'])))
    }

    async fn push(&self, repository: &str, tag: &str, package: &Package) -> Outcome {
        let digest = self.remote()?.push(repository, tag, package).await?;
        println!("{repository}:{tag} {digest}");
        Ok(())
    }
}

/// Makes a container image of one layer from files, and pushes it
#[derive(Args)]
pub(crate) struct ImageArguments {
    #[command(flatten)]
    registry: Registry,
    /// Where it goes
    #[arg(value_name = "REPOSITORY:TAG", value_parser = parse_reference)]
    reference: Reference,
    /// What is in it: a file of this machine, the path in the image, its mode in octal (755 without it); or a symbolic link
    #[arg(value_name = "FILE:PATH[:MODE]|LINK->TARGET", required = true, value_parser = parse_content)]
    contents: Vec<Content>,
    /// One argument of the entrypoint; repeat it for more
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    entrypoint: Vec<String>,
    /// One argument of the command; repeat it for more
    #[arg(long = "cmd", value_name = "ARG", allow_hyphen_values = true)]
    command: Vec<String>,
    /// A variable
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = parse_variable)]
    variables: Vec<String>,
    /// Who runs it, such as 65532:65532
    #[arg(long)]
    user: Option<String>,
    /// A TCP port that it listens on
    #[arg(long = "port", value_name = "N")]
    ports: Vec<u16>,
    /// When it was made, in RFC 3339; 1970 without it
    #[arg(long, value_name = "TIME")]
    created: Option<String>,
}

pub(crate) async fn image(arguments: &ImageArguments) -> Outcome {
    let mut image = Image::new().with_entrypoint(arguments.entrypoint.clone()).with_command(arguments.command.clone());
    for content in &arguments.contents {
        image = match content {
            Content::File { file, path, mode } => image.with_file(path, file, *mode)?,
            Content::Link { path, target } => image.with_link(path, target)?,
        };
    }
    image = arguments.variables.iter().fold(image, |image, variable| image.with_variable(variable));
    image = arguments.ports.iter().fold(image, |image, port| image.with_port(*port));
    image = arguments.user.iter().fold(image, |image, user| image.with_user(user));
    image = arguments.created.iter().fold(image, |image, created| image.with_created(created));
    let Reference { repository, tag } = &arguments.reference;
    arguments.registry.push(repository, tag, &image.package()).await
}

/// Pushes a Helm chart as an OCI artifact; the tag is the chart's version
#[derive(Args)]
pub(crate) struct ChartArguments {
    #[command(flatten)]
    registry: Registry,
    /// The whole repository, with the chart's name at its end: charts/shop
    repository: String,
    /// The chart's directory
    directory: PathBuf,
}

pub(crate) async fn chart(arguments: &ChartArguments) -> Outcome {
    let chart = Chart::read(&arguments.directory)?;
    let repository = &arguments.repository;
    if repository.rsplit('/').next() != Some(chart.name()) {
        // Helm looks for the chart's name at the end of the repository.
        let name = chart.name();
        return Err(format!("the repository `{repository}` must end with the chart's name, `{name}`").into());
    }
    arguments.registry.push(repository, &chart.tag(), &chart.package()).await
}

/// Pushes a directory of manifests as Flux's OCIRepository pulls it
#[derive(Args)]
pub(crate) struct ArtifactArguments {
    #[command(flatten)]
    registry: Registry,
    /// Where it goes
    #[arg(value_name = "REPOSITORY:TAG", value_parser = parse_reference)]
    reference: Reference,
    /// The directory
    directory: PathBuf,
    /// Where the manifests come from
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// Which revision of it, such as main@sha1:…
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// When it was made, in RFC 3339; 1970 without it
    #[arg(long, value_name = "TIME")]
    created: Option<String>,
}

pub(crate) async fn artifact(arguments: &ArtifactArguments) -> Outcome {
    let mut artifact = FluxArtifact::read(&arguments.directory)?;
    artifact = arguments.source.iter().fold(artifact, |artifact, source| artifact.with_source(source));
    artifact = arguments.revision.iter().fold(artifact, |artifact, revision| artifact.with_revision(revision));
    artifact = arguments.created.iter().fold(artifact, |artifact, created| artifact.with_created(created));
    let Reference { repository, tag } = &arguments.reference;
    arguments.registry.push(repository, tag, &artifact.package()).await
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Reference {
    repository: String,
    tag: String,
}

fn parse_reference(text: &str) -> Result<Reference, String> {
    match text.rsplit_once(':') {
        Some((repository, tag)) if !repository.is_empty() && !tag.is_empty() && !tag.contains('/') => {
            Ok(Reference { repository: repository.to_owned(), tag: tag.to_owned() })
        }
        _ => Err("it is no REPOSITORY:TAG".to_owned()),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    File { file: PathBuf, path: String, mode: u32 },
    Link { path: String, target: String },
}

fn parse_content(text: &str) -> Result<Content, String> {
    if let Some((path, target)) = text.split_once("->") {
        return Ok(Content::Link { path: path.to_owned(), target: target.to_owned() });
    }
    let mut parts = text.split(':');
    let (Some(file), Some(path), mode, None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err("it is neither FILE:PATH[:MODE] nor LINK->TARGET".to_owned());
    };
    let mode = u32::from_str_radix(mode.unwrap_or("755"), 8).ok().filter(|mode| *mode <= 0o7777);
    let mode = mode.ok_or("the mode is not octal, such as 644")?;
    Ok(Content::File { file: PathBuf::from(file), path: path.to_owned(), mode })
}

fn parse_variable(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, _)) if !name.is_empty() => Ok(text.to_owned()),
        _ => Err("it is no NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_files_links_and_references() {
        let file = |mode| Content::File { file: PathBuf::from("a/b"), path: "/c".to_owned(), mode };
        let link = Content::Link { path: "/bin/sh".to_owned(), target: "busybox".to_owned() };
        assert_eq!(parse_content("a/b:/c"), Ok(file(0o755)));
        assert_eq!(parse_content("a/b:/c:0644"), Ok(file(0o644)));
        assert_eq!(parse_content("/bin/sh->busybox"), Ok(link));
        for wrong in ["a", "a:b:c:d", "a:b:99", "a:b:77777"] {
            assert!(parse_content(wrong).is_err(), "{wrong}");
        }
        let reference = Reference { repository: "shop/web".to_owned(), tag: "1.4.0".to_owned() };
        assert_eq!(parse_reference("shop/web:1.4.0"), Ok(reference));
        for wrong in ["shop/web", "shop/web:", ":1", "host:5000/web"] {
            assert!(parse_reference(wrong).is_err(), "{wrong}");
        }
    }
}
