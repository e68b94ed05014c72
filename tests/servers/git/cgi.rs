//! One request as one process of `git http-backend`: headers become variables, bodies are its pipes.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader, ReadBuf};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::Pushes;
use crate::call::{Body, BodyError};

/// As much of an answer as is sent at once.
const CHUNK: usize = 64 * 1024;

pub(super) async fn run(request: Request<Incoming>, root: &Path, pushes: Pushes) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let mut command = Command::new("git");
    command.arg("http-backend").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    // The machine's own settings have no say; a repository that somebody else made is read all the same.
    command.envs([
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "safe.directory"),
        ("GIT_CONFIG_VALUE_0", "*"),
        ("GIT_HTTP_EXPORT_ALL", "1"),
        ("REMOTE_ADDR", "127.0.0.1"),
    ]);
    command.env("GIT_PROJECT_ROOT", root);
    command.env("REQUEST_METHOD", parts.method.as_str());
    command.env("PATH_INFO", parts.uri.path());
    command.env("QUERY_STRING", parts.uri.query().unwrap_or_default());
    pass_headers(&mut command, &parts.headers);
    // Git lets those push whom the server knows.
    match pushes {
        Pushes::Allowed => command.env("REMOTE_USER", "stand-in"),
        Pushes::Refused => command.env_remove("REMOTE_USER"),
    };
    let mut child = command.spawn()?;
    let (stdin, stdout) = (child.stdin.take().expect("is piped"), child.stdout.take().expect("is piped"));
    tokio::spawn(feed(body, stdin));
    answer(child, stdout).await
}

fn pass_headers(command: &mut Command, headers: &HeaderMap) {
    // A body of unknown length is read to its end, so there is no length for it.
    command.env_remove("CONTENT_LENGTH");
    let passed = [
        ("CONTENT_TYPE", header::CONTENT_TYPE.as_str()),
        ("CONTENT_LENGTH", header::CONTENT_LENGTH.as_str()),
        ("HTTP_CONTENT_ENCODING", header::CONTENT_ENCODING.as_str()),
        ("GIT_PROTOCOL", "git-protocol"),
    ];
    for (variable, name) in passed {
        if let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) {
            command.env(variable, value);
        }
    }
}

/// Writes the body as it comes. Git may stop reading early: it has answered by then.
async fn feed(mut body: Incoming, mut stdin: ChildStdin) {
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        if stdin.write_all(&data).await.is_err() {
            return;
        }
    }
}

/// Reads the headers, and streams the rest.
async fn answer(child: Child, stdout: ChildStdout) -> io::Result<Response<Body>> {
    let nonsense = |line: &str| io::Error::new(io::ErrorKind::InvalidData, format!("`{line}` is no header"));
    let mut reader = BufReader::with_capacity(CHUNK, stdout);
    let mut response = Response::builder();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it gave no answer"));
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").ok_or_else(|| nonsense(line))?;
        response = match name {
            "Status" => {
                let code = value.split(' ').next().and_then(|code| code.parse::<u16>().ok());
                let status = code.and_then(|code| StatusCode::from_u16(code).ok());
                response.status(status.ok_or_else(|| nonsense(line))?)
            }
            _ => response.header(name, value),
        };
    }
    let body = Output { reader, _child: child };
    response.body(body.map_err(BodyError::from).boxed()).map_err(io::Error::other)
}

/// What the process still writes; the process ends with it.
struct Output {
    reader: BufReader<ChildStdout>,
    _child: Child,
}

impl hyper::body::Body for Output {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let mut space = vec![0; CHUNK];
        let mut buffer = ReadBuf::new(&mut space);
        let read = ready!(Pin::new(&mut self.get_mut().reader).poll_read(context, &mut buffer));
        let filled = buffer.filled().len();
        space.truncate(filled);
        Poll::Ready(match read {
            Err(error) => Some(Err(error)),
            Ok(()) if filled == 0 => None,
            Ok(()) => Some(Ok(Frame::data(space.into()))),
        })
    }
}
