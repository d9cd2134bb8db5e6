//! A small HTTP/1.1 server on 127.0.0.1 that can also misbehave: hold, cut or reset an answer.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::Error;

/// The largest request read: a batch of 3,000 paths of 4,000 characters, escaped, fits well.
const MAX_BODY: usize = 64 << 20;

/// What the client gets.
pub(crate) enum Answer {
    /// The response.
    Reply(Response<Bytes>),
    /// The head, half of the body, and the end of the connection.
    Truncated(Response<Bytes>),
    /// A TCP reset in the place of a response.
    Reset,
    /// Nothing until the time has passed (or for ever), then a reset.
    Silence(Option<Duration>),
}

/// A running server; dropping it ends it together with its connections.
#[derive(Debug)]
pub(crate) struct Server {
    task: JoinHandle<()>,
    accepted: Arc<AtomicU64>,
}

/// Which of a server's connections a request came over, counted from 0: an extension of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Connection(pub(crate) u64);

impl Server {
    /// The connection that is accepted next.
    pub(crate) fn next_connection(&self) -> Connection {
        Connection(self.accepted.load(Ordering::SeqCst))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens the port (0 is any free one) and tells the address. Needs a tokio runtime with I/O.
pub(crate) fn listen(service: &'static str, port: u16) -> Result<(TcpListener, SocketAddr), Error> {
    let open = || {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((TcpListener::from_std(listener)?, address))
    };
    open().map_err(|source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => Error::PortInUse { service, port },
        _ => Error::Listen { service, port, source },
    })
}

/// Answers every request with `handler` until the server is dropped.
pub(crate) fn serve<H, F>(listener: TcpListener, handler: H) -> Server
where
    H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let handler = Arc::new(handler);
    let accepted = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&accepted);
    let task = tokio::spawn(async move {
        // The set ends its connections when the accepting task is aborted.
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        let connection = Connection(counter.fetch_add(1, Ordering::SeqCst));
                        connections.spawn(converse(stream, connection, Arc::clone(&handler)));
                    }
                    // Out of file descriptors, say: let some connections end first.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    });
    Server { task, accepted }
}

async fn converse<H, F>(stream: TcpStream, connection: Connection, handler: Arc<H>)
where
    H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let _ = stream.set_nodelay(true);
    let reset = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request: Request<Incoming>| {
        let (handler, reset) = (Arc::clone(&handler), Arc::clone(&reset));
        async move {
            let mut request = collect(request).await?;
            request.extensions_mut().insert(connection);
            let answer = handler(request).await;
            match answer {
                Answer::Reply(response) => return Ok(response.map(Content::whole)),
                Answer::Truncated(response) => return Ok(response.map(|body| Content::half(&body))),
                Answer::Silence(Some(time)) => tokio::time::sleep(time).await,
                Answer::Silence(None) => std::future::pending().await,
                Answer::Reset => {}
            }
            reset.store(true, Ordering::Relaxed);
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // An error here is the client's going away or our own refusal to answer; neither is news.
    let _ = (&mut connection).await;
    if reset.load(Ordering::Relaxed) {
        let stream = connection.into_parts().io.into_inner();
        // Closing a socket that does not linger sends RST instead of FIN.
        let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }
}

async fn collect(request: Request<Incoming>) -> io::Result<Request<Bytes>> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(io::Error::other)?;
    Ok(Request::from_parts(head, body.to_bytes()))
}

/// A response body that announces its whole length and may break off at half of it.
struct Content {
    rest: Option<Bytes>,
    announced: u64,
    cut: Cut,
}

enum Cut {
    Never,
    AfterHalf,
    /// The half was handed over; one more turn lets hyper flush it.
    Flushing,
    Now,
}

impl Content {
    fn whole(bytes: Bytes) -> Self {
        Self { announced: bytes.len() as u64, rest: Some(bytes), cut: Cut::Never }
    }

    fn half(bytes: &Bytes) -> Self {
        Self { announced: bytes.len() as u64, rest: Some(bytes.slice(..bytes.len() / 2)), cut: Cut::AfterHalf }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(bytes) = self.rest.take().filter(|bytes| !bytes.is_empty()) {
            if matches!(self.cut, Cut::AfterHalf) {
                self.cut = Cut::Flushing;
            }
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.cut {
            Cut::Never => Poll::Ready(None),
            Cut::AfterHalf | Cut::Flushing => {
                self.cut = Cut::Now;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Cut::Now => Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionAborted)))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
