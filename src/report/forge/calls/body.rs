//! Bodies of answers, read while they come: each kind has a size that it cannot have, and nobody is listened to beyond that.
//!
//! How long is listened is the request's deadline, which [`seatrial_transport`] holds to the last byte. Nothing is decompressed.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use tower::BoxError;

/// A body as it comes.
pub(crate) type Incoming = BoxBody<Bytes, BoxError>;

/// What an answer is expected to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One pull request, comment, status or account: 150,000 characters of text at most, and some dozens of addresses.
    Object,
    /// A hundred comments of 65,536 characters, each of them escaped as six characters in the worst case.
    Page,
    /// All threads of a pull request: Azure Repos does not page them.
    Threads,
}

impl Kind {
    /// Bytes at most.
    pub(crate) fn most(self) -> usize {
        match self {
            Kind::Object => 2 << 20,
            Kind::Page => 40 << 20,
            Kind::Threads => 128 << 20,
        }
    }
}

/// Of a refusal only the reason is shown.
const MOST_OF_A_REFUSAL: usize = 64 << 10;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is larger than its kind can be.
    TooLarge,
    /// The time was up before its end.
    Late,
    /// The connection broke.
    Broken,
}

/// The whole body of a success.
pub(crate) async fn whole(mut incoming: Incoming, kind: Kind) -> Result<Vec<u8>, Unread> {
    let announced = http_body::Body::size_hint(&incoming).exact().and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > kind.most()) {
        return Err(Unread::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = chunk(&mut incoming).await? {
        if chunk.len() > kind.most() - body.len() {
            return Err(Unread::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The beginning of a refusal's body.
pub(crate) async fn beginning(mut incoming: Incoming) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    while body.len() < MOST_OF_A_REFUSAL {
        let Some(chunk) = chunk(&mut incoming).await? else { break };
        let room = MOST_OF_A_REFUSAL - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
    }
    Ok(body)
}

/// The next piece; trailers are none.
async fn chunk(incoming: &mut Incoming) -> Result<Option<Bytes>, Unread> {
    while let Some(frame) = incoming.frame().await {
        if let Ok(data) = frame.map_err(|error| unread(&*error))?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// What reqwest says of it, whoever has wrapped that.
fn unread(error: &(dyn std::error::Error + 'static)) -> Unread {
    let cause =
        std::iter::successors(Some(error), |error| error.source()).find_map(|e| e.downcast_ref::<reqwest::Error>());
    if cause.is_some_and(reqwest::Error::is_timeout) { Unread::Late } else { Unread::Broken }
}
