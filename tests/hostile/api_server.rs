//! An API server that misbehaves on demand: a simulated cluster behind a gate that answers some requests itself.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use seatrial_simulated::{SimulatedCluster, Specification};

use crate::harness::Repo;

/// What happens to a request.
#[derive(Clone, Debug)]
pub(crate) enum Behaviour {
    /// Status line with further header lines, and body.
    Answer(&'static str, String),
    /// These bytes and no more.
    Raw(&'static str),
    /// The connection is closed.
    Close,
    /// There is no answer.
    Hang,
}

/// Which requests misbehave: those whose first line begins with one text and holds another, and lacks a third; all of them, or the first few.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) begins: &'static str,
    pub(crate) holds: &'static str,
    pub(crate) lacks: Option<&'static str>,
    pub(crate) first: usize,
    pub(crate) behaviour: Behaviour,
}

impl Fault {
    pub(crate) fn on(begins: &'static str, holds: &'static str, behaviour: Behaviour) -> Fault {
        Fault { begins, holds, lacks: None, first: usize::MAX, behaviour }
    }

    pub(crate) fn lacking(mut self, text: &'static str) -> Fault {
        self.lacks = Some(text);
        self
    }

    pub(crate) fn everywhere(behaviour: Behaviour) -> Fault {
        Fault::on("", "", behaviour)
    }

    pub(crate) fn times(mut self, first: usize) -> Fault {
        self.first = first;
        self
    }
}

/// The gate; its threads end with the test's process.
pub(crate) struct ApiServer {
    pub(crate) url: String,
    behind: String,
    met: Arc<AtomicUsize>,
    _runtime: tokio::runtime::Runtime,
    _cluster: SimulatedCluster,
}

impl ApiServer {
    pub(crate) fn with(fault: Fault) -> ApiServer {
        ApiServer::running(fault, Specification::default())
    }

    /// With images whose containers run.
    pub(crate) fn running(fault: Fault, specification: Specification) -> ApiServer {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let cluster = runtime.block_on(SimulatedCluster::start(specification)).expect("a cluster");
        let behind = cluster.url().trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let (fault, met) = (Arc::new(fault), Arc::new(AtomicUsize::new(0)));
        let gate = (behind.clone(), Arc::clone(&met));
        std::thread::spawn(move || {
            let (behind, met) = gate;
            for stream in listener.incoming().flatten() {
                let (fault, met, behind) = (Arc::clone(&fault), Arc::clone(&met), behind.clone());
                std::thread::spawn(move || serve(stream, &fault, &met, &behind));
            }
        });
        ApiServer { url, behind, met, _runtime: runtime, _cluster: cluster }
    }

    /// Whether a request has misbehaved.
    pub(crate) fn has_met(&self) -> bool {
        self.met.load(Ordering::Relaxed) > 0
    }

    /// The body that the cluster behind the gate answers with.
    pub(crate) fn behind(&self, method: &str, path: &str, body: &str) -> String {
        let mut server = TcpStream::connect(&self.behind).expect("it listens");
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: cluster\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        server.write_all(format!("{head}{body}").as_bytes()).expect("sent");
        let mut answer = String::new();
        server.read_to_string(&mut answer).expect("text");
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    }

    /// A kubeconfig for it beside the repository; its user is a flow mapping.
    pub(crate) fn kubeconfig(&self, repo: &Repo, user: &str) -> String {
        write_kubeconfig(repo, &format!("{{ server: '{}' }}", self.url), user)
    }
}

/// A kubeconfig beside the repository, with the context `dev`; gives its path.
pub(crate) fn write_kubeconfig(repo: &Repo, cluster: &str, user: &str) -> String {
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: dev\nclusters: [{{ name: dev, cluster: {cluster} }}]\n\
         users: [{{ name: dev, user: {user} }}]\ncontexts: [{{ name: dev, context: {{ cluster: dev, user: dev }} }}]\n"
    );
    let path = repo.beside("kubeconfig");
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

fn serve(mut client: TcpStream, fault: &Fault, met: &AtomicUsize, behind: &str) {
    let Some(request) = read_request(&mut client) else { return };
    let text = String::from_utf8_lossy(&request).into_owned();
    let line = text.lines().next().unwrap_or_default();
    let lacks = fault.lacks.is_none_or(|text| !line.contains(text));
    let meets = line.starts_with(fault.begins) && line.contains(fault.holds) && lacks;
    if !meets || met.fetch_add(1, Ordering::Relaxed) >= fault.first {
        return forward(client, &request, behind);
    }
    match &fault.behaviour {
        Behaviour::Close => {}
        Behaviour::Hang => std::thread::sleep(Duration::from_secs(120)),
        Behaviour::Raw(bytes) => {
            let _ = client.write_all(bytes.as_bytes());
        }
        Behaviour::Answer(head, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {head}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
            );
            let _ = client.write_all(format!("{head}{body}").as_bytes());
        }
    }
}

/// One connection for each request, so that the answer ends where the connection does.
fn forward(mut client: TcpStream, request: &[u8], behind: &str) {
    let Ok(mut server) = TcpStream::connect(behind) else { return };
    let first_line = request.windows(2).position(|two| two == b"\r\n").map_or(0, |at| at + 2);
    let (line, rest) = request.split_at(first_line);
    let sent = [line, b"Connection: close\r\n", rest].iter().try_for_each(|part| server.write_all(part));
    if sent.is_ok() {
        let _ = std::io::copy(&mut server, &mut client);
    }
}

fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|h| h.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Some(bytes);
            }
        }
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}
